/**
 * QuickJS itself: one WebAssembly instance per thread with a memory that cannot grow past its limit, and
 * what its JavaScript wrapper lacks (a tracker of unhandled rejections). Knows no scenarios.
 */
import { readFileSync } from 'node:fs';
import {
  RELEASE_SYNC,
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSWASMModule,
} from 'quickjs-emscripten';
import { QUICKJS } from '../built.js';
import { MemoryImage, type Region } from './memory-image.js';
import type { Rejections } from './rejections.js';
import { TABLE_EXPORT, addTracker, withTableExported } from './wasm-table.js';

/**
 * Environment the build copies into its memory at the start. By default it copies the path of the program and
 * the language, and later allocations would lie elsewhere on each machine.
 */
const SURROUNDINGS: object = { thisProgram: 'offhook' };

const PAGE = 65_536;
/** The build requires at least this many pages. */
const INITIAL_PAGES = 256;

export class QuickJs {
  readonly #module: QuickJSWASMModule;
  readonly #memory: WebAssembly.Memory;
  readonly #tracker: number;
  /** Bytes of the binary. */
  readonly #size: number;
  #rejections: Rejections | undefined;
  /** The memory could not grow: some allocation has failed. */
  outOfMemory = false;
  /** Whether our bookkeeping failed: the instance must not be used again. */
  broken = false;

  private constructor(
    module: QuickJSWASMModule,
    memory: WebAssembly.Memory,
    table: WebAssembly.Table,
    size: number,
  ) {
    this.#size = size;
    this.#module = module;
    this.#memory = memory;
    this.#tracker = addTracker(table, (_context, promise, reason, handled) => {
      // Nothing may be thrown through WebAssembly.
      try {
        this.#rejections?.report(promise, reason, handled !== 0);
      } catch {
        this.broken = true;
      }
    });
  }

  static async load(memoryLimit: number): Promise<QuickJs> {
    // Its language, from Node 21 on.
    Reflect.deleteProperty(globalThis, 'navigator');
    const binary = readFileSync(QUICKJS);
    const compiled = await WebAssembly.compile(withTableExported(binary));
    const maximum = Math.max(INITIAL_PAGES, Math.floor(memoryLimit / PAGE));
    const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum });
    let table: WebAssembly.Table | undefined;
    const instantiateWasm = (
      imports: WebAssembly.Imports,
      done: (instance: WebAssembly.Instance) => void,
    ): WebAssembly.Exports => {
      const instance = new WebAssembly.Instance(compiled, imports);
      table = instance.exports[TABLE_EXPORT] as WebAssembly.Table;
      done(instance);
      return instance.exports;
    };
    const module = await newQuickJSWASMModuleFromVariant(
      newVariant(RELEASE_SYNC, {
        wasmMemory: memory,
        emscriptenModule: { instantiateWasm, ...SURROUNDINGS },
      }),
    );
    if (table === undefined) throw new Error('QuickJS was not instantiated by our hook');
    const quickJs = new QuickJs(module, memory, table, binary.length);
    quickJs.#watchGrowth();
    return quickJs;
  }

  newRuntime(): QuickJSRuntime {
    return this.#module.newRuntime();
  }

  /** Whom unhandled rejections are reported to from now on. */
  reportTo(rejections: Rejections | undefined): void {
    this.#rejections = rejections;
  }

  /** The present state of QuickJS. `earlier`: an earlier one of this instance, which is quicker. */
  image(earlier?: MemoryImage): MemoryImage {
    return MemoryImage.of(this.#memory, earlier);
  }

  /** The given state of another instance of this build. */
  imageOf(regions: readonly Region[]): MemoryImage {
    return new MemoryImage(this.#memory, regions);
  }

  /** Addresses of the first objects QuickJS made: the same in each instance of one build. */
  layout(context: QuickJSContext): string {
    const { ctx } = context as unknown as { ctx: { value: number } };
    return `${this.#size} ${pointerOf(context.runtime)} ${ctx.value}`;
  }

  /**
   * From now on, calls of the context's only host function (text in, text out) bypass the wrapper, which makes about ten objects and
   * five crossings per call: that costs more than most calls themselves.
   */
  shortenCalls(context: QuickJSContext, longest: number, answer: (text: string) => string): void {
    const { ffi, module, cToHostCallbacks } = context as unknown as Internals;
    const long = cToHostCallbacks.callFunction;
    let heap = Buffer.from(this.#memory.buffer);
    // The memory gets a new buffer when it grows.
    const bytes = (): Buffer =>
      heap.buffer === this.#memory.buffer ? heap : (heap = Buffer.from(this.#memory.buffer));
    cToHostCallbacks.callFunction = (ctx, self, argc, argv, id) => {
      // Nothing may be thrown through WebAssembly.
      try {
        const text = ffi.QTS_GetString(ctx, ffi.QTS_ArgvGetJSValueConstPointer(argv, 0));
        const end = bytes().indexOf(0, text);
        const isShort = text !== 0 && end - text <= longest;
        const given = isShort ? bytes().toString('utf8', text, end) : '';
        ffi.QTS_FreeCString(ctx, text);
        // The wrapper deals with a text that is missing or too long.
        if (!isShort) return long(ctx, self, argc, argv, id);
        const answered = answer(given);
        const size = Buffer.byteLength(answered);
        const place = module._malloc(size + 1);
        if (place === 0) return 0;
        bytes().write(answered, place);
        bytes()[place + size] = 0;
        const value = ffi.QTS_NewString(ctx, place);
        module._free(place);
        return value;
      } catch {
        this.broken = true;
        return 0;
      }
    };
  }

  /** Call after the interrupt handler was set: its pointer shows the place in the runtime. */
  installTracker(runtime: QuickJSRuntime): void {
    const words = new Uint32Array(this.#memory.buffer);
    words[trackerWord(words, pointerOf(runtime))] = this.#tracker;
  }

  /** The 64 bits QuickJS has for a value: equal for the same object. */
  identity(handle: QuickJSHandle): bigint {
    return new BigUint64Array(this.#memory.buffer)[handle.value / 8] ?? 0n;
  }

  /** A handle of its own on a value known by its bits. The value must be alive. */
  handleOf(context: QuickJSContext, bits: bigint): QuickJSHandle {
    const cell = context.newNumber(0);
    const view = new BigUint64Array(this.#memory.buffer);
    const number = view[cell.value / 8] ?? 0n;
    view[cell.value / 8] = bits;
    const handle = cell.dup();
    new BigUint64Array(this.#memory.buffer)[cell.value / 8] = number;
    cell.dispose();
    return handle;
  }

  /** The place of Math.random's state, as an index of 64-bit words, found by watching it move. */
  findRandomState(context: QuickJSContext, draw: () => void): number {
    const start = (context as unknown as { ctx: { value: number } }).ctx.value / 8;
    const before = new BigUint64Array(this.#memory.buffer).slice(start, start + CONTEXT_WORDS);
    draw();
    const after = new BigUint64Array(this.#memory.buffer).subarray(start, start + CONTEXT_WORDS);
    const word = before.findIndex((old, at) => old !== 0n && after[at] === nextRandom(old));
    if (word < 0) throw new Error('this build of QuickJS has an unknown layout: no random state');
    return start + word;
  }

  seedRandom(word: number, seed: bigint): void {
    new BigUint64Array(this.#memory.buffer)[word] = seed === 0n ? 1n : seed;
  }

  /** Emscripten tries several sizes when the memory grows; only when the last one failed is it full. */
  #watchGrowth(): void {
    const grow = this.#memory.grow.bind(this.#memory);
    this.#memory.grow = (pages) => {
      this.outOfMemory = true;
      const before = grow(pages);
      this.outOfMemory = false;
      return before;
    };
  }
}

/** Private parts of the wrapper's context and of the binary behind it. Values are pointers. */
interface Internals {
  cToHostCallbacks: {
    callFunction: (ctx: number, self: number, argc: number, argv: number, id: number) => number;
  };
  ffi: {
    QTS_ArgvGetJSValueConstPointer: (argv: number, index: number) => number;
    QTS_GetString: (ctx: number, value: number) => number;
    QTS_FreeCString: (ctx: number, text: number) => void;
    QTS_NewString: (ctx: number, text: number) => number;
  };
  module: {
    _malloc: (bytes: number) => number;
    _free: (place: number) => void;
  };
}

/** Words of JSContext looked through. */
const CONTEXT_WORDS = 128;

/** xorshift64star of quickjs.c. */
function nextRandom(state: bigint): bigint {
  let next = state ^ (state >> 12n);
  next = BigInt.asUintN(64, next ^ (next << 25n));
  return next ^ (next >> 27n);
}

function pointerOf(runtime: QuickJSRuntime): number {
  return (runtime as unknown as { rt: { value: number } }).rt.value;
}

/** Words of JSRuntime looked through. */
const RUNTIME_WORDS = 256;

/**
 * JSRuntime of quickjs.c has, in this order: interrupt_handler, interrupt_opaque,
 * host_promise_rejection_tracker, its opaque, and job_list, whose empty form points twice at itself. That
 * is found in one place only; another layout is refused rather than guessed at.
 */
function trackerWord(words: Uint32Array, runtime: number): number {
  const start = runtime / 4;
  const found: number[] = [];
  for (let at = start; at < start + RUNTIME_WORDS; at += 1) {
    const list = (at + 4) * 4;
    const isHandler = words[at] !== 0 && (words[at] ?? 0) < 0x1_0000;
    const isTrackerFree = words[at + 2] === 0 && words[at + 3] === 0;
    if (isHandler && isTrackerFree && words[at + 4] === list && words[at + 5] === list) {
      found.push(at + 2);
    }
  }
  const [word] = found;
  if (word === undefined || found.length !== 1) {
    throw new Error(
      'this build of QuickJS has an unknown layout: the rejection tracker was not found',
    );
  }
  return word;
}
