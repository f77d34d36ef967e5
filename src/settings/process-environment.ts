/** The environment of the process: the only place that reads process.env. */
import { OffhookError } from '../errors.js';
import { TRACE_SECTIONS, type TraceSection } from '../trace.js';

export interface ProcessEnvironment {
  readonly cwd: string;
  /** The path by which Offhook was started. */
  readonly program: string;
  /** Everything, for env() of scenarios. */
  readonly variables: Readonly<Record<string, string>>;
  /** The PATH to search programs in. */
  readonly path: string;
  /** OFFHOOK_BARESIP_MODULES: folder of its modules. */
  readonly baresipModules?: string;
  /** chalk's level for stdout: 0 = none, 1 = 16 colours, 2 = 256, 3 = 16 million. */
  readonly colourLevel: 0 | 1 | 2 | 3;
  /** OFFHOOK_DEBUG: show stacks of our own bugs. */
  readonly debug: boolean;
  /** CI, as build servers set it: not empty, "0" or "false". */
  readonly isCi: boolean;
  /** GITHUB_ACTIONS: a job of GitHub Actions, or of a server that runs the same jobs. */
  readonly isGithub: boolean;
  /** GITHUB_STEP_SUMMARY: the file of the summary of the job's step. */
  readonly githubSummary?: string;
  /** GITHUB_WORKSPACE: folder of the checkout. */
  readonly githubWorkspace?: string;
  /** A coding assistant started the process. */
  readonly isAssistant: boolean;
}

/**
 * Variables that coding assistants set for the programs they run; std-env and Vitest know the same ones. Variables that people
 * set themselves (GOOSE_PROVIDER) are left out, and so is AGENT, which may well name a SIP agent.
 */
export const ASSISTANTS: readonly string[] = [
  ...['AI_AGENT', 'CLAUDECODE', 'CLAUDE_CODE', 'CURSOR_AGENT', 'GEMINI_CLI', 'CODEX_SANDBOX'],
  ...['CODEX_THREAD_ID', 'OPENCODE', 'AUGMENT_AGENT', 'COPILOT_AGENT', 'COPILOT_CLI'],
  ...['JUNIE_DATA', 'JUNIE_SHIM_PATH'],
];

export function readProcess(): ProcessEnvironment {
  const given = process.env;
  const variables = Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const baresipModules = nonEmpty(given['OFFHOOK_BARESIP_MODULES']);
  const githubSummary = nonEmpty(given['GITHUB_STEP_SUMMARY']);
  const githubWorkspace = nonEmpty(given['GITHUB_WORKSPACE']);
  return {
    cwd: process.cwd(),
    program: process.argv[1] ?? '',
    variables,
    path: given['PATH'] ?? '',
    ...(baresipModules === undefined ? {} : { baresipModules }),
    colourLevel: colourLevel(given),
    debug: isOn(given['OFFHOOK_DEBUG']),
    isGithub: given['GITHUB_ACTIONS'] === 'true',
    ...(githubSummary === undefined ? {} : { githubSummary }),
    ...(githubWorkspace === undefined ? {} : { githubWorkspace }),
    isAssistant: ASSISTANTS.some((name) => isOn(given[name])),
    isCi: isBuildServer(variables),
  };
}

/** CI, as build servers set it. */
export function isBuildServer({ CI }: Readonly<Record<string, string>>): boolean {
  return isOn(CI) && CI?.toLowerCase() !== 'false';
}

/** OFFHOOK_TRACE: the sections to trace, separated by commas, or "all". @throws E_SETTINGS */
export function readTrace(): readonly TraceSection[] {
  const words = (process.env['OFFHOOK_TRACE'] ?? '').split(',').map((word) => word.trim());
  const sections = words.filter((word) => word !== '');
  const unknown = sections.find((word) => word !== 'all' && !isSection(word));
  if (unknown !== undefined) {
    throw new OffhookError(
      'E_SETTINGS',
      { subject: `OFFHOOK_TRACE "${unknown}"`, what: 'is not a section of the trace' },
      {
        hint: `name some of ${TRACE_SECTIONS.join(', ')}, or all`,
      },
    );
  }
  return sections.includes('all') ? TRACE_SECTIONS : sections.filter(isSection);
}

function isSection(word: string): word is TraceSection {
  return (TRACE_SECTIONS as readonly string[]).includes(word);
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

/** Whether a variable switches something on. */
export function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0';
}

/** NO_COLOR (no-color.org) wins over FORCE_COLOR; else what the terminal can. */
function colourLevel(given: NodeJS.ProcessEnv): 0 | 1 | 2 | 3 {
  if (given['NO_COLOR'] !== undefined && given['NO_COLOR'] !== '') return 0;
  const forced = given['FORCE_COLOR'];
  if (forced !== undefined) {
    const level = forced === '' || forced === 'true' ? 1 : Number(forced);
    return level === 0 || level === 2 || level === 3 ? level : 1;
  }
  if (!process.stdout.isTTY) return 0;
  const depth = process.stdout.getColorDepth();
  return depth >= 24 ? 3 : depth >= 8 ? 2 : depth >= 4 ? 1 : 0;
}
