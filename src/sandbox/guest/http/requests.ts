/**
 * Requests the mock servers of the script have received, read like everything else: all that have arrived, or
 * in a condition those up to the cursor. Only numbers and paths are kept here; contents are fetched on
 * demand.
 */
import type { LogEntry } from '../../../model/agent-event.js';
import type { MockRequestData } from '../../../model/http-message.js';
import { isGlob, matchesPath } from '../../../model/path-pattern.js';
import { ask } from '../host.js';

/** Most requests that can still be read, and most paths counted separately. */
const MOST_KEPT = 1000;
const MOST_PATHS = 10_000;
/** Contents asked for lately. */
const MOST_KNOWN = 100;

interface Count {
  arrived: number;
  passed: number;
}

interface Kept {
  id: number;
  path: string;
  passed: boolean;
}

interface Received {
  total: Count;
  paths: Map<string, Count>;
  kept: Map<number, Kept>;
  known: Map<number, MockRequestData>;
}

/** Which requests a script means. */
export type PathGiven = string | RegExp | undefined;

const mocks = new Map<string, Received>();

export function addMock(name: string): void {
  mocks.set(name, {
    total: { arrived: 0, passed: 0 },
    paths: new Map(),
    kept: new Map(),
    known: new Map(),
  });
}

export function requestArrived({ agent, event }: LogEntry): void {
  const mock = mocks.get(agent);
  if (mock === undefined || event.type !== 'http_received') return;
  mock.total.arrived += 1;
  const count = mock.paths.get(event.path) ?? { arrived: 0, passed: 0 };
  count.arrived += 1;
  if (mock.paths.size < MOST_PATHS || count.arrived > 1) mock.paths.set(event.path, count);
  mock.kept.set(event.exchange, { id: event.exchange, path: event.path, passed: false });
  if (mock.kept.size > MOST_KEPT) {
    for (const id of mock.kept.keys()) {
      mock.kept.delete(id);
      break;
    }
  }
}

/** Counts a request once the cursor has passed it. */
export function requestPassed({ agent, event }: LogEntry): void {
  const mock = mocks.get(agent);
  if (mock === undefined || event.type !== 'http_received') return;
  mock.total.passed += 1;
  const count = mock.paths.get(event.path);
  if (count !== undefined) count.passed += 1;
  const kept = mock.kept.get(event.exchange);
  if (kept !== undefined) kept.passed = true;
}

/** `more`: entries that have arrived besides, for a responder. */
interface Reading {
  passedOnly: boolean;
  more: readonly LogEntry[];
}

export function countOf(name: string, path: PathGiven, { passedOnly, more }: Reading): number {
  const { total, paths } = received(name);
  const read = (count: Count | undefined): number =>
    passedOnly ? (count?.passed ?? 0) : (count?.arrived ?? 0);
  const besides = requestsAmong(name, path, more).length;
  if (path === undefined) return read(total) + besides;
  if (typeof path === 'string' && !isGlob(path)) return read(paths.get(path)) + besides;
  let sum = besides;
  for (const [one, count] of paths) if (isMeant(path, one)) sum += read(count);
  return sum;
}

/** Only the newest request (`lastOnly`), or all of them in the order they arrived, as far as they are kept. */
export function requestsOf(
  name: string,
  path: PathGiven,
  { passedOnly, more }: Reading,
  lastOnly: boolean,
): readonly MockRequestData[] {
  const mock = received(name);
  const ids = [...mock.kept.values()]
    .filter((one) => (one.passed || !passedOnly) && isMeant(path, one.path))
    .map(({ id }) => id);
  ids.push(...requestsAmong(name, path, more));
  const wanted = lastOnly ? ids.slice(-1) : ids.slice(-MOST_KEPT);
  const unknown = wanted.filter((id) => !mock.known.has(id));
  const found = new Map(mock.known);
  if (unknown.length > 0) {
    for (const one of ask('mock_requests', { mock: name, ids: unknown }) as MockRequestData[]) {
      found.set(one.id, one);
      remember(mock, one);
    }
  }
  return wanted.flatMap((id) => found.get(id) ?? []);
}

function requestsAmong(name: string, path: PathGiven, entries: readonly LogEntry[]): number[] {
  return entries.flatMap(({ agent, event }) =>
    agent === name && event.type === 'http_received' && isMeant(path, event.path)
      ? [event.exchange]
      : [],
  );
}

function remember({ known }: Received, request: MockRequestData): void {
  known.set(request.id, request);
  if (known.size <= MOST_KNOWN) return;
  for (const id of known.keys()) {
    known.delete(id);
    return;
  }
}

function isMeant(wanted: PathGiven, path: string): boolean {
  if (wanted === undefined) return true;
  if (typeof wanted === 'string') return matchesPath(wanted, path);
  // A fresh one: with the flag g, a match depends on the one before.
  return new RegExp(wanted).test(path);
}

function received(name: string): Received {
  const mock = mocks.get(name);
  if (mock === undefined) throw new Error(`no mock server "${name}"`);
  return mock;
}
