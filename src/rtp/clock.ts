/**
 * When packets are due: one timer for all sessions of the process. Times are kept, not intervals, so lateness of one wake-up
 * does not move the next. Where nothing is due there is no timer.
 */

/** Called once when its time has come; to be called again, it has to ask for another time. */
type Beat = (now: number) => void;

/** A source of time and wake-ups: that of the process, or that of a test. */
export interface TimeSource {
  /** ms, monotonic. */
  now(): number;
  /** Calls `call` once, in `ms`. @returns a function that cancels the call */
  wake(ms: number, call: () => void): () => void;
}

const PROCESS: TimeSource = {
  now: () => performance.now(),
  wake(ms, call) {
    const timer = setTimeout(call, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Node's timers count whole milliseconds, so what is due within half a millisecond is done now. */
const EARLY_MS = 0.5;

/** The index of a beat that is not in the queue. */
const NOWHERE = -1;
/** The index of a beat whose time has come, while others are called before it. */
const TAKEN = -2;

interface Entry {
  readonly beat: Beat;
  time: number;
  /** Order of the requests, which decides between equal times. */
  order: number;
  place: number;
}

/**
 * Calls beats at their times. They are in a binary heap whose entries are reused: a hundred streams ask 5,000 times a second,
 * and garbage made that often would let the collector pause all of them.
 */
export class Clock {
  readonly #time: TimeSource;
  readonly #entries = new Map<Beat, Entry>();
  readonly #queue: Entry[] = [];
  readonly #taken: Entry[] = [];
  #order = 0;
  #isBeating = false;
  #timer: { at: number; cancel: () => void } | undefined;

  constructor(time: TimeSource = PROCESS) {
    this.#time = time;
  }

  /** ms, monotonic (performance.now()). */
  now(): number {
    return this.#time.now();
  }

  /** `beat` is called at that time, or at once if it has passed, but never before this returns. Replaces its time. */
  at(time: number, beat: Beat): void {
    let entry = this.#entries.get(beat);
    if (entry === undefined) {
      entry = { beat, time, order: 0, place: NOWHERE };
      this.#entries.set(beat, entry);
    }
    this.#order += 1;
    entry.order = this.#order;
    entry.time = time;
    this.#put(entry);
    if (!this.#isBeating && time < (this.#timer?.at ?? Infinity)) this.#wakeAt(time);
  }

  cancel(beat: Beat): void {
    const entry = this.#entries.get(beat);
    if (entry === undefined) return;
    this.#entries.delete(beat);
    this.#takeOut(entry);
    if (this.#entries.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Whether nothing is due, now or later. */
  get idle(): boolean {
    return this.#timer === undefined;
  }

  #wakeAt(time: number): void {
    this.#timer?.cancel();
    const ms = Math.max(0, Math.round(time - this.#time.now()));
    this.#timer = {
      at: time,
      cancel: this.#time.wake(ms, () => {
        this.#beat();
      }),
    };
  }

  #beat(): void {
    this.#timer = undefined;
    this.#isBeating = true;
    const now = this.#time.now();
    const taken = this.#taken;
    let next = this.#queue[0];
    while (next !== undefined && next.time <= now + EARLY_MS) {
      this.#takeOut(next);
      next.place = TAKEN;
      taken.push(next);
      next = this.#queue[0];
    }
    try {
      for (const entry of taken) {
        // A beat called before it may have cancelled it, or given it another time.
        if (entry.place !== TAKEN) continue;
        entry.place = NOWHERE;
        entry.beat(now);
        if (entry.place === NOWHERE) this.#entries.delete(entry.beat);
      }
    } finally {
      // A beat has thrown: the remaining ones are called next.
      for (const entry of taken) if (entry.place === TAKEN) this.#put(entry);
      taken.length = 0;
      this.#isBeating = false;
      if (this.#queue[0] !== undefined) this.#wakeAt(this.#queue[0].time);
    }
  }

  /** Moves a beat to its place in the queue. */
  #put(entry: Entry): void {
    if (entry.place < 0) {
      entry.place = this.#queue.length;
      this.#queue.push(entry);
    }
    this.#rise(entry);
    this.#sink(entry);
  }

  #takeOut(entry: Entry): void {
    const { place } = entry;
    entry.place = NOWHERE;
    if (place < 0) return;
    const last = this.#queue.pop();
    if (last === undefined || last === entry) return;
    this.#set(place, last);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(entry: Entry): void {
    while (entry.place > 0) {
      const above = this.#queue[(entry.place - 1) >> 1];
      if (above === undefined || isBefore(above, entry)) return;
      const { place } = above;
      this.#set(entry.place, above);
      this.#set(place, entry);
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const left = this.#queue[2 * entry.place + 1];
      if (left === undefined) return;
      const right = this.#queue[2 * entry.place + 2];
      const first = right !== undefined && isBefore(right, left) ? right : left;
      if (isBefore(entry, first)) return;
      const { place } = first;
      this.#set(entry.place, first);
      this.#set(place, entry);
    }
  }

  #set(place: number, entry: Entry): void {
    this.#queue[place] = entry;
    entry.place = place;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}

/** The clock of all sessions of the process. */
export const CLOCK = new Clock();
