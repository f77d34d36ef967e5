/**
 * The QuickJS runtime of a thread, renewed for every scenario: evaluates modules, calls the guest, runs promise jobs, and turns
 * thrown values into data inside the VM. Knows what can go wrong with handles; knows no scenario.
 */
import { randomBytes } from 'node:crypto';
import {
  StaticLifetime,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
} from 'quickjs-emscripten';
import { ERROR_CODES, type ErrorData } from '../../errors.js';
import { readGuestImage, type GuestImage } from './guest-image.js';
import { GUEST_MAIN, guestName, guestSource, type Loader } from '../thread/modules/loader.js';
import type { GuestExports } from '../guest-protocol.js';
import type { FilePart } from '../../model/run-event.js';
import type { Collected } from '../protocol.js';
import type { MemoryImage } from './memory-image.js';
import type { QuickJs } from './quickjs.js';
import { Rejections } from './rejections.js';
import type { Stop } from '../thread/stop.js';

/** Global under which the guest finds its host function, and from which it removes it. */
const HOST_NAME = '__offhook_host';
const LONGEST_TEXT = 4 * 1_048_576;
/** The guest itself needs some; the build has 5 MiB in all. */
const SMALLEST_STACK = 131_072;
const LARGEST_STACK = 4 * 1_048_576;

type HostFunction = (operation: string, payload: string) => string;

/** Outcome of a phase. `stopped`: the reason is in Stop. The caller disposes of the error. */
export type Settled =
  | { how: 'fulfilled' }
  | { how: 'rejected'; error: QuickJSHandle }
  | { how: 'pending' }
  | { how: 'stopped'; error?: QuickJSHandle };

export type Thrown = ErrorData & { stack: string };

/** The VM's answer makes no sense: memory or stack are used up, or built-ins were changed. */
export class Undescribable extends Error {}

/** What a VM is used for at the moment. */
export interface Binding {
  stop: Stop;
  loader: Loader;
  host: HostFunction;
}

export interface Renewal {
  image?: MemoryImage | undefined;
  clean?: boolean;
}

export class Vm {
  readonly #quickJs: QuickJs;
  readonly #runtime: QuickJSRuntime;
  readonly #context: QuickJSContext;
  readonly #guest: QuickJSHandle;
  readonly #fresh: MemoryImage;
  readonly #stack: number;
  readonly #randomState: number;
  #binding: Binding | undefined;
  #rejections = new Rejections(() => nothing, never);
  /** Value of `loader.requests` when the running job began. */
  #requestsBefore = 0;

  constructor(quickJs: QuickJs, stack: number) {
    this.#quickJs = quickJs;
    this.#stack = Math.min(Math.max(stack, SMALLEST_STACK), LARGEST_STACK);
    this.#runtime = quickJs.newRuntime();
    this.#runtime.setInterruptHandler(() => this.#binding?.stop.shouldInterrupt() ?? false);
    quickJs.installTracker(this.#runtime);
    this.#runtime.setModuleLoader(
      (name) => this.#binding?.loader.load(name) ?? guestSource(name),
      (base, name) => this.#binding?.loader.normalize(base, name) ?? guestName(base, name),
    );
    this.#context = this.#runtime.newContext();
    this.#makeBridge();
    const made = readGuestImage(quickJs.layout(this.#context));
    if (made === undefined) {
      // This happens before the guest is there, because the guest notes each use of chance.
      this.#randomState = quickJs.findRandomState(this.#context, () => {
        this.#context.unwrapResult(this.#context.evalCode('Math.random()')).dispose();
      });
      this.#guest = this.#loadGuest();
    } else {
      this.#guest = new StaticLifetime(made.guest) as unknown as QuickJSHandle;
      this.#randomState = made.randomState;
    }
    this.#fresh = made === undefined ? quickJs.image() : quickJs.imageOf(made.regions);
  }

  /** The image for later instances of the same build, which then need not evaluate the guest. */
  get guestImage(): GuestImage {
    const { regions } = this.#fresh;
    const layout = this.#quickJs.layout(this.#context);
    return { layout, guest: this.#guest.value, randomState: this.#randomState, regions };
  }

  /**
   * Makes a fresh VM, or goes back to an image of it: nothing is left of earlier scenarios. `clean`: an image is
   * taken of it later.
   */
  renew(binding: Binding, { image = this.#fresh, clean = false }: Renewal = {}): void {
    image.restore({ clean });
    this.#runtime.setMaxStackSize(this.#stack);
    this.#quickJs.seedRandom(this.#randomState, randomBytes(8).readBigUInt64LE());
    this.#binding = binding;
    this.#rejections = new Rejections(
      (bits) => {
        const handle = this.#quickJs.handleOf(this.#context, bits);
        return () => {
          handle.dispose();
        };
      },
      () => binding.loader.requests !== this.#requestsBefore,
    );
    this.#quickJs.reportTo(this.#rejections);
  }

  /** The present state, for renew(). Usable only if taken between calls, when no handle is left. */
  image(): MemoryImage {
    return this.#quickJs.image(this.#fresh);
  }

  #makeBridge(): void {
    const context = this.#context;
    const answer = (text: string): string => {
      const end = text.indexOf(' ');
      return this.#binding?.host(text.slice(0, end), text.slice(end + 1)) ?? '{}';
    };
    const bridge = context.newFunction('host', (request) =>
      context.newString(answer(this.#text(request))),
    );
    this.#quickJs.shortenCalls(context, LONGEST_TEXT, answer);
    // These are made when first used, and must be part of the image.
    const { undefined: _u, null: _n, true: _t, false: _f } = context;
    bridge.consume((handle) => {
      context.defineProp(context.global, HOST_NAME, { value: handle, configurable: true });
    });
  }

  #loadGuest(): QuickJSHandle {
    const context = this.#context;
    const result = context.evalCode(guestSource(GUEST_MAIN), GUEST_MAIN, { type: 'module' });
    if (result.error === undefined) return result.value;
    const message: unknown = result.error.consume((error): unknown => context.dump(error));
    throw new Error(`the guest did not load: ${JSON.stringify(message)}`);
  }

  /** Evaluates a script file as a module and runs all jobs. */
  evaluate(source: string, file: string): Settled {
    this.#requestsBefore = this.#binding?.loader.requests ?? 0;
    return this.#settle(() => this.#context.evalCode(source, file, { type: 'module' }));
  }

  /** Whether the script has read the clock or chance. @throws Undescribable */
  readsClock(): boolean {
    const context = this.#context;
    const result = context
      .getProp(this.#guest, 'readsClock' satisfies keyof GuestExports)
      .consume((fn) => context.callFunction(fn, context.undefined));
    if (result.error !== undefined) {
      result.error.dispose();
      throw new Undescribable();
    }
    return result.value.consume((value) => context.dump(value) !== false);
  }

  /** Calls an async export of the guest and runs all jobs. */
  run(name: 'setup' | 'body' | 'teardown' | FilePart, ordinal: number): Settled {
    const context = this.#context;
    return this.#settle(() =>
      context
        .getProp(this.#guest, name)
        .consume((fn) =>
          context
            .newNumber(ordinal)
            .consume((number) => context.callFunction(fn, context.undefined, number)),
        ),
    );
  }

  /** The scenarios declared so far: all, or the one of that ordinal. @throws Undescribable */
  collected(ordinal?: number): { declared: Collected } | { error: QuickJSHandle } {
    const context = this.#context;
    const result = context
      .getProp(this.#guest, 'collected' satisfies keyof GuestExports)
      .consume((fn) => {
        const wanted = ordinal === undefined ? context.undefined : context.newNumber(ordinal);
        return wanted.consume((handle) => context.callFunction(fn, context.undefined, handle));
      });
    if (result.error !== undefined) return { error: result.error };
    const declared = this.#json(result.value) as Partial<Collected>;
    if (!Array.isArray(declared.scenarios)) throw new Undescribable();
    return { declared: declared as Collected };
  }

  /** Calls the guest for a responder; runs no jobs. Undefined: it was interrupted. @throws Undescribable */
  respond(task: string): string | undefined {
    const context = this.#context;
    const result = context
      .getProp(this.#guest, 'respond' satisfies keyof GuestExports)
      .consume((fn) =>
        context
          .newString(task)
          .consume((handle) => context.callFunction(fn, context.undefined, handle)),
      );
    const answer = result.error === undefined ? this.#textOf(result.value) : undefined;
    result.error?.dispose();
    return answer;
  }

  /** Always call after respond(), once the limit of the responder no longer applies. */
  responded(): void {
    this.#call('responded');
  }

  /** Call after a phase: the guest reports each assert() that no matcher has followed. */
  endPhase(): void {
    this.#call('endPhase');
  }

  /** Call after renew(): the guest reports how its cursor moves. */
  traceCursor(): void {
    this.#call('traceCursor');
  }

  #call(name: 'responded' | 'endPhase' | 'traceCursor'): void {
    const context = this.#context;
    const result = context
      .getProp(this.#guest, name)
      .consume((fn) => context.callFunction(fn, context.undefined));
    if (result.error === undefined) result.value.dispose();
    else result.error.dispose();
  }

  /** A thrown value as data; disposes of it. @throws Undescribable */
  describe(thrown: QuickJSHandle): Thrown {
    const context = this.#context;
    const result = context
      .getProp(this.#guest, 'describe' satisfies keyof GuestExports)
      .consume((fn) => context.callFunction(fn, context.undefined, thrown));
    thrown.dispose();
    if (result.error !== undefined) {
      result.error.dispose();
      throw new Undescribable();
    }
    const described = this.#json(result.value) as Partial<Thrown>;
    if (!Object.hasOwn(ERROR_CODES, described.code ?? '')) throw new Undescribable();
    if (typeof described.message !== 'string') throw new Undescribable();
    return { ...described, stack: described.stack ?? '' } as Thrown;
  }

  /** Reasons of rejected promises that nothing has handled, except `but`; the caller disposes of each. */
  takeUnhandled(but?: QuickJSHandle): QuickJSHandle[] {
    const reported = new Set(but === undefined ? [] : [this.#quickJs.identity(but)]);
    const reasons: QuickJSHandle[] = [];
    for (const rejection of this.#rejections.take()) {
      if (!reported.has(rejection.reason)) {
        reported.add(rejection.reason);
        reasons.push(this.#quickJs.handleOf(this.#context, rejection.reason));
      }
      rejection.release();
    }
    return reasons;
  }

  #settle(start: () => ReturnType<QuickJSContext['evalCode']>): Settled {
    const result = start();
    if (result.error !== undefined) {
      this.#runJobs();
      return this.#reason() ? { how: 'stopped', error: result.error } : rejected(result.error);
    }
    const promise = result.value;
    const jobError = this.#runJobs();
    const state = this.#context.getPromiseState(promise);
    if (state.type === 'fulfilled' && state.value !== promise) state.value.dispose();
    promise.dispose();
    const error = state.type === 'rejected' ? state.error : jobError;
    if (error !== jobError) jobError?.dispose();
    if (this.#reason()) return error === undefined ? { how: 'stopped' } : { how: 'stopped', error };
    return error === undefined
      ? { how: state.type === 'pending' ? 'pending' : 'fulfilled' }
      : rejected(error);
  }

  /** Runs jobs one at a time, until none is left or the script must stop. @returns the error a job threw */
  #runJobs(): QuickJSHandle | undefined {
    let thrown: QuickJSHandle | undefined;
    while (!this.#reason() && this.#runtime.hasPendingJob()) {
      this.#requestsBefore = this.#binding?.loader.requests ?? 0;
      const result = this.#runtime.executePendingJobs(1);
      if (result.error === undefined) continue;
      thrown?.dispose();
      thrown = result.error;
    }
    return thrown;
  }

  #reason(): boolean {
    return this.#binding?.stop.shouldInterrupt() ?? false;
  }

  #json(handle: QuickJSHandle): object {
    const text = this.#textOf(handle);
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === 'object' && value !== null) return value;
    } catch {
      // Thrown below.
    }
    throw new Undescribable();
  }

  #textOf(handle: QuickJSHandle): string {
    return handle.consume((one) => this.#text(one));
  }

  #text(handle: QuickJSHandle): string {
    const context = this.#context;
    const length = context.getProp(handle, 'length').consume((one) => context.getNumber(one));
    if (context.typeof(handle) !== 'string' || !(length <= LONGEST_TEXT)) throw new Undescribable();
    return context.getString(handle);
  }
}

function rejected(error: QuickJSHandle): Settled {
  return { how: 'rejected', error };
}

const never = (): boolean => false;
const nothing = (): void => undefined;
