/**
 * The command line: every command with its arguments, options and help. A command's own code is loaded
 * only when it runs. This folder turns words into calls; it knows no SIP and no sandbox.
 */
import { Argument, Command, CommanderError } from 'commander';
import { LIMITS, MIB } from '../app/limits.js';
import { OffhookError } from '../errors.js';
import type { ThreadPool } from '../runner/schedule/threads.js';
import type { Live } from '../sandbox/host/live-thread.js';
import type { ThreadLimits } from '../sandbox/protocol.js';
import { suggestion } from '../schema/habits.js';
import { isScript } from '../schema/script-files.js';
import { PRODUCT_VERSION } from '../settings/product.js';
import { declare } from './declare.js';
import { addHelp } from './help/help.js';
import { flagMs, type Flags, type ValuesOf } from './flags.js';
import { isFolder, joinOptionalFiles } from './optional-files.js';
import {
  CHECK,
  CONFIG,
  DOCS,
  DOCTOR,
  INIT,
  LAB,
  REPORT,
  LIST,
  PATHS,
  RUN,
  TRACE,
  type DocsFlags,
  type InitFlags,
  type LabFlags,
  type RunFlags,
} from './options.js';
import { COMPLETE, SHELLS, type Shell } from './completion/shells.js';
import { addMonitoring } from './monitor/commands.js';
import { rerunWords } from './rerun.js';
import type { Settled } from './settings/settle.js';

/**
 * Runs the command that the words name, in the thread that was booted for it, if any.
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
  if (words[0] === COMPLETE) {
    const { completeCommand } = await import('./completion/complete.js');
    return completeCommand(words.slice(1), program);
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
export function build(run: Run, booted?: Live): Command {
  const program = new Command('offhook')
    .description(
      'Phone-call tests: scenario files drive real SIP agents (baresip) through real calls.',
    )
    .version(PRODUCT_VERSION, '-V, --version');
  addRun(program, run, booted);
  addSelecting(program, run, booted);
  addReport(program, run);
  addTrace(program, run);
  addGenerators(program, run);
  addCompletion(program, run);
  addServices(program, run);
  addMonitoring(program, run);
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
  }
  addHelp(program);
  return program;
}

type Run = (exit: Promise<number>) => void;

function addRun(program: Command, run: Run, booted: Live | undefined): void {
  const command = program
    .command('run')
    .description('run scenarios: files, folders (every suite file below), globs')
    .argument('[path...]', PATHS.text);
  declare(command, RUN).action(() => {
    run(runOf(command, booted));
  });
}

/** Runs once, or once for each of several projects. */
async function runOf(command: Command, booted: Live | undefined): Promise<number> {
  const projects = command.getOptionValue('project') as readonly string[];
  if (projects.length < 2) return runOne(command, projects, booted);
  const [{ runInTurn }, { printError }] = await Promise.all([
    import('./projects.js'),
    import('./print.js'),
  ]);
  return runInTurn(projects, {
    flagsOf: async (project) => (await settledOf(command, RUN, [project])).flags,
    run: (project, index) => runOne(command, [project], index === 0 ? booted : undefined),
    tell: printError,
  });
}

function runOne(
  command: Command,
  project: readonly string[],
  booted: Live | undefined,
): Promise<number> {
  const act = (
    flags: RunFlags & { paths: readonly string[] },
    { overruled }: { overruled: ReadonlySet<string> },
  ): Promise<number> => {
    const paths = needPaths(command, flags.paths);
    const again = rerunWords(command, overruled, project);
    const options = { limits: limitsOf(flags), size: flags.jobs };
    return withThreads(options, booted, async (threads) => {
      const { runCommand } = await import('./run.js');
      return runCommand(paths, flags, again, threads);
    });
  };
  return settled(command, withPaths(RUN), act, project);
}

function withPaths<F extends Flags>(table: F): F & { paths: typeof PATHS } {
  return { ...table, paths: PATHS };
}

/** Checks that paths are set, the only setting that must be there. @throws E_USAGE */
function needPaths(command: Command, paths: readonly string[]): readonly string[] {
  if (paths.length > 0) return paths;
  throw new OffhookError('E_USAGE', 'no scenario is named', {
    hint: `write offhook ${command.name()} PATH, or "paths": ["PATH"] in offhook.config.json`,
  });
}

/** Resolves the settings of a command (flags, variables, project file, defaults) and runs it with them. */
async function settled<F extends Flags>(
  command: Command,
  table: F,
  act: (flags: ValuesOf<F>, why: Settled<F>) => Promise<number>,
  project?: readonly string[],
): Promise<number> {
  const [{ inWordsOf }, { printError }] = await Promise.all([
    import('./settings/settle.js'),
    import('./print.js'),
  ]);
  const why = await settledOf(command, table, project);
  for (const text of why.warnings) printError(`warning: ${text}`);
  try {
    return await act(why.flags, why);
  } catch (error) {
    throw error instanceof OffhookError ? inWordsOf(why.origins, error) : error;
  }
}

/** @param project replaces the projects named on the command line */
async function settledOf<F extends Flags>(
  command: Command,
  table: F,
  project?: readonly string[],
): Promise<Settled<F>> {
  const [{ settle }, { readProcess }] = await Promise.all([
    import('./settings/settle.js'),
    import('../settings/process-environment.js'),
  ]);
  const values = { ...command.opts(), paths: command.args, ...(project && { project }) };
  const isGiven = (name: string): boolean =>
    name === 'paths' ? command.args.length > 0 : command.getOptionValueSource(name) === 'cli';
  return settle(table, { values, isGiven }, readProcess());
}

/** The flags that limit a scenario, as the sandbox takes them. */
function limitsOf({ memoryLimit, stackLimit, cpuLimit }: RunFlags): ThreadLimits {
  return { memory: memoryLimit * MIB, stack: stackLimit * 1024, cpu_ms: flagMs(cpuLimit) };
}

function addSelecting(program: Command, run: Run, booted: Live | undefined): void {
  const list = program.command('list').description('what would run, with tags');
  declare(list, LIST)
    .argument('[path...]', PATHS.text)
    .action(() => {
      run(
        settled(list, withPaths(LIST), (flags) =>
          withThreads({ limits: LIMITS }, booted, async (threads) => {
            const { listCommand } = await import('./list.js');
            return listCommand(needPaths(list, flags.paths), flags, threads);
          }),
        ),
      );
    });
  const check = program
    .command('check')
    .description('load the scenario files and report problems; starts no agent');
  declare(check, CHECK)
    .argument('[path...]', PATHS.text)
    .action(() => {
      run(
        settled(check, withPaths(CHECK), (flags) =>
          withThreads({ limits: LIMITS }, booted, async (threads) => {
            const { checkCommand } = await import('./check/check.js');
            return checkCommand(needPaths(check, flags.paths), flags, threads);
          }),
        ),
      );
    });
}

/** Loads a command that runs scenario files: the thread starts while the command's own code is still loading. */
async function withThreads(
  options: { limits: ThreadLimits; size?: number | undefined },
  booted: Live | undefined,
  command: (threads: ThreadPool) => Promise<number>,
): Promise<number> {
  const { openThreads } = await import('../app/threads.js');
  const { secrets } = await import('./print.js');
  const threads = openThreads({ ...options, secrets, booted });
  try {
    return await command(threads);
  } finally {
    await threads.close();
  }
}

function addReport(program: Command, run: Run): void {
  const report = program
    .command('report')
    .description('make reports from a recorded run, or from several, such as all shards, as one')
    .argument('<record...>', 'files that --reporter ndjson=FILE has written');
  declare(report, REPORT).action((records: string[]) => {
    run(
      settled(report, REPORT, (flags) =>
        import('./records/report.js').then((module) => module.reportCommand(records, flags)),
      ),
    );
  });
  program
    .command('show')
    .description('open the page that --reporter html has written')
    .argument('[file]', 'the page (default: .offhook/report.html)')
    .action((file: string | undefined) => {
      run(import('./records/show.js').then((module) => module.showCommand(file)));
    });
}

function addTrace(program: Command, run: Run): void {
  const trace = program
    .command('trace')
    .description('a recorded attempt as text: its failure, and all that happened, in order')
    .argument(
      '[record]',
      'file of --reporter ndjson=FILE, or folder of --artifacts; default: the newest run that --artifacts has kept',
    );
  declare(trace, TRACE).action((record: string | undefined) => {
    run(
      settled(trace, TRACE, (flags) =>
        import('./records/trace.js').then((module) => module.traceCommand(record, flags)),
      ),
    );
  });
}

function addGenerators(program: Command, run: Run): void {
  const init = program
    .command('init')
    .description('a first scenario, editor completion, settings and CI, for a folder; asks nothing')
    .argument('[folder]', 'created if it does not exist; default: the current folder');
  declare(init, INIT).action((folder: string | undefined, flags: InitFlags) => {
    run(import('./init/init.js').then((module) => module.initCommand(folder ?? '.', flags)));
  });
  program
    .command('definitions')
    .description('write the editor typings (offhook.d.ts), and a jsconfig.json if there is none')
    .argument('[out]', 'file or folder; default: stdout')
    .action((out: string | undefined) => {
      run(import('./generate.js').then((module) => module.definitionsCommand(out)));
    });
  const docs = program
    .command('docs')
    .description('write the reference: Markdown, or a page for browsers')
    .argument('[out]', 'file or folder; default: stdout');
  declare(docs, DOCS)
    .addHelpText('after', '\nExample: offhook docs reference.html\n')
    .action((out: string | undefined, flags: DocsFlags) => {
      run(import('./generate.js').then((module) => module.docsCommand(out, flags)));
    });
}

function addCompletion(program: Command, run: Run): void {
  program
    .command('completion')
    .description('print the script with which a shell completes commands, options, names and tags')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .action((shell: Shell) => {
      run(import('./completion/scripts.js').then((module) => module.completionCommand(shell)));
    });
}

function addServices(program: Command, run: Run): void {
  const doctor = program
    .command('doctor')
    .description('whether scenarios can run on this machine; a remedy for each problem');
  declare(doctor, DOCTOR).action(() => {
    run(
      settled(doctor, DOCTOR, (flags) =>
        import('./doctor.js').then((module) => module.doctorCommand(flags)),
      ),
    );
  });
  const config = program
    .command('config')
    .description('the settings that apply to a run, and where each comes from')
    .argument('[path...]', PATHS.text);
  declare(config, CONFIG).action(() => {
    run(
      settled(config, withPaths(CONFIG), (flags, why) =>
        import('./config.js').then((module) => module.configCommand(flags, why)),
      ),
    );
  });
  const lab = program
    .command('lab')
    .description('start a throw-away SIP server with users alice, bob, carol, dave until Ctrl-C');
  declare(lab, LAB).action((flags: LabFlags) => {
    run(import('./lab.js').then((module) => module.labCommand(flags)));
  });
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
    if (/[\\/*]/.test(word) || isScript(word) || isFolder(word)) {
      return `did you mean offhook run ${word}?`;
    }
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
