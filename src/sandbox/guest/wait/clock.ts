/**
 * Finds out which conditions read the clock or random numbers: these can come true without an event. In QuickJS only `Date` and
 * `Math.random` give access to either.
 */
import { apply, define } from '../primordials.js';
import { noteTimely } from '../world.js';

let isRead = false;

export function readsClock(): boolean {
  return isRead;
}

function noteRead(): void {
  isRead = true;
  noteTimely();
}

/** Replaces `Date` and `Math.random` by versions that note each use. Called once, before any script. */
export function watchClock(): void {
  const [now, random] = [Date.now, Math.random];
  const watched = new Proxy(Date, {
    apply(target, self, args) {
      noteRead();
      return apply(target, self, args) as string;
    },
    construct(target, args, newTarget) {
      if (args.length === 0) noteRead();
      return Reflect.construct(target, args, newTarget) as Date;
    },
  });
  define(Date.prototype, 'constructor', { value: watched });
  define(Date, 'now', { value: named('now', () => apply(now, Date, [])) });
  define(Math, 'random', { value: named('random', () => apply(random, Math, [])) });
  define(globalThis, 'Date', { value: watched });
}

function named(name: string, read: () => number): () => number {
  const reading = (): number => {
    noteRead();
    return read();
  };
  define(reading, 'name', { value: name });
  return reading;
}
