/**
 * The help of each command: short enough for a screen, with examples. Where a command has more options than that, it
 * shows those of every day, and --help-all shows the rest.
 */
import { CommanderError, Help, Option, type Command } from 'commander';
import type { RunFlags } from '../options.js';
import { REPORTERS } from '../output/reporter-names.js';

/** Columns where the output is no terminal. */
const WIDTH = 100;

/** What --help shows of commands with many options, by the names of the rows. */
const EVERY_DAY: Readonly<Record<string, ReadonlySet<string>>> = {
  run: new Set<keyof RunFlags>([
    ...(['scenario', 'tag', 'excludeTag', 'lastFailed', 'onlyChanged'] as const),
    ...(['jobs', 'retries', 'repeat', 'bail', 'watch', 'envFile', 'set'] as const),
    ...(['lab', 'timeout', 'reporter', 'sipTrace', 'quiet'] as const),
    ...(['verbose', 'logs', 'saveAudio', 'artifacts', 'keep'] as const),
  ]),
  config: new Set(['json']),
};

interface Texts {
  /** Command lines, with what they do. */
  readonly examples: readonly (readonly [words: string, why: string])[];
  /** The text behind the options, in the short and in the whole help. */
  readonly short?: string;
  readonly whole?: string;
}

const REPORTER_TABLE = `Reporters:
${Object.entries(REPORTERS)
  .map(([name, what]) => `  ${name.padEnd(8)}  ${what}\n`)
  .join(
    '',
  )}Only one reporter can write to stdout, where it replaces the default; the others write to files.`;

const EXIT_CODES =
  'Exit codes: 0 all passed, 1 a failure, 2 usage or settings, 3 environment, 70 a bug, 130 Ctrl-C.';

const REPORTER_NAMES = `Reporters: ${Object.keys(REPORTERS).join(', ')}: see offhook run --help-all.`;

const RUN_SHORT = `${REPORTER_NAMES}
Options for untrusted scenarios, limits, projects and more: offhook run --help-all.
${EXIT_CODES}`;

const RUN_WHOLE = `${REPORTER_TABLE}

${EXIT_CODES}
env() looks for a variable in this order: --set, <scenario>.env beside the scenario file, --vars (also
--env-file, which Node.js 20 takes for itself in \`node dist/program/cli.js\`), the environment, .env of the
scenario's folder, .env of the project.
Options are also variables (OFFHOOK_TIMEOUT=30s, OFFHOOK_LAB=1) and settings in offhook.config.json ("timeout":
"30s", "lab": true, "paths": [...]) or .yaml, except --json, --keep, --last, --last-failed, --only-changed,
--project, --shard, --test-list and --watch. A flag takes precedence over the variable, the variable over the
file; a list replaces a list. --no-NAME cancels a switch, a list or an output that a variable or the file sets.
\`offhook config\` shows which value applies and where it comes from: docs/settings.md; what scripts may touch:
docs/policy.md.
For a bug report, OFFHOOK_TRACE=all shows on stderr what happens inside, without secrets: docs/contributing.md.`;

const SHELLS = `To have it in every shell, add the line for your shell to its startup file:
  bash  ~/.bashrc                   source <(offhook completion bash)
  zsh   ~/.zshrc                    source <(offhook completion zsh)
  fish  ~/.config/fish/config.fish  offhook completion fish | source
It completes commands, options, values, files, and names and tags of the scenario files on the line.`;

const TEXTS: Readonly<Record<string, Texts>> = {
  offhook: {
    examples: [
      ['offhook init', 'a first scenario, and what it needs, in this folder'],
      ['offhook run scenarios', 'every scenario of the folder'],
      [
        'offhook run scenarios --scenario busy -v',
        'those with "busy" in their name, event by event',
      ],
    ],
    short: 'Reference of everything a scenario can call: docs/reference.md, or `offhook docs`.',
  },
  run: {
    examples: [
      ['offhook run scenarios', 'every scenario of the folder'],
      [
        'offhook run calls.js --scenario busy --vars pbx.env -v',
        'those named busy, event by event',
      ],
      ['offhook run scenarios --jobs 4 --reporter junit=junit.xml', 'in CI'],
    ],
    short: RUN_SHORT,
    whole: RUN_WHOLE,
  },
  list: { examples: [['offhook list scenarios --tag smoke', 'what `offhook run` would run']] },
  check: { examples: [['offhook check --types scenarios', 'misspelt names, wrong arguments']] },
  report: {
    examples: [['offhook report shard-*.ndjson --reporter junit=all.xml', 'all shards as one']],
    short: REPORTER_NAMES,
  },
  show: { examples: [['offhook show', 'the page of the last run']] },
  trace: {
    examples: [['offhook trace run.ndjson --scenario busy --at 3.2s', 'around that moment']],
  },
  init: {
    examples: [
      ['offhook init', 'in this folder; overwrites no file'],
      ['offhook init calls --typescript --ci gitlab', 'in the folder calls'],
    ],
  },
  definitions: {
    examples: [['offhook definitions scenarios/', 'offhook.d.ts there, and a jsconfig.json']],
  },
  docs: { examples: [['offhook docs reference.md', 'everything a scenario can call']] },
  completion: { examples: [['source <(offhook completion bash)', 'in this shell']], short: SHELLS },
  serve: {
    examples: [
      ['offhook serve --check', 'whether offhook.config.json is valid'],
      ['offhook serve', 'run its monitors until Ctrl-C'],
    ],
    short: 'Monitors, schedules, alarms, who may do what: docs/monitor.md.',
  },
  monitors: {
    examples: [
      ['offhook monitors list', 'their states'],
      ['offhook monitors run reception', 'run a monitor now; exit code 1 if it fails'],
      ['offhook monitors dump', 'the configuration with all defaults'],
    ],
    short: 'If the server requires a token, set the variable OFFHOOK_TOKEN.',
  },
  doctor: { examples: [['offhook doctor', 'whether this machine is ready']] },
  config: {
    examples: [['offhook config --project smoke', 'the settings of `run --project smoke`']],
    short:
      'It takes every option of `run` and shows the values that apply: offhook config --help-all.',
    whole: 'docs/settings.md explains variables and offhook.config.json or .yaml.',
  },
  lab: {
    examples: [
      ['offhook lab --vars lab.env', 'runs until Ctrl-C; meanwhile, in another terminal:'],
      ['offhook run scenarios --vars lab.env', 'calls through it'],
    ],
  },
};

/** The examples of a command, for the tests. */
export function examplesOf(command: string): readonly string[] {
  return (TEXTS[command]?.examples ?? []).map(([words]) => words);
}

export function addHelp(program: Command): void {
  for (const command of [program, ...program.commands]) {
    const everyDay = EVERY_DAY[command.name()];
    let isWhole = everyDay === undefined;
    command.configureOutput({
      getOutHelpWidth: () => (process.stdout.isTTY ? process.stdout.columns : WIDTH),
    });
    command.configureHelp({
      optionDescription: withoutEmptyDefault,
      visibleArguments: (of) => (isWhole ? new Help().visibleArguments(of) : []),
      visibleOptions: (of) =>
        new Help()
          .visibleOptions(of)
          .filter((one) => isWhole || isOwn(one) || everyDay?.has(one.attributeName()) === true),
    });
    command.addHelpText('after', () => afterText(command.name(), isWhole));
    if (everyDay === undefined) continue;
    command.addOption(new Option(HELP_ALL, 'every option, and what else there is to know'));
    command.on('option:help-all', () => {
      isWhole = true;
      command.outputHelp();
      throw new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)');
    });
  }
}

const HELP_ALL = '--help-all';

/** Whether it is --help or --help-all. */
function isOwn({ long }: Option): boolean {
  return long === '--help' || long === HELP_ALL;
}

function afterText(name: string, isWhole: boolean): string {
  const { examples = [], short, whole = short } = TEXTS[name] ?? {};
  const width = Math.max(0, ...examples.map(([words]) => words.length));
  const lines = examples.map(([words, why]) => `  ${words.padEnd(width)}  # ${why}`);
  const title = examples.length === 1 ? 'Example:' : 'Examples:';
  const more = isWhole ? whole : short;
  return ['', title, ...lines, ...(more === undefined ? [] : ['', more])].join('\n');
}

/** Leaves out the default of a list option, which is an empty list. */
function withoutEmptyDefault(option: Option): string {
  return new Help().optionDescription(option).replace(/ ?\(default: \[\]\)$/, '');
}
