/** The reporters of --reporter, what each is for, and which of them a command line asks for. */
import { OffhookError } from '../../errors.js';

/** The reporters, each with a line for the help. */
export const REPORTERS = {
  console: 'every scenario line by line (the default for up to 10 on a terminal)',
  list: 'a line for each scenario, failures at the end (the default otherwise, and in logs)',
  brief: 'failures only, in few words (the default where a coding assistant runs Offhook)',
  ndjson: 'the events of the run, one JSON object a line: offhook report reads it',
  junit: 'JUnit XML; needs a file',
  tap: 'TAP version 14',
  html: 'a page to find out why a call failed (default file: .offhook/report.html; `offhook show` opens it; automatic in CI when the run fails)',
  github: 'annotations, and a job summary (automatic in GitHub Actions); a file gets the summary',
} as const;
type ReporterName = keyof typeof REPORTERS;

export interface Wanted {
  /** "default": console or list, whichever suits the run. */
  name: ReporterName | 'default';
  file?: string;
  /** Nobody has asked for it: it is written only where it is needed. */
  isAutomatic?: true;
}

/** The page of `--reporter html` without a file, and of `offhook show`. */
export const DEFAULT_PAGE = '.offhook/report.html';

/** Reporters that leave stdout to another one. */
const BESIDE: ReadonlySet<string> = new Set<ReporterName>(['junit', 'github', 'html']);

interface Asked {
  reporter: readonly string[];
  json?: true | undefined;
  quiet?: true | undefined;
  verbose?: true | undefined;
}

/** What the environment chooses where the command line does not. */
interface Surroundings {
  isGithub: boolean;
  isAssistant: boolean;
  /** The run takes place now, on a build server. */
  isBuild: boolean;
}

/** stdout belongs to one reporter: a machine's output must not be mixed with anything. @throws E_USAGE */
export function wantedReporters(asked: Asked, around: Surroundings): readonly Wanted[] {
  if (asked.quiet === true && asked.verbose === true) {
    throw new OffhookError('E_USAGE', '--quiet and --verbose exclude each other', {
      hint: 'leave one of them out',
    });
  }
  const named = [...asked.reporter, ...(asked.json === true ? ['ndjson'] : [])].map(parse);
  const onStdout = named.filter(isOnStdout);
  if (onStdout.length > 1) {
    const list = onStdout.map((one) => one.name).join(' and ');
    throw new OffhookError(
      'E_USAGE',
      { subject: '--reporter', what: `${list} would both write to stdout` },
      { hint: 'give all but one of them a file: --reporter ndjson=FILE' },
    );
  }
  const shown = onStdout.length === 0 ? [{ name: defaultName(asked, around) }] : [];
  const isGithub = around.isGithub && named.every(({ name }) => name !== 'github');
  const isBuild = around.isBuild && named.every(({ name }) => name !== 'html');
  const page = { name: 'html', file: DEFAULT_PAGE, isAutomatic: true } as const;
  return [
    ...shown,
    ...named,
    ...(isGithub ? [{ name: 'github' as const }] : []),
    ...(isBuild ? [page] : []),
  ];
}

export const REPORT_AUDIO = ['failed', 'all', 'none'] as const;
type ReportAudio = (typeof REPORT_AUDIO)[number];

/** @returns of which attempts the page has the audio. @throws E_USAGE */
export function reportAudioOf(flag = 'failed'): ReportAudio {
  const known = REPORT_AUDIO.find((one) => one === flag);
  if (known !== undefined) return known;
  throw new OffhookError(
    'E_USAGE',
    { subject: '--report-audio', what: `there is no "${flag}"` },
    { hint: 'use failed, all or none' },
  );
}

export function isOnStdout({ name, file }: Wanted): boolean {
  return file === undefined && !BESIDE.has(name);
}

/** Returns the default reporter: -v and -q are about the lines of the console, so they choose the console. */
function defaultName({ quiet, verbose }: Asked, { isAssistant }: Surroundings): Wanted['name'] {
  if (quiet === true || verbose === true) return 'console';
  return isAssistant ? 'brief' : 'default';
}

function parse(text: string): Wanted {
  const [name = '', ...rest] = text.split('=');
  const file = rest.join('=');
  if (!isName(name)) {
    throw new OffhookError(
      'E_USAGE',
      { subject: '--reporter', what: `there is no reporter "${name}"` },
      { hint: `use one of ${Object.keys(REPORTERS).join(', ')}` },
    );
  }
  if (name === 'junit' && file === '') {
    throw new OffhookError(
      'E_USAGE',
      { subject: '--reporter junit', what: 'needs a file' },
      { hint: 'write --reporter junit=FILE' },
    );
  }
  if (file !== '') return { name, file };
  return name === 'html' ? { name, file: DEFAULT_PAGE } : { name };
}

function isName(name: string): name is ReporterName {
  return Object.hasOwn(REPORTERS, name);
}
