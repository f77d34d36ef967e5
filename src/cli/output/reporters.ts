/** The output flags of `run`, as reporters. Files are opened here, before anything runs. */
import { accessSync, constants } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { OffhookError } from '../../errors.js';
import { FIRST_PORT, LAST_PORT } from '../../agents/ports.js';
import { isScript, SCRIPT_ENDINGS_IN_WORDS } from '../../schema/script-files.js';
import { AgentLogsReporter } from '../../report/sip/agent-logs.js';
import { ByLength } from '../../report/console/by-length.js';
import type { LinesOptions } from '../../report/console/attempts.js';
import { ConsoleReporter } from '../../report/console/console.js';
import {
  FileOutput,
  outputError,
  refuseClosed,
  StreamOutput,
  type Output,
} from '../../report/output.js';
import type { ArtifactsOptions } from '../../report/artifacts/artifacts.js';
import type { LiveCapture } from '../../capture/live-capture.js';
import type { Network } from '../../report/sip/network.js';
import type { Reporter } from '../../report/reporter.js';
import type { RunEvent } from '../../model/run-event.js';
import type { ProcessEnvironment } from '../../settings/process-environment.js';
import { Page, palette } from '../../report/lines/page.js';
import { Terminal } from '../../report/console/terminal.js';
import { makeOwnFolder } from '../../app/own-folder.js';
import { makeFolder } from '../../app/make-folder.js';
import { Recordings, recordingsFolder } from './recordings.js';
import type { ReportFlags, RunFlags } from '../options.js';
import { secrets } from '../print.js';
import {
  DEFAULT_PAGE,
  isOnStdout,
  reportAudioOf,
  wantedReporters,
  type Wanted,
} from './reporter-names.js';

type Asked = ReportFlags & Pick<Partial<RunFlags>, 'logs' | 'capture' | 'keep'>;

/** What the reporters of a run need besides their flags. */
interface Around {
  environment: ProcessEnvironment;
  /** The options a scenario needs when it is run again. */
  again: readonly string[];
  /** Whether the run takes place now, and is not a recorded one. */
  live: boolean;
  /** Files the command reads: none may be written. */
  reads?: readonly string[];
  /** Where artefacts are kept, if they are. */
  artifacts?: ArtifactsOptions | undefined;
  /** Where calls are recorded for reports only, if they are. */
  recordings?: string | undefined;
}

/** Where calls are recorded for a page, if one is to have audio. @throws E_USAGE, E_OUTPUT */
export function pageRecordings(
  flags: RunFlags,
  environment: ProcessEnvironment,
): string | undefined {
  const audio = reportAudioOf(flags.reportAudio);
  const wanted = wantedReporters(flags, { ...environment, isBuild: environment.isCi });
  const page = wanted.find(({ name }) => name === 'html');
  if (page === undefined || audio === 'none') return undefined;
  try {
    return recordingsFolder();
  } catch (error) {
    if (page.isAutomatic === true) return undefined;
    throw error;
  }
}

/** Makes the folder of the default page. If that fails, an automatic page is left out: it must not stop a run. */
function canBeMade({ file, isAutomatic }: Wanted): boolean {
  if (file !== DEFAULT_PAGE) return true;
  try {
    makeOwnFolder(resolve(dirname(file)));
    accessSync(dirname(file), constants.W_OK);
    return true;
  } catch (error) {
    if (isAutomatic === true) return false;
    throw outputError(file, error);
  }
}

/** The places where reporters that share stdout write. */
interface Places {
  /** What people read, when that is on stdout. */
  terminal: Terminal | undefined;
}

export async function makeReporters(flags: Asked, around: Around): Promise<readonly Reporter[]> {
  const { artifacts } = around;
  const isBuild = around.live && around.environment.isCi;
  const wanted = wantedReporters(flags, { ...around.environment, isBuild }).filter(canBeMade);
  if (isStdoutAskedFor(flags)) refuseClosed('stdout');
  const files = [...wanted.map(({ file }) => file), flags.logs, flags.sipTrace];
  makeFolders(checkFiles(files, around.reads));
  const headers = shownHeaders(flags);
  const reporters: Reporter[] = [];
  const isTold = wanted.some((one) => isOnStdout(one) && PEOPLE.has(one.name));
  const places = { terminal: isTold ? stdoutTerminal(flags, around) : undefined };
  const { recordings } = around;
  for (const one of wanted) {
    const reporter = await makeOne(one, flags, around, places);
    const isTold = recordings === undefined || one.name === 'html';
    reporters.push(isTold ? reporter : withoutRecordings(reporter));
  }
  const capture = captureOf(flags.sipTrace);
  const file = capture === undefined ? undefined : new FileOutput(capture.file);
  const live = await liveCapture(flags, capture !== undefined || artifacts !== undefined);
  const network = (): { network?: Network } =>
    live === undefined ? {} : { network: live.reader() };
  if (capture !== undefined && file !== undefined) {
    const { SipCaptureReporter } = await import('../../report/sip/sip-capture.js');
    const [write, finish] = [file.write.bind(file), file.finish.bind(file)];
    const { format } = capture;
    reporters.push(new SipCaptureReporter({ format, write, finish, ...network() }));
  } else if (flags.sipTrace !== undefined) {
    const { SipLadderReporter } = await import('../../report/sip/sip-ladder.js');
    const output = fileOr(flags.sipTrace, places.terminal?.output ?? new StreamOutput('stderr'));
    reporters.push(new SipLadderReporter({ output, headers }));
  }
  if (flags.logs !== undefined) {
    reporters.push(new AgentLogsReporter({ output: logsOutput(flags.logs, places.terminal) }));
  }
  if (flags.keep === true) {
    const { KeptReporter } = await import('../../report/console/kept.js');
    const page = places.terminal?.page ?? stderrPage();
    reporters.push(new KeptReporter({ page, cwd: around.environment.cwd, pid: process.pid }));
  }
  if (recordings !== undefined) {
    reporters.unshift(new Recordings(recordings, around.environment.cwd));
  }
  if (artifacts !== undefined) {
    const { ArtifactsReporter } = await import('../../report/artifacts/artifacts.js');
    reporters.push(new ArtifactsReporter({ ...artifacts, ...network() }));
  }
  if (live !== undefined) {
    const { NetworkLossReporter } = await import('../../report/sip/network.js');
    reporters.push(new NetworkLossReporter(live.reader()));
  }
  return reporters;
}

/** Recordings for reports only are moved or removed when their scenario ends: nobody else is told of them. */
function withoutRecordings(reporter: Reporter): Reporter {
  return {
    ignores: new Set<RunEvent['type']>([...(reporter.ignores ?? []), 'audio_saved']),
    on: (event) => {
      reporter.on(event);
    },
    close: () => reporter.close(),
  };
}

/** Reporters that write lines for people. */
const PEOPLE: ReadonlySet<string> = new Set<Wanted['name']>([
  'default',
  'console',
  'list',
  'brief',
]);

/** Whether a flag claims stdout: the console's lines are only the default output of a run. */
function isStdoutAskedFor({ reporter, json, sipTrace }: Asked): boolean {
  const named = json === true || reporter.some((one) => !one.includes('=') && one !== 'github');
  return named || sipTrace === true || sipTrace === '';
}

/** A capture of the network while the run goes on. It lies in the range of all agents' ports. */
async function liveCapture({ capture }: Asked, isTaken: boolean): Promise<LiveCapture | undefined> {
  if (capture !== true) return undefined;
  if (!isTaken) {
    throw new OffhookError(
      'E_USAGE',
      { subject: '--capture', what: 'there is no capture file to put RTP into' },
      { hint: 'add --artifacts, or --sip-trace FILE.pcapng' },
    );
  }
  const { LiveCapture } = await import('../../capture/live-capture.js');
  return LiveCapture.start(`udp portrange ${FIRST_PORT}-${LAST_PORT}`);
}

/** A file of --sip-trace that is for network tools, by its ending. */
function captureOf(
  sipTrace: string | true | undefined,
): { file: string; format: 'pcap' | 'pcapng' } | undefined {
  if (typeof sipTrace !== 'string') return undefined;
  if (/\.pcapng$/i.test(sipTrace)) return { file: sipTrace, format: 'pcapng' };
  return /\.pcap$/i.test(sipTrace) ? { file: sipTrace, format: 'pcap' } : undefined;
}

/** The checked header names of --sip-headers. */
function shownHeaders({ sipHeaders, sipTrace }: Asked): readonly string[] {
  const names = sipHeaders.flatMap((one) => one.split(',')).map((one) => one.trim());
  const isCapture = captureOf(sipTrace) !== undefined;
  if (names.length > 0 && (sipTrace === undefined || isCapture)) {
    throw new OffhookError(
      'E_USAGE',
      { subject: '--sip-headers', what: 'there is no ladder to show them in' },
      {
        hint: isCapture ? 'leave it out: a capture has all headers' : 'add --sip-trace',
      },
    );
  }
  const odd = names.find((one) => !/^[A-Za-z0-9\-.!%*_+`'~]+$/.test(one));
  if (odd !== undefined) {
    throw new OffhookError(
      'E_USAGE',
      { subject: '--sip-headers', what: `"${odd}" is not a header name` },
      {
        hint: 'write all, or names separated by commas: --sip-headers From,To,Contact',
      },
    );
  }
  return names;
}

/** Checks that each report has its own file, and none may be a scenario. @returns the named files. */
function checkFiles(
  files: readonly (string | true | undefined)[],
  reads: readonly string[] = [],
): readonly string[] {
  const named = files.filter((file) => typeof file === 'string').filter((file) => file !== '');
  const twice = named.find((file, index) =>
    named.slice(0, index).some((other) => resolve(other) === resolve(file)),
  );
  if (twice !== undefined) {
    throw new OffhookError(
      'E_USAGE',
      { subject: `output file "${twice}"`, what: 'named for two outputs' },
      {
        hint: 'give each of them a file of its own',
      },
    );
  }
  const read = named.find((file) => reads.some((other) => resolve(other) === resolve(file)));
  if (read !== undefined) {
    throw new OffhookError(
      'E_USAGE',
      { subject: `output file "${read}"`, what: 'is one of the records to read' },
      { hint: 'write to another file' },
    );
  }
  const script = named.find(isScript);
  if (script === undefined) return named;
  throw new OffhookError(
    'E_OUTPUT',
    {
      subject: `output file "${script}"`,
      what: 'not written',
      seen: 'it is named like a scenario',
    },
    {
      hint: `name a file that does not end in ${SCRIPT_ENDINGS_IN_WORDS}`,
    },
  );
}

/** CI systems collect reports from a folder that a fresh checkout does not have. */
function makeFolders(files: readonly string[]): void {
  for (const file of files) {
    try {
      makeFolder(dirname(resolve(file)));
    } catch (error) {
      throw outputError(file, error);
    }
  }
}

async function makeOne(
  { name, file, isAutomatic }: Wanted,
  flags: Asked,
  around: Around,
  { terminal }: Places,
): Promise<Reporter> {
  const { environment, live } = around;
  const { cwd } = environment;
  const output = (): Output => (file === undefined ? process.stdout : new FileOutput(file));
  // The secrets in these options are known only once scenarios were collected, so they are masked as late as possible.
  const again = (): readonly string[] => around.again.map(secrets.mask);
  const mode = flags.quiet === true ? 'quiet' : flags.verbose === true ? 'verbose' : 'normal';
  const told = (): LinesOptions => {
    const own = file === undefined ? terminal : new Terminal({ output: output(), live });
    return { terminal: own ?? stdoutTerminal(flags, around), mode, cwd, again };
  };
  switch (name) {
    case 'default':
      return new ByLength(told());
    case 'console':
      return new ConsoleReporter(told());
    case 'list': {
      const { ListReporter } = await import('../../report/console/list.js');
      return new ListReporter(told());
    }
    case 'brief': {
      const { BriefReporter } = await import('../../report/console/brief.js');
      return new BriefReporter({ ...told(), cwd, again });
    }
    case 'junit': {
      const { JUnitReporter } = await import('../../report/junit.js');
      return new JUnitReporter({ file: file ?? '', cwd });
    }
    case 'ndjson': {
      const { NdjsonReporter } = await import('../../report/ndjson.js');
      // A file is the record of the run, with everything that other reporters need.
      const sources = file !== undefined;
      const sip = sources || flags.sipTrace !== undefined;
      return new NdjsonReporter({ output: output(), sip, sources });
    }
    case 'tap': {
      const { TapReporter } = await import('../../report/tap.js');
      return new TapReporter({ output: output() });
    }
    case 'html': {
      const { pageReporter } = await import('./page.js');
      return pageReporter({
        file: file ?? DEFAULT_PAGE,
        onFailureOnly: isAutomatic === true,
        audio: reportAudioOf(flags.reportAudio),
        cwd,
        again,
        output: terminal?.output,
      });
    }
    case 'github': {
      const { GithubReporter } = await import('../../report/github/github.js');
      const summary = file ?? environment.githubSummary;
      return new GithubReporter({
        // A report for programs on stdout must not have lines of ours in it: runners read stderr as well.
        output: terminal?.output ?? new StreamOutput('stderr'),
        ...(summary === undefined ? {} : { summary }),
        root: environment.githubWorkspace ?? cwd,
        cwd,
      });
    }
  }
}

/** What people read on stdout goes through one object, with whatever else is to stand there. */
function stdoutTerminal(flags: Asked, { environment, live }: Around): Terminal {
  const colour = flags.color ? environment.colourLevel : 0;
  return new Terminal({ output: process.stdout, colour, live });
}

/** @returns the page for what people must read although a report for programs is on stdout */
function stderrPage(): Page {
  const stream = new StreamOutput('stderr');
  return new Page(stream.write.bind(stream), palette(0), () => stream.columns);
}

function logsOutput(flag: string | true, terminal: Terminal | undefined): Output {
  if (flag !== true && flag !== '') return new FileOutput(flag);
  const stream = new StreamOutput('stderr');
  return terminal?.beside(stream) ?? stream;
}

/** Opens the file that a flag names; without a name, the flag means `stream`. */
function fileOr(flag: string | true, stream: Output): Output {
  return flag === true || flag === '' ? stream : new FileOutput(flag);
}
