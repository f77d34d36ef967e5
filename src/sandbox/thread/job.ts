/** The two things a thread does with a scenario file: learn what it declares, and run one scenario. */
import type { QuickJSHandle } from 'quickjs-emscripten';
import { type ErrorData, said, toErrorData } from '../../errors.js';
import type { Failure, FilePart, Phase } from '../../model/run-event.js';
import { answer } from './operations.js';
import { KeptSuite, type Evaluated } from './kept-suite.js';
import type { Collected, DeclaredScenario, TopLevel } from '../protocol.js';
import type { QuickJs } from '../vm/quickjs.js';
import { serveResponder } from './responder.js';
import type { Session } from './job-context.js';
import type { StopReason } from './stop.js';
import { memoryError, stackError, stopError } from './stop-errors.js';
import { meaningOf } from './verdict.js';
import { Undescribable, type Settled, type Vm } from '../vm/vm.js';

/** Errors of limits that take seconds, or the thread, to reach: a file that ran into one is not evaluated again. */
const USED_UP: ReadonlySet<string> = new Set(['E_SCRIPT_CPU', 'E_SCRIPT_MEMORY']);

/** Floating promises that failed are reported one by one, up to this many. */
const MOST_UNAWAITED = 5;

/** What the evaluation of a suite file has found. */
interface Evaluation {
  declared: Collected;
  error?: ErrorData | undefined;
  reason?: StopReason | undefined;
}

export class Job {
  readonly #quickJs: QuickJs;
  readonly #session: Session;
  readonly #vm: Vm;
  readonly #suite: KeptSuite;
  /** What an earlier scenario of the file has left. */
  readonly #evaluated: Evaluated | undefined;
  #crashed = false;
  /** The scenario will start over before it did anything that others could see: there is nothing to tear down. */
  #restarts = false;

  constructor(quickJs: QuickJs, vm: Vm, session: Session, suite = new KeptSuite()) {
    this.#quickJs = quickJs;
    this.#session = session;
    this.#vm = vm;
    this.#suite = suite;
    const { stop, loader } = session;
    const isSuite = !session.collecting && !session.isSingle;
    this.#evaluated = isSuite ? suite.begin(session.job, loader.read) : undefined;
    const host = (operation: string, payload: string): string =>
      answer(session, operation, payload);
    const clean = isSuite && suite.isWanted;
    vm.renew({ stop, loader, host }, { image: this.#evaluated?.image, clean });
    session.channel.serveWith((call) => serveResponder(session, vm, call));
  }

  collect(): { collected: Collected } | { error: Failure } {
    const session = this.#session;
    const done = this.#guarded(() => {
      const { declared, error, reason } = this.#declare();
      const isFinal = error?.code === 'E_SCENARIO_SYNTAX' || error?.code === 'E_IMPORT';
      if (isFinal || error?.code === 'E_INTERRUPTED') return { error: session.toFailure(error) };
      if (declared.single) {
        return { collected: { ...declared, topLevel: this.#topLevel(error, reason) } };
      }
      if (error === undefined) return { collected: declared };
      return { error: session.toFailure(asCollectError(error)) };
    });
    const crash = session.failures[0];
    return (
      done ?? { error: crash ?? session.toFailure({ code: 'E_INTERNAL', message: 'no result' }) }
    );
  }

  /** How the top level ended. An error is only noted, because it is reported best when the file runs as a scenario. */
  #topLevel(error: ErrorData | undefined, reason: StopReason | undefined): TopLevel {
    const session = this.#session;
    const skips = reason?.kind === 'reached' && reason.by === 'skip';
    if (reason?.kind === 'reached' && !skips) return { how: 'tests' };
    const stopped = skips ? { ...SKIPS_ALL, ...session.place(reason.stack) } : error;
    if (stopped !== undefined) {
      const failure: Failure = { ...session.toFailure(stopped), phase: 'body' };
      return { how: 'failed', failure, isFinal: USED_UP.has(stopped.code) };
    }
    if (session.tests > 0) return { how: 'tests' };
    const source = session.loader.textOf(session.job.file) ?? '';
    return { how: /^\s*export\b/m.test(source) ? 'module' : 'nothing' };
  }

  /** Runs the scenario; failures are reported as they happen. */
  run(scenario: DeclaredScenario | undefined): void {
    this.#guarded(() => {
      if (scenario !== undefined) this.#runScenario(scenario);
      else if (this.#runFile() && !this.#restarts) this.#tearDown(() => this.#run('teardown', 0));
    });
  }

  /** Runs setup_file or teardown_file, in a VM of its own. */
  runPart(part: FilePart): void {
    this.#guarded(() => {
      const session = this.#session;
      session.enter('load');
      const { declared, error } = this.#kept(0) ?? this.#declare(0);
      session.declaring = false;
      const isThere = part === 'setup_file' ? declared.setupFile : declared.teardownFile;
      if (error !== undefined) session.fail(asCollectError(error));
      else if (isThere) this.#phase(part, (vm) => vm.run(part, 0));
    });
  }

  /** Runs the body; a body that tested nothing fails, even if setup did. */
  #body(start: (vm: Vm) => Settled, scenario: string): void {
    const session = this.#session;
    const before = session.tests;
    const isComplete = this.#phase('body', start);
    if (isComplete && session.tests === before) session.fail(testsNothing(scenario));
  }

  #runScenario(scenario: DeclaredScenario): void {
    const session = this.#session;
    const declared = this.#load(scenario);
    if (declared === undefined) return;
    const { ordinal } = scenario;
    if (!declared.setup || this.#run('setup', ordinal)) {
      this.#body((vm) => vm.run('body', ordinal), `scenario "${scenario.name}"`);
    }
    if (this.#restarts) return;
    this.#tearDown(() => {
      if (declared.teardown) this.#run('teardown', ordinal);
      else session.enter('teardown');
    });
  }

  /** Under --keep the main thread holds up the teardown of what has failed; mock servers are answered meanwhile. */
  #tearDown(act: () => void): void {
    const { job, channel, failures } = this.#session;
    if (job.keep === true) channel.call({ verb: 'keep', args: failures });
    act();
  }

  #run(name: 'setup' | 'teardown', ordinal: number): boolean {
    return this.#phase(name, (vm) => vm.run(name, ordinal));
  }

  /** False when the thread must not be used again. */
  get reusable(): boolean {
    return !this.#crashed && !this.#quickJs.outOfMemory && !this.#quickJs.broken;
  }

  /**
   * Evaluates a file that declares scenarios. Returns the declarations so far, or the one of that ordinal,
   * even after an error.
   */
  #declare(ordinal?: number): Evaluation {
    const session = this.#session;
    const vm = this.#vm;
    const source = session.loader.open(session.job.file);
    session.stop.begin(false);
    const settled = vm.evaluate(source, session.job.file);
    const reason = session.stop.end();
    const thrown = this.#errorOf(settled, reason);
    this.#noteUnawaited(vm, false);
    if (reason === undefined) vm.endPhase();
    const error = thrown ?? session.failures.find(({ code }) => code === 'E_ASSERT_NO_MATCHER');
    const collected = vm.collected(ordinal);
    if ('declared' in collected) {
      if (error === undefined && reason === undefined && !session.collecting) this.#keep();
      return { ...collected, error, reason };
    }
    const structure = this.#meaning(collected.error);
    const nothing = {
      ...{ single: true, scenarios: [] },
      ...{ setup: false, teardown: false, setupFile: false, teardownFile: false },
    };
    return { declared: nothing, error: error ?? structure, reason };
  }

  /** Evaluates the file again for one scenario; undefined when that fails, or its ordinal now has another scenario. */
  #load(scenario: DeclaredScenario): Collected | undefined {
    const session = this.#session;
    session.enter('load');
    const { declared, error } = this.#kept(scenario.ordinal) ?? this.#declare(scenario.ordinal);
    session.declaring = false;
    if (error !== undefined) {
      session.fail(asCollectError(error));
      return undefined;
    }
    const found = declared.scenarios[0];
    if (found?.name === scenario.name) return declared;
    session.fail({
      code: 'E_SCENARIO_COLLECT',
      ...said({
        subject: `scenario "${scenario.name}"`,
        what: 'not declared when the file was evaluated again',
        seen: `found ${found === undefined ? 'nothing' : `"${found.name}"`} in its place`,
      }),
      hint: 'declare the same scenarios every time: no names from uuid(), the clock or random numbers',
    });
    return undefined;
  }

  /** The declaration, where an earlier scenario has left the evaluated file. */
  #kept(ordinal: number): Evaluation | undefined {
    if (this.#evaluated === undefined) return undefined;
    this.#session.loader.adopt(this.#evaluated.sources);
    const collected = this.#vm.collected(ordinal);
    return 'declared' in collected ? collected : undefined;
  }

  /** Keeps the evaluated file for later scenarios, if evaluating it again would give the same. */
  #keep(): void {
    const session = this.#session;
    if (!this.#suite.isWanted || !session.isRepeatable || this.#vm.readsClock()) return;
    this.#suite.keep({ image: this.#vm.image(), sources: session.loader.sources });
  }

  #runFile(): boolean {
    const session = this.#session;
    const source = session.loader.open(session.job.file);
    this.#body((vm) => vm.evaluate(source, session.job.file), 'scenario');
    return !session.failures.some((one) => one.code === 'E_SCENARIO_SYNTAX');
  }

  /** Runs a part of the scenario; false when the next one must not follow. */
  #phase(phase: Phase, start: (vm: Vm) => Settled): boolean {
    const session = this.#session;
    const vm = this.#vm;
    session.enter(phase);
    session.stop.begin(session.isTeardown);
    const settled = start(vm);
    const reason = session.stop.end();
    this.#restarts ||= reason?.kind === 'restart';
    const error = this.#errorOf(settled, reason);
    if (error !== undefined) session.fail(error);
    this.#noteUnawaited(vm, reason === undefined);
    // A stop from outside may have come between assert() and its matcher.
    if (reason === undefined || reason.kind === 'skip') vm.endPhase();
    if (
      this.#quickJs.outOfMemory &&
      !session.failures.some((one) => one.code === 'E_SCRIPT_MEMORY')
    ) {
      session.fail(memoryError(session.limits.memory));
    }
    return session.failures.length === 0 && session.skipped === undefined;
  }

  #errorOf(settled: Settled, reason: StopReason | undefined): ErrorData | undefined {
    const thrown = 'error' in settled ? this.#meaning(settled.error) : undefined;
    if (reason !== undefined) return this.#stopped(reason, thrown);
    if (settled.how === 'pending') return neverSettles();
    return thrown;
  }

  #stopped(reason: StopReason, thrown: ErrorData | undefined): ErrorData | undefined {
    const session = this.#session;
    if (reason.kind === 'skip') return undefined;
    if (reason.kind !== 'reached') {
      const { at, frames } = thrown ?? {};
      return {
        ...stopError(reason, session),
        ...(at === undefined ? {} : { at }),
        ...(frames === undefined ? {} : { frames }),
      };
    }
    return {
      code: 'E_SCENARIO_COLLECT',
      ...said({
        subject: 'suite file',
        what: 'waits or acts at its top level, outside scenario()',
      }),
      hint: 'move that statement into setup()',
      ...session.place(reason.stack),
    };
  }

  #meaning(thrown: QuickJSHandle): ErrorData {
    try {
      return meaningOf(this.#vm.describe(thrown), this.#session);
    } catch (error) {
      if (!(error instanceof Undescribable)) throw error;
      if (this.#quickJs.outOfMemory) return memoryError(this.#session.limits.memory);
      return {
        code: 'E_SCRIPT_THROWN',
        ...said({ subject: 'script', what: 'threw a value that cannot be shown' }),
      };
    }
  }

  /** A rejected promise that nothing awaits fails the scenario as if it had been awaited. */
  #noteUnawaited(vm: Vm, report: boolean): void {
    vm.takeUnhandled().forEach((reason, index) => {
      if (!report || index >= MOST_UNAWAITED) {
        reason.dispose();
        return;
      }
      this.#session.failUnawaited(this.#meaning(reason));
    });
  }

  /** Catches errors that break out of WebAssembly itself: the VM is lost, and so is the thread. */
  #guarded<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (thrown) {
      const session = this.#session;
      session.stop.end();
      const error = this.#crash(thrown);
      session.fail(error);
      return undefined;
    }
  }

  #crash(thrown: unknown): ErrorData {
    const error = thrown instanceof Undescribable ? BROKEN : toErrorData(thrown);
    if (error.code !== 'E_INTERNAL') return error;
    this.#crashed = true;
    const { limits } = this.#session;
    const note = 'teardown did not run';
    if (this.#quickJs.outOfMemory) return { ...memoryError(limits.memory), hint: note };
    if (thrown instanceof RangeError) return { ...stackError(), hint: note };
    return error;
  }
}

const BROKEN: ErrorData = {
  code: 'E_SCRIPT_THROWN',
  ...said({
    subject: 'script',
    what: 'changed built-in objects of the language that Offhook needs',
  }),
  hint: 'leave the built-in objects as they are',
};

/** A file that skips at its top level: its scenarios were never seen, and nobody would miss them. */
const SKIPS_ALL: ErrorData = {
  code: 'E_SCENARIO_COLLECT',
  ...said({
    subject: 'skip()',
    what: 'called before the file declared a scenario or tested anything',
  }),
  hint: 'call it in setup(), or give the scenarios the option skip',
};

function testsNothing(scenario: string): ErrorData {
  return {
    code: 'E_NO_SCENARIO',
    ...said({
      subject: scenario,
      what: 'tests nothing',
      seen: 'its body reached no verb and no assertion',
    }),
    hint: "assert something in it, or end it with skip('why')",
  };
}

function neverSettles(): ErrorData {
  return {
    code: 'E_SCRIPT_NEVER_SETTLES',
    ...said({
      subject: 'script',
      what: 'awaits a promise that can never settle',
      seen: 'nothing is left to run',
    }),
    hint: 'there are no timers and no I/O in a script: wait with await_until or wait()',
  };
}

function asCollectError(error: ErrorData): ErrorData {
  if (['E_SCENARIO_SYNTAX', 'E_IMPORT', 'E_SCENARIO_COLLECT'].includes(error.code)) return error;
  return {
    ...error,
    code: 'E_SCENARIO_COLLECT',
    ...said({ subject: 'suite file', what: 'not collected', seen: error.message }),
  };
}
