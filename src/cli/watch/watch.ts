/** `offhook run --watch`: the terminal, the files and the runs of a watch; when what runs is in watch-loop.ts. */
import { readdirSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { planOptions } from '../../app/scripts.js';
import type { RunRequest } from '../../app/request.js';
import { run } from '../../app/run.js';
import { EXIT, OffhookError } from '../../errors.js';
import type { RunEvent } from '../../model/run-event.js';
import type { Reporter } from '../../report/reporter.js';
import { count } from '../../story/printable.js';
import { inputsOf, isAffected, type Inputs } from '../../runner/plan/changed.js';
import { findScenarioFiles } from '../../runner/plan/files.js';
import { planRun } from '../../runner/plan/plan.js';
import type { ThreadPool } from '../../runner/schedule/threads.js';
import { errorText } from '../error-text.js';
import { FolderWatch } from './folder-watch.js';
import { isFolder } from '../optional-files.js';
import { print, printError, secrets } from '../print.js';
import { WATCH_KEYS, WatchLoop, type WatchRun, type WatchWorld } from './watch-loop.js';

/** The request that all runs of a watch share, without the parts that each run makes anew. */
export type WatchRequest = Omit<RunRequest, 'reporters' | 'signal'> & { threads: ThreadPool };

/** @returns the exit code. @throws OffhookError E_USAGE without a terminal, E_SCENARIO_FILE for a path that is not there */
export async function watchScenarios(
  request: WatchRequest,
  makeReporters: () => Promise<readonly Reporter[]>,
  stop: AbortSignal,
): Promise<number> {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) {
    throw new OffhookError(
      'E_USAGE',
      { subject: '--watch', what: 'needs a terminal', seen: 'stdin or stdout is not a terminal' },
      { hint: 'leave --watch out: files run once' },
    );
  }
  const watched = new Watched(request, makeReporters);
  const loop = new WatchLoop(watched, await watched.begin());
  watched.onChange = (paths) => {
    loop.changed(paths);
  };
  const onKey = (text: string): void => {
    loop.key(text);
  };
  const onStop = (): void => {
    loop.key('\u0003');
  };
  stop.addEventListener('abort', onStop);
  stdin.setEncoding('utf8').setRawMode(true).on('data', onKey).resume();
  try {
    const how = await loop.ended;
    return how === 'quit' ? EXIT.passed : EXIT.interrupted;
  } finally {
    stdin.off('data', onKey).setRawMode(false).pause();
    await watched.close();
  }
}

/** The files of a watch, and its runs. */
class Watched implements WatchWorld {
  onChange: (paths: ReadonlySet<string>) => void = () => undefined;
  readonly #request: WatchRequest;
  readonly #makeReporters: () => Promise<readonly Reporter[]>;
  readonly #folders = new FolderWatch((paths) => {
    this.onChange(paths);
  });
  /** Files that could not be collected. Any change counts for them, because it is unknown which one would repair them. */
  readonly #broken = new Set<string>();
  readonly #shown: (file: string) => string;
  #current = new AbortController();
  #run: Promise<unknown> = Promise.resolve();

  constructor(request: WatchRequest, makeReporters: () => Promise<readonly Reporter[]>) {
    this.#request = request;
    this.#makeReporters = makeReporters;
    this.#shown = planOptions(request, secrets).shownPath;
  }

  /** Lists what could run. */
  async begin(): Promise<readonly string[]> {
    const { paths, cwd } = this.#request;
    // A misspelt path is reported at once; later, files may come and go.
    await findScenarioFiles(paths, { cwd });
    const files = await this.#find();
    // Watching begins before anything is read, so that no change during the reading is missed.
    this.#follow(files);
    const plan = await planRun(planOptions(this.#request, secrets), this.#request.threads).catch(
      (error: unknown) => {
        for (const file of files) this.#broken.add(file);
        printError(errorText(error));
      },
    );
    for (const { shown, error } of plan?.errored ?? []) {
      printError(errorText(error));
      for (const file of files) if (this.#shown(file) === shown) this.#broken.add(file);
    }
    // Now it is known what the files import.
    this.#follow(files);
    const scenarios = (plan?.files ?? []).flatMap((file) => file.scenarios);
    for (const { file, name } of scenarios) print(`${file} › ${name}`);
    print(`watching ${count(scenarios.length, 'scenario')}: ${WATCH_KEYS}`);
    return files;
  }

  readonly find = async (): Promise<readonly string[]> => {
    const files = await this.#find();
    this.#follow(files);
    return files;
  };

  shown(file: string): string {
    return this.#shown(file);
  }

  concerns(changed: ReadonlySet<string>, file: string): boolean {
    if (this.#broken.has(file)) return true;
    return isAffected(this.#inputs(file), { ref: '', root: '/', files: changed });
  }

  async run({ files, keys, scenario }: WatchRun): ReturnType<WatchWorld['run']> {
    const outcome = new Outcome();
    this.#current = new AbortController();
    const filters = this.#request.filters ?? EVERYTHING;
    this.#run = this.#runWith({
      ...this.#request,
      among: { ...(files === undefined ? {} : { files }), ...(keys === undefined ? {} : { keys }) },
      filters: scenario === undefined ? filters : { ...filters, scenario: [scenario] },
      signal: this.#current.signal,
      reporters: [...(await this.#makeReporters()), outcome],
    });
    const error = await this.#run;
    const all = await this.#find();
    for (const file of files ?? all) {
      if (error === undefined) this.#broken.delete(file);
      else this.#broken.add(file);
    }
    for (const file of all) if (outcome.unread.has(this.#shown(file))) this.#broken.add(file);
    this.#follow(all);
    return {
      keys: [...outcome.keys],
      files: all.filter((file) => outcome.files.has(this.#shown(file))),
    };
  }

  abort(): void {
    this.#current.abort();
  }

  print(text: string): void {
    print(text);
  }

  async close(): Promise<void> {
    this.#folders.close();
    await this.#run;
  }

  /** Runs the request. An error is shown, and the watch goes on. @returns the error, if any */
  async #runWith(request: RunRequest): Promise<unknown> {
    try {
      await run(request);
      return undefined;
    } catch (error) {
      printError(errorText(error));
      return error ?? new Error('unknown');
    }
  }

  /** Finds the scenario files. It is no error if there are none, because somebody may be moving them. */
  async #find(): Promise<readonly string[]> {
    const { paths, cwd } = this.#request;
    const each = paths.map((path) => findScenarioFiles([path], { cwd }).catch(() => []));
    return [...new Set((await Promise.all(each)).flat().map(({ path }) => path))];
  }

  #inputs(file: string): Inputs {
    const { envFiles = [], cwd, threads } = this.#request;
    const scripts = [{ path: file, text: '' }, ...threads.scriptsOf(file)];
    return inputsOf(
      file,
      scripts,
      envFiles.map((path) => resolve(cwd, path)),
    );
  }

  /** Watches the folders of everything the files were made of, and those where new ones may appear. */
  #follow(files: readonly string[]): void {
    const { paths, cwd } = this.#request;
    const read = files.flatMap((file) => {
      const { scripts, settings } = this.#inputs(file);
      return [...scripts.map(({ path }) => path), ...settings].map((path) => dirname(path));
    });
    const given = paths.map((path) => resolve(cwd, path)).filter(isFolder);
    this.#folders.set([...read.filter(isFolder), ...given.flatMap((path) => foldersIn(path))]);
  }
}

const EVERYTHING = { scenario: [], tag: [], excludeTag: [] };

/** A folder and those below it, as far as they are searched for scenarios. */
function foldersIn(folder: string): string[] {
  const below = readdirSync(folder, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules',
  );
  return [realpathSync(folder), ...below.flatMap(({ name }) => foldersIn(join(folder, name)))];
}

/** Collects what did not pass in a run. */
class Outcome implements Reporter {
  readonly ignores = new Set(['sip', 'agent_log', 'agent_config', 'source'] as const);
  readonly keys = new Set<string>();
  readonly files = new Set<string>();
  /** Files of which nothing is known, as they could not be collected. */
  readonly unread = new Set<string>();

  on(event: RunEvent): void {
    if (event.type !== 'scenario_finished') return;
    if (event.verdict !== 'failed' && event.verdict !== 'errored') return;
    const { key, file } = event.scenario;
    this.keys.add(key);
    this.files.add(file);
    if (event.failures.some(({ phase }) => phase === 'load')) this.unread.add(file);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
