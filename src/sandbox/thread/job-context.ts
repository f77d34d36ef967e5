/** State of the running job on the thread: phase, flags, failures, budgets. */
import { type ErrorData, said, type SourceLocation } from '../../errors.js';
import type { Failure, Phase } from '../../model/run-event.js';
import type { FunctionRow } from '../../schema/rows.js';
import type { Channel, UnnumberedCall } from './channel.js';
import { hrtimeMs } from '../clock.js';
import { Environment, readRoots } from './environment.js';
import { Loader, type Sources } from './modules/loader.js';
import type { Note, RunJob, ScenarioJob, ThreadLimits } from '../protocol.js';
import { callArgument, callChain, codeFrame, placeOf } from './stack.js';
import type { Stop } from './stop.js';

/** A script that logs in a loop must not fill the memory of the main thread. */
const MOST_NOTES = 50_000;
const MOST_NOTE_TEXT = 16 * 1_048_576;
/** Most source texts kept for stacks already resolved. */
const MOST_PLACES = 500;
const LONGEST_STACK = 4096;

/** A verb of a parallel(), checked and not yet started. */
export interface QueuedVerb {
  request: UnnumberedCall;
  effect: FunctionRow['effect'];
  /** Where the script called it. */
  stack: string;
}

export class Session {
  readonly job: ScenarioJob & Pick<RunJob, 'fileValue' | 'keep'>;
  readonly channel: Channel;
  readonly stop: Stop;
  readonly loader: Loader;
  readonly environment: Environment;
  readonly began: number;
  readonly limits: ThreadLimits;
  /** Only for messages: the main thread keeps the time. */
  readonly timeoutMs: number;
  readonly teardownMs: number;
  /** Whether a file is evaluated only to learn its scenarios: nothing may act, nothing is shown. */
  readonly collecting: boolean;
  /** The file itself is the scenario. */
  readonly isSingle: boolean;
  /** Whether the top level of a suite file runs: calls that wait or act belong in setup(). */
  declaring: boolean;
  /** Whether the script has used nothing but what comes out the same each time, as kept-suite.ts has it. */
  isRepeatable = true;
  /** How often the script has asserted, or has called something that waits or acts. */
  tests = 0;
  phase: Phase = 'load';
  skipped: { reason: string } | undefined;
  /** What setup_file has returned: plain data. */
  fileValue: unknown;
  /** Whether a responder runs: it may read, not act or wait. */
  responding = false;
  /** Stack of the on() call of each responder. */
  readonly responderStacks = new Map<number, string>();
  /** Verbs of the parallel() whose function runs. */
  readonly queued: QueuedVerb[] = [];
  /** What the script waits for, outermost first. */
  readonly waitingFor: string[] = [];
  readonly failures: Failure[] = [];
  readonly #places = new Map<string, unknown>();
  #notes = 0;
  #noteText = 0;

  constructor(options: {
    job: Session['job'];
    channel: Channel;
    stop: Stop;
    began: number;
    limits: ThreadLimits;
    sources: Sources;
    timeoutMs: number;
    teardownMs: number;
    kind: 'collect' | 'suite' | 'single';
  }) {
    this.job = options.job;
    this.channel = options.channel;
    this.stop = options.stop;
    this.began = options.began;
    this.limits = options.limits;
    this.timeoutMs = options.timeoutMs;
    this.teardownMs = options.teardownMs;
    this.collecting = options.kind === 'collect';
    this.isSingle = options.kind === 'single';
    this.declaring = !this.isSingle;
    this.loader = new Loader(readRoots(options.job), options.sources);
    this.environment = new Environment(options.job);
  }

  /** Whether the scenario, or the file, is over. */
  get isTeardown(): boolean {
    return this.phase === 'teardown' || this.phase === 'teardown_file';
  }

  now(): number {
    return hrtimeMs() - this.began;
  }

  enter(phase: Phase): void {
    this.phase = phase;
    this.responding = false;
    this.waitingFor.length = 0;
    if (!this.collecting) this.#tell({ type: 'phase', phase });
  }

  note(note: Note): void {
    if (this.collecting || this.#notes > MOST_NOTES) return;
    this.#notes += 1;
    this.#noteText += textOf(note);
    if (this.#notes > MOST_NOTES || this.#noteText > MOST_NOTE_TEXT) {
      this.#notes = MOST_NOTES + 1;
      const text = `too much output: further log lines, assertions and waits of this scenario are not shown (limits ${MOST_NOTES} lines, ${MOST_NOTE_TEXT} characters)`;
      this.#tell({ type: 'log', text });
      return;
    }
    this.#tell(note);
  }

  /** A wait matters only to a viewer while it lasts, so its note goes out when the thread sleeps. */
  #tell(note: Note): void {
    const isWait = note.type === 'waiting' || note.type === 'waited';
    this.channel.note({ at: this.now(), note }, !isWait);
  }

  place(stack: string): Pick<ErrorData, 'at' | 'frames'> {
    return this.#once('place', stack, () => placeOf(stack, this.loader.sourceOf));
  }

  /** Source text of the argument of the innermost call of `callee`. */
  argumentOf(callee: string, stack: string): string | undefined {
    return this.#once(callee, stack, () => callArgument(stack, callee, this.loader.sourceOf));
  }

  /** Source text that follows that call: ".describe("x")". */
  chainOf(callee: string, stack: string): string | undefined {
    return callChain(stack, callee, this.loader.sourceOf);
  }

  /** Does what argumentOf does, for one element of an array argument. */
  elementOf(callee: string, stack: string, index: number): string | undefined {
    const find = () => callArgument(stack, callee, this.loader.sourceOf, index);
    return this.#once(`${callee} ${index}`, stack, find);
  }

  /** Caches `find`: the same line calls again and again, and a loaded source never changes. */
  #once<T>(what: string, stack: string, find: () => T): T {
    const key = `${what} ${stack}`;
    const known = this.#places.get(key);
    if (known !== undefined || this.#places.has(key)) return known as T;
    const found = find();
    if (this.#places.size < MOST_PLACES && stack.length < LONGEST_STACK) {
      this.#places.set(key, found);
    }
    return found;
  }

  at(stack: string): { at?: SourceLocation } {
    const { at } = this.place(stack);
    return at === undefined ? {} : { at };
  }

  /** Data of an error as a failure of the present phase, with the lines around its place. */
  toFailure(error: ErrorData): Failure {
    const source = error.at === undefined ? undefined : this.loader.textOf(error.at.file);
    const frame =
      error.at === undefined || source === undefined
        ? {}
        : { codeFrame: codeFrame(error.at, source) };
    return { ...error, phase: this.phase, ...frame };
  }

  /** Fails the scenario, for good. The same failure on its way up is reported once. */
  fail(error: ErrorData): void {
    if (this.failures.some((one) => isSame(one, error))) return;
    const failure = this.toFailure(error);
    this.failures.push(failure);
    if (!this.collecting) this.channel.send({ type: 'failed', failure });
  }

  failUnawaited(error: ErrorData): void {
    if (this.failures.some((one) => isSame(one, error))) return;
    this.fail({
      ...error,
      code: 'E_SCRIPT_UNAWAITED',
      ...said({
        subject: 'promise',
        what: 'rejected, and nothing awaited it',
        seen: error.message,
      }),
      // A name that does not exist does not exist when it is awaited either.
      hint:
        error.code === 'E_SCRIPT_THROWN' && error.hint !== undefined
          ? error.hint
          : 'write await in front of the call that returned the promise, or catch its error',
    });
  }
}

function textOf(note: Note): number {
  let length = 0;
  for (const value of Object.values(note)) if (typeof value === 'string') length += value.length;
  return length;
}

function isSame(a: ErrorData, b: ErrorData): boolean {
  const samePlace =
    a.at?.file === b.at?.file && a.at?.line === b.at?.line && a.at?.column === b.at?.column;
  if (a.code !== b.code || !samePlace) return false;
  return a.code === 'E_ASSERT'
    ? a.label === b.label && a.actual === b.actual
    : a.message === b.message;
}
