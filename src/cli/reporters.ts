/** The output flags of `run`, as reporters. Files are opened here, before anything runs. */
import { dirname, resolve } from 'node:path';
import { OffhookError } from '../errors.js';
import { isScript, SCRIPT_ENDINGS_IN_WORDS } from '../schema/script-files.js';
import { AgentLogsReporter } from '../report/sip/agent-logs.js';
import { ConsoleReporter } from '../report/console.js';
import {
  FileOutput,
  outputError,
  refuseClosed,
  StreamOutput,
  type Output,
} from '../report/output.js';
import type { Reporter } from '../report/reporter.js';
import type { ProcessEnvironment } from '../settings/process-environment.js';
import { makeFolder } from './make-folder.js';
import type { RunFlags } from './options.js';
import { secrets } from './print.js';

type ReportFlags = Pick<
  RunFlags,
  'reporter' | 'json' | 'logs' | 'sipTrace' | 'sipHeaders' | 'quiet' | 'verbose' | 'color'
>;

const NAMES = ['console', 'ndjson', 'junit'] as const;
type Name = (typeof NAMES)[number];

interface Wanted {
  name: Name;
  file?: string;
}

/** @param again the options a scenario needs when it is run again */
export async function makeReporters(
  flags: ReportFlags,
  again: readonly string[],
  environment: ProcessEnvironment,
): Promise<readonly Reporter[]> {
  const wanted = wantedReporters(flags);
  if (isStdoutAskedFor(flags)) refuseClosed('stdout');
  makeFolders(checkFiles([...wanted.map(({ file }) => file), flags.logs, flags.sipTrace]));
  const headers = shownHeaders(flags);
  const reporters: Reporter[] = [];
  for (const one of wanted) {
    reporters.push(await makeOne(one, flags, again, environment));
  }
  const console = reporters.find((one) => one instanceof ConsoleReporter);
  if (flags.sipTrace !== undefined) {
    const { SipLadderReporter } = await import('../report/sip/sip-ladder.js');
    const output = fileOr(flags.sipTrace, console?.output ?? new StreamOutput('stderr'));
    reporters.push(new SipLadderReporter({ output, headers }));
  }
  if (flags.logs !== undefined) {
    reporters.push(new AgentLogsReporter({ output: logsOutput(flags.logs, console) }));
  }
  return reporters;
}

/** stdout belongs to one reporter: a machine's output must not be mixed with anything. */
function wantedReporters(flags: ReportFlags): readonly Wanted[] {
  if (flags.quiet === true && flags.verbose === true) {
    throw new OffhookError('E_USAGE', '--quiet and --verbose exclude each other', {
      hint: 'leave one of them out',
    });
  }
  const named = [...flags.reporter, ...(flags.json === true ? ['ndjson'] : [])].map(parse);
  const onStdout = named.filter((one) => one.file === undefined);
  if (onStdout.length > 1) {
    const list = onStdout.map((one) => one.name).join(' and ');
    throw new OffhookError(
      'E_USAGE',
      { subject: '--reporter', what: `${list} would both write to stdout` },
      {
        hint: 'give all but one of them a file: --reporter ndjson=FILE',
      },
    );
  }
  return onStdout.length === 0 ? [{ name: 'console' }, ...named] : named;
}

/** Whether a flag claims stdout: the console's lines are only the default output of a run. */
function isStdoutAskedFor({ reporter, json, sipTrace }: ReportFlags): boolean {
  const named = json === true || reporter.some((one) => !one.includes('='));
  return named || sipTrace === true || sipTrace === '';
}

/** The checked header names of --sip-headers. */
function shownHeaders({ sipHeaders, sipTrace }: ReportFlags): readonly string[] {
  const names = sipHeaders.flatMap((one) => one.split(',')).map((one) => one.trim());
  if (names.length > 0 && sipTrace === undefined) {
    throw new OffhookError(
      'E_USAGE',
      { subject: '--sip-headers', what: 'there is no ladder to show them in' },
      {
        hint: 'add --sip-trace',
      },
    );
  }
  const odd = names.find((one) => !/^[A-Za-z0-9\-.!%*_+`'~]+$/.test(one));
  if (odd !== undefined) {
    throw new OffhookError(
      'E_USAGE',
      { subject: '--sip-headers', what: `"${odd}" is not a header name` },
      {
        hint: 'write names with commas between, or all: --sip-headers From,To,Contact',
      },
    );
  }
  return names;
}

function parse(text: string): Wanted {
  const [name = '', ...rest] = text.split('=');
  const file = rest.join('=');
  if (!NAMES.includes(name as Name)) {
    throw new OffhookError(
      'E_USAGE',
      { subject: '--reporter', what: `there is no reporter "${name}"` },
      {
        hint: `use one of ${NAMES.join(', ')}`,
      },
    );
  }
  if (name === 'junit' && file === '') {
    throw new OffhookError(
      'E_USAGE',
      { subject: '--reporter junit', what: 'needs a file' },
      {
        hint: 'write --reporter junit=FILE',
      },
    );
  }
  return file === '' ? { name: name as Name } : { name: name as Name, file };
}

/** Checks that each report has its own file, and none may be a scenario. @returns the named files. */
function checkFiles(files: readonly (string | true | undefined)[]): readonly string[] {
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
  { name, file }: Wanted,
  flags: ReportFlags,
  words: readonly string[],
  environment: ProcessEnvironment,
): Promise<Reporter> {
  const { cwd } = environment;
  switch (name) {
    case 'junit': {
      const { JUnitReporter } = await import('../report/junit.js');
      return new JUnitReporter({ file: file ?? '', cwd });
    }
    case 'ndjson': {
      const { NdjsonReporter } = await import('../report/ndjson.js');
      const output = file === undefined ? process.stdout : new FileOutput(file);
      return new NdjsonReporter({ output, sip: flags.sipTrace !== undefined });
    }
    case 'console': {
      // Its secrets are known only when scenarios were collected.
      const again = { again: () => words.map(secrets.mask) };
      const mode = flags.quiet === true ? 'quiet' : flags.verbose === true ? 'verbose' : 'normal';
      if (file !== undefined) {
        const output = new FileOutput(file);
        return new ConsoleReporter({ output, mode, colour: 0, cwd, ...again });
      }
      return new ConsoleReporter({
        output: process.stdout,
        mode,
        colour: flags.color ? environment.colourLevel : 0,
        cwd,
        ...again,
      });
    }
  }
}

function logsOutput(flag: string | true, console: ConsoleReporter | undefined): Output {
  if (flag !== true && flag !== '') return new FileOutput(flag);
  const stream = new StreamOutput('stderr');
  return console?.beside(stream) ?? stream;
}

/** An output that keeps clear of the console's lines and its status line; without a console it is stderr. */
function fileOr(flag: string | true, stream: Output): Output {
  return flag === true || flag === '' ? stream : new FileOutput(flag);
}
