/** `offhook doctor`: looks at everything a run needs from the machine, with a remedy for each problem. */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBaresip, type BaresipBinary, type BinarySearch } from '../baresip/start/binary.js';
import { hasCapability, listCapabilities, type Capability } from '../baresip/capabilities.js';
import { sweepStale } from '../baresip/start/folder.js';
import { isolationOf } from '../baresip/start/isolation.js';
import { takeSlot } from '../agents/ports.js';
import { EXIT, predicateOf, toErrorData } from '../errors.js';
import { findCaptureTool } from '../capture/tool.js';
import { findKamailio } from '../lab/kamailio.js';
import { oneLine } from '../story/printable.js';
import { readProcess, type ProcessEnvironment } from '../settings/process-environment.js';
import { PRODUCT_VERSION } from '../settings/product.js';
import type { DoctorFlags } from './options.js';
import { print, printJson } from './print.js';
import { baresipChoice } from '../app/baresip-choice.js';
import { needTemporaryFolder } from '../app/temporary-folder.js';

interface Finding {
  what: string;
  /** `missing` is not a problem: something optional is absent. */
  state: 'ok' | 'missing' | 'problem';
  seen: string;
  remedy?: string;
  /** Whether only --all shows the finding, because another finding sums up its kind. */
  detail?: true;
}

const OPTIONAL_MODULES = [
  'g722',
  'opus',
  'l16',
  'srtp',
  'dtls_srtp',
  'stun',
  'turn',
  'ice',
  'mwi',
  'sndfile',
];

export async function doctorCommand(flags: DoctorFlags): Promise<number> {
  const environment = readProcess();
  const findings: readonly Finding[] = [
    {
      what: 'offhook',
      state: 'ok' as const,
      seen: `${PRODUCT_VERSION}, Node.js ${process.version}`,
    },
    ...(await baresipFindings(baresipChoice(flags.baresip, environment))),
    await isolationFinding(baresipChoice(flags.baresip, environment)),
    folderFinding(),
    await portsFinding(),
    orphanFinding(environment),
    await labFinding(),
    await captureFinding(),
  ];
  if (flags.json === true) printJson(findings);
  else for (const line of doctorLines(findings, flags.all === true)) print(line);
  return findings.some((one) => one.state === 'problem') ? EXIT.environment : EXIT.passed;
}

/** Lines below the verdict, without --all. */
const MOST_LINES = 10;
const MARK = { ok: 'ok      ', missing: 'missing ', problem: 'PROBLEM ' } as const;
const ORDER = ['problem', 'missing', 'ok'] as const;

/** Returns the report: first whether the machine is ready, then the problems, what is missing, and the rest. */
export function doctorLines(findings: readonly Finding[], all: boolean): readonly string[] {
  const problems = findings.filter(({ state }) => state === 'problem').length;
  const verdict =
    problems === 0
      ? 'ready: scenarios can run on this machine'
      : `NOT READY: ${problems} problem${problems === 1 ? '' : 's'} to solve before scenarios can run`;
  const shown = all ? findings : findings.filter(({ detail }) => detail !== true);
  const sorted = ORDER.flatMap((state) => shown.filter((one) => one.state === state));
  const lines = sorted.flatMap(linesOf);
  if (all || lines.length <= MOST_LINES) return [verdict, ...lines];
  const kept = lines.slice(0, MOST_LINES - 1);
  const more = `${lines.length - kept.length} more lines: offhook doctor --all`;
  return [verdict, ...kept, more];
}

function linesOf({ what, state, seen, remedy }: Finding): readonly string[] {
  const line = `${MARK[state]} ${what}: ${oneLine(seen)}`;
  return remedy === undefined ? [line] : [line, `          remedy: ${oneLine(remedy)}`];
}

async function baresipFindings(search: BinarySearch): Promise<Finding[]> {
  let binary: BaresipBinary;
  try {
    binary = await findBaresip(search);
  } catch (error) {
    return [problem('baresip', error)];
  }
  const capabilities = listCapabilities();
  const has = capabilities.filter(({ name }) => hasCapability(binary.version, name));
  return [
    { what: 'baresip', state: 'ok', seen: `${binary.version} at ${binary.path}` },
    { what: 'baresip modules', state: 'ok', seen: `${binary.modulePath}${moduleList(binary)}` },
    {
      what: 'capabilities of this baresip version',
      state: 'ok',
      seen: `${has.length} of ${capabilities.length}; offhook doctor --all lists them`,
    },
    ...capabilities.map((capability): Finding => {
      const isThere = has.includes(capability);
      return {
        what: capability.what,
        state: isThere ? 'ok' : 'missing',
        seen: isThere ? `yes${rangeText(capability)}` : lackText(capability),
        detail: true,
      };
    }),
  ];
}

/**
 * The control port of an agent is open to every user of the machine: isolation limits the possible damage.
 */
async function isolationFinding(search: BinarySearch): Promise<Finding> {
  const what = 'isolation of agents (bubblewrap; see --isolate)';
  // If there is no baresip, another finding says why.
  const binary = await findBaresip(search).catch(() => undefined);
  if (binary === undefined) {
    const remedy = 'install baresip, then run offhook doctor again';
    return { what, state: 'missing', seen: 'not tested: there is no usable baresip', remedy };
  }
  const result = await isolationOf(binary);
  if (typeof result !== 'string')
    return { what, state: 'ok', seen: `works, so agents cannot load modules of other users` };
  return {
    what,
    state: 'missing',
    seen: `${result}: any user of this machine could make an agent load a module of theirs (ctrl_tcp has no login)`,
    remedy: result.startsWith('bwrap was not found')
      ? 'install it (Debian, Ubuntu: apt-get install bubblewrap)'
      : 'allow user namespaces, or run only where no other user has access',
  };
}

function rangeText({ since, until }: Capability): string {
  return until === undefined ? ` (since ${since})` : ` (until ${until})`;
}

function lackText({ since, until, verbs = [], instead }: Capability): string {
  const versions = until === undefined ? `needs baresip ${since}` : `not from ${until} on`;
  const about = verbs.length === 0 ? '' : ` (${verbs.join(', ')})`;
  return `${versions}${about}${instead === undefined ? '' : `: ${instead.replaceAll('`', '')}`}`;
}

function moduleList({ modulePath }: BaresipBinary): string {
  const has = OPTIONAL_MODULES.filter((name) => existsSync(join(modulePath, `${name}.so`)));
  const lacks = OPTIONAL_MODULES.filter((name) => !has.includes(name));
  const with_ = has.length === 0 ? '' : `; optional: ${has.join(' ')}`;
  return `${with_}${lacks.length === 0 ? '' : `; not there: ${lacks.join(' ')}`}`;
}

function folderFinding(): Finding {
  const folder = tmpdir();
  try {
    needTemporaryFolder();
    const swept = sweepStale();
    const also = swept.length === 0 ? '' : `; folders of killed runs removed: ${swept.length}`;
    return { what: 'temporary folder', state: 'ok', seen: `${folder}${also}` };
  } catch (error) {
    return problem('temporary folder', error);
  }
}

async function portsFinding(): Promise<Finding> {
  try {
    const slot = await takeSlot('127.0.0.1');
    slot.release();
    return { what: 'ports', state: 'ok', seen: `free, for example SIP ${slot.sip}` };
  } catch (error) {
    return problem('ports', error);
  }
}

/** Agents of a killed run end at once where the kernel can do that; elsewhere the next run ends them. */
function orphanFinding({ path }: ProcessEnvironment): Finding {
  const found = path.split(':').some((folder) => existsSync(join(folder, 'setpriv')));
  return {
    what: 'setpriv (ends agents of a killed run)',
    state: found ? 'ok' : 'missing',
    seen: found ? 'found' : 'not found',
    ...(found ? {} : { remedy: 'install util-linux' }),
  };
}

async function labFinding(): Promise<Finding> {
  const kamailio = await findKamailio();
  return kamailio === undefined
    ? {
        what: 'Kamailio (for offhook lab and run --lab)',
        state: 'missing',
        seen: 'not found',
        remedy: 'install it (Debian, Ubuntu: apt-get install kamailio kamailio-tls-modules)',
      }
    : { what: 'Kamailio (for offhook lab and run --lab)', state: 'ok', seen: kamailio };
}

async function captureFinding(): Promise<Finding> {
  const what = 'capture of RTP (for run --capture)';
  const found = await findCaptureTool();
  return 'seen' in found
    ? { what, state: 'missing', ...found }
    : { what, state: 'ok', seen: `${found.program} may capture` };
}

function problem(what: string, error: unknown): Finding {
  const data = toErrorData(error);
  return {
    what,
    state: 'problem',
    seen: data.subject === what ? predicateOf(data) : data.message,
    ...(data.hint === undefined ? {} : { remedy: data.hint }),
  };
}
