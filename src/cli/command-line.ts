/**
 * The command line: every command with its arguments, options and help. A command's own code is loaded
 * only when it runs. This folder turns words into calls; it knows no SIP and no sandbox.
 */
import { Command, CommanderError, Help, InvalidArgumentError, Option } from 'commander';
import { OffhookError } from '../errors.js';
import { suggestion } from '../schema/habits.js';
import { PRODUCT_VERSION } from '../settings/product.js';
import { durationMs, durationProblem } from '../time.js';
import type { Live } from '../sandbox/host/live-thread.js';
import type { ThreadPool } from '../runner/schedule/threads.js';
import { threadLimits, type LimitFlags } from './limits.js';
import { isFolder, joinOptionalFiles } from './optional-files.js';
import { addRunFlags, addScriptFlags } from './policy-flags.js';
import { rerunWords } from './rerun.js';

const SEE_ALSO =
  '\nReference of everything a scenario can call: docs/reference.md, or `offhook docs`.\n';

/**
 * Runs the command the words name, in the thread that was booted for it, if one was.
 * @returns the exit code. @throws OffhookError
 */
export async function commandLine(words: readonly string[], booted?: Live): Promise<number> {
  let exit: Promise<number> = Promise.resolve(0);
  const program = build((running) => {
    exit = running;
  }, booted);
  if (words.length === 0) {
    program.outputHelp();
    return 0;
  }
  try {
    await program.parseAsync(joinOptionalFiles(words), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    throw usageError(error, program, words);
  }
  return exit;
}

/** Every command with its options: for the parser and for the tests of the docs. */
export function build(run: (exit: Promise<number>) => void, booted?: Live): Command {
  const program = new Command('offhook')
    .description(
      'Phone-call tests: scenario files drive real SIP agents (baresip) through real calls.',
    )
    .version(PRODUCT_VERSION, '-V, --version')
    .addHelpText('after', SEE_ALSO);
  addRun(program, run, booted);
  addSelecting(program, run, booted);
  addGenerators(program, run);
  addServices(program, run);
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
    command.configureHelp({ optionDescription: withoutEmptyDefault });
  }
  return program;
}

function addRun(
  program: Command,
  run: (exit: Promise<number>) => void,
  booted: Live | undefined,
): void {
  const command = program
    .command('run')
    .description('run scenarios: files, folders (every suite file below), globs')
    .argument('<path...>', 'scenario files, folders or quoted globs');
  addRunFlags(addSelection(command), collect, wholeNumber)
    .option('--all-files', ALL_FILES)
    .option('--forbid-only', 'the option `only` is an error (by itself with CI and --untrusted)')
    .option('--allow-only', 'the option `only` may be used, also with CI and --untrusted')
    .option(
      '--lab',
      'start a throw-away SIP server with users alice, bob, carol, dave for this run',
    )
    .option('--baresip <program>', 'the baresip to use (default: OFFHOOK_BARESIP, else PATH)')
    .addOption(durationOption('--timeout <duration>', 'wall-clock limit of a scenario', '120s'))
    .addOption(
      durationOption('--cpu-limit <duration>', 'limit of computing without a pause', '10s'),
    )
    .option('--memory-limit <MiB>', 'memory limit of a scenario', wholeNumber(16, 2048), 128)
    .option('--stack-limit <KiB>', 'stack limit of a scenario', wholeNumber(128, 4096), 1024)
    .option('--insecure-http', 'http() checks no certificates (also: OFFHOOK_INSECURE_HTTP=1)')
    .option('--reporter <name[=file]>', 'console, ndjson, junit (repeatable)', collect, [])
    .option('--json', 'NDJSON on stdout: the same as --reporter ndjson')
    .option('--logs [file]', "agents' logs and all SIP messages, to stderr or a file")
    .option('--sip-trace [file]', 'SIP messages as a ladder, to stdout or a file')
    .option(
      '--sip-headers <names>',
      'headers the ladder shows below each message (repeatable, comma-separated), or: all',
      collect,
      [],
    )
    .option(
      '--save-audio [folder]',
      'every call of every agent as a WAV: left sent, right received',
    )
    .option('--metrics', 'media quality of each agent at the end of its scenario')
    .option('-q, --quiet', 'failures, warnings and the summary only')
    .option('-v, --verbose', 'every event of every agent')
    .option('--no-color', 'no colours (also: NO_COLOR)')
    .addHelpText('after', RUN_HELP)
    .action((paths: string[], options: object) => {
      const again = rerunWords(command);
      run(
        withThreads(options, booted, async (threads) => {
          const { runCommand } = await import('./run.js');
          return runCommand(paths, { ...options, again } as never, threads);
        }),
      );
    });
}

const ALL_FILES = 'in folders, also the files that are a single scenario';

const RUN_HELP = `
Exit codes: 0 all passed, 1 a scenario failed, 2 usage or settings, 3 environment, 70 a bug, 130 interrupted.
Variables for env(): --set, then <scenario>.env beside the file, then --vars (also --env-file, which Node.js 20 takes
for itself in \`node dist/program/cli.js\`), then the environment, then .env of its folder, then .env of the project.
What scripts may touch: also as variables (OFFHOOK_ALLOW_NET, ...) and in offhook.config.json: docs/policy.md.
For a bug report, OFFHOOK_TRACE=all shows on stderr what happens inside, without secrets: docs/contributing.md.
`;

function addSelection(command: Command): Command {
  return command
    .option(
      '--scenario <pattern>',
      'by name: part of it, a glob, or re:REGEX (repeatable)',
      collect,
      [],
    )
    .option('--tag <tags>', 'with one of these tags (repeatable, comma-separated)', collect, [])
    .option('--exclude-tag <tags>', 'without any of these tags', collect, [])
    .option(
      '--vars, --env-file <file>',
      'variables for env() (repeatable; later ones win)',
      collect,
      [],
    )
    .option('--set <name=value>', 'one variable for env() (repeatable)', collect, []);
}

function addSelecting(
  program: Command,
  run: (exit: Promise<number>) => void,
  booted: Live | undefined,
): void {
  addScriptFlags(
    addSelection(program.command('list').description('what would run, with tags')),
    collect,
  )
    .argument('<path...>', 'scenario files, folders or quoted globs')
    .option('--all-files', ALL_FILES)
    .option('--json', 'as JSON')
    .action((paths: string[], options: object) => {
      run(
        withThreads(options, booted, async (threads) => {
          const { listCommand } = await import('./list.js');
          return listCommand(paths, options as never, threads);
        }),
      );
    });
  addScriptFlags(
    addSelection(program.command('check').description('parse and collect; starts no agent')),
    collect,
  )
    .argument('<path...>', 'scenario files, folders or quoted globs')
    .option('--types', 'also type-check, with the TypeScript found beside the scenarios')
    .action((paths: string[], options: object) => {
      run(
        withThreads(options, booted, async (threads) => {
          const { checkCommand } = await import('./check.js');
          return checkCommand(paths, options as never, threads);
        }),
      );
    });
}

/** For commands that run scenario files: the thread starts while their own code is still loading. */
async function withThreads(
  flags: LimitFlags,
  booted: Live | undefined,
  command: (threads: ThreadPool) => Promise<number>,
): Promise<number> {
  const { openThreads } = await import('../app/threads.js');
  const { secrets } = await import('./print.js');
  const threads = openThreads({ limits: threadLimits(flags), secrets, booted });
  try {
    return await command(threads);
  } finally {
    await threads.close();
  }
}

function addGenerators(program: Command, run: (exit: Promise<number>) => void): void {
  program
    .command('definitions')
    .description('write the editor typings (offhook.d.ts)')
    .argument('[out]', 'file or folder; default: stdout')
    .action((out: string | undefined) => {
      run(import('./generate.js').then((module) => module.definitionsCommand(out)));
    });
  program
    .command('docs')
    .description('write the reference (Markdown)')
    .argument('[out]', 'file or folder; default: stdout')
    .action((out: string | undefined) => {
      run(import('./generate.js').then((module) => module.docsCommand(out)));
    });
}

function addServices(program: Command, run: (exit: Promise<number>) => void): void {
  program
    .command('doctor')
    .description('whether scenarios can run on this machine; a remedy for each problem')
    .option('--baresip <program>', 'the baresip to look at (default: OFFHOOK_BARESIP, else PATH)')
    .option('--all', 'everything, such as what this baresip version can and cannot do')
    .option('--json', 'as JSON')
    .action((options: object) => {
      run(import('./doctor.js').then((module) => module.doctorCommand(options)));
    });
  program
    .command('lab')
    .description('start a throw-away SIP server with users alice, bob, carol, dave until Ctrl-C')
    .option('--vars, --env-file <file>', 'write its variables there, for `offhook run --vars`')
    .action((options: object) => {
      run(import('./lab.js').then((module) => module.labCommand(options)));
    });
}

/** Hides a default that chooses nothing: it goes without saying. */
function withoutEmptyDefault(option: Option): string {
  return new Help().optionDescription(option).replace(/ ?\(default: \[\]\)$/, '');
}

function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

function durationOption(flags: string, text: string, initial: string): Option {
  return new Option(flags, text).default(initial).argParser((value) => {
    const plain = /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
    const problem = durationProblem(plain);
    if (problem !== undefined) throw new InvalidArgumentError(`"${value}" ${problem}.`);
    if (durationMs(plain) === 0) throw new InvalidArgumentError('It must be more than zero.');
    return value;
  });
}

function wholeNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

function usageError(
  error: CommanderError,
  program: Command,
  words: readonly string[],
): OffhookError {
  const [first = ''] = error.message.replace(/^error: /, '').split('\n');
  const named = program.commands.find((command) => command.name() === words[0]);
  const isHelp = error.code === 'commander.help';
  return new OffhookError(
    'E_USAGE',
    isHelp ? 'there is no such command' : first.replace(/\.$/, ''),
    {
      hint:
        unknownWordHint(first, program, named) ??
        `see offhook ${named === undefined ? '' : `${named.name()} `}--help`,
    },
  );
}

/** Suggests what an unknown command or flag means: commander knows spellings only. */
function unknownWordHint(message: string, program: Command, named?: Command): string | undefined {
  const [, kind, word = ''] = /^unknown (command|option) '([^']*)'/.exec(message) ?? [];
  if (kind === 'command') {
    const commands = program.commands.map((command) => command.name());
    if (/[\\/*]|\.m?js$/.test(word) || isFolder(word)) return `did you mean offhook run ${word}?`;
    return suggestion('command', word, [...commands, 'help'], (name) => name);
  }
  if (kind !== 'option') return undefined;
  const flags = [...(named?.options ?? []), ...program.options].flatMap(({ long, short }) => [
    ...(long ?? '').split(' '),
    ...(short ?? '').split(' '),
  ]);
  const valid = [...flags, '--help'].filter((flag) => flag !== '');
  return suggestion('flag', word.replace(/=.*$/, ''), valid, (name) => name);
}
