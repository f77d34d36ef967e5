/** A monitor that is killed at any moment has what it said was stored, whole, and its successor may begin at once. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY, endedRun, NOON, storedMonitor } from '../../testing/monitor/sample-monitor.js';
import { storePlaces } from '../../testing/monitor/store-places.js';
import { openStore } from './open-store.js';

/** Writes runs until it is killed, and prints the number of each when the store says that it is stored. */
const WRITER = `
  const [, module, where, first, run, monitor] = process.argv;
  const { openStore } = await import(module);
  const store = await openStore(where);
  process.stdout.write('open\\n');
  const { started_at, ...rest } = JSON.parse(run);
  for (let number = Number(first); ; number += 1) {
    const run = { ...rest, id: 'run-' + number, started_at: started_at + number };
    await store.begin(run);
    await store.end(run, { ...JSON.parse(monitor), last: run });
    process.stdout.write(number + '\\n');
  }
`;
const STORE = new URL('../../../dist/monitor/store/open-store.js', import.meta.url).href;

function startWriter(where: string, first: number) {
  const data = [endedRun(), storedMonitor()].map((value) => JSON.stringify(value));
  return spawn(
    process.execPath,
    ['--input-type=module', '-e', WRITER, STORE, where, String(first), ...data],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
}

/** It is killed after so many runs at most, and then at some point of the next. */
const MOST_RUNS = 60;

const places = await storePlaces();
beforeAll(places.begin);
afterAll(places.end);

/** Starts a writer and kills it while it writes. @returns the numbers it printed; undefined: it was not let in */
async function writeAndDie(where: string, first: number): Promise<readonly number[] | undefined> {
  const child = startWriter(where, first);
  const ended = once(child, 'close');
  const printed: number[] = [];
  let isOpen = false;
  const runs = randomInt(MOST_RUNS);
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'open') isOpen = true;
    else printed.push(Number(line));
    if (printed.length === runs) killAtSomePoint(child);
  }
  await ended;
  return isOpen ? printed : undefined;
}

/** Within the run that it writes now, or just after. */
function killAtSomePoint(child: ChildProcess): void {
  const end = performance.now() + Math.random();
  while (performance.now() < end);
  child.kill('SIGKILL');
}

async function dieAgainAndAgain(where: string, times: number): Promise<void> {
  const stored: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const first = (stored.at(-1) ?? -1) + 1;
    const printed = await writeAndDie(where, first);
    expect(printed, 'the successor is let in').toBeDefined();
    stored.push(...(printed ?? []));
    const store = await openStore(where);
    // the last run may be stored although there was no time to say so
    const runs = (await store.history('sales', NOON + DAY, 1_000_000)).map(({ id }) => id);
    expect(stored.filter((number) => !runs.includes(`run-${number}`))).toEqual([]);
    const [day] = await store.buckets('sales', 'day', 0, NOON + DAY);
    expect(day?.runs.passed ?? 0).toBe(runs.length);
    expect((await store.monitors())[0]?.last?.id).toBe(runs[0]);
    stored.push(...runs.slice(0, 1).map((id) => Number(id.slice('run-'.length))));
    await store.close();
  }
  expect(stored.length).toBeGreaterThan(times);
}

for (const { kind, there, fresh } of places.kinds) {
  describe.skipIf(!there)(kind, () => {
    const [beside, times] = kind === 'SQLite' ? [3, 17] : [2, 3];
    test(`${beside} monitors are killed ${times} times each`, async () => {
      const wheres = await Promise.all(Array.from({ length: beside }, fresh));
      await Promise.all(wheres.map((where) => dieAgainAndAgain(where, times)));
    });

    test('another process is refused while the first lives', async () => {
      const where = await fresh();
      const first = startWriter(where, 0);
      await Promise.race([once(first.stdout, 'data'), once(first, 'exit')]);
      await expect(openStore(where)).rejects.toMatchObject({
        code: 'E_STORE',
        details: { what: 'another monitor uses it' },
      });
      first.kill('SIGKILL');
      await once(first, 'exit');
      const store = await openStore(where);
      await store.close();
    });
  });
}
