/** Scenarios of one file are independent, also where the file is evaluated for the first of them only. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Bench, Peer, type Ran } from '../testing/hostile/peer.js';
import type { DeclaredScenario, ScenarioJob } from './protocol.js';

let bench: Bench;
beforeAll(() => {
  bench = new Bench({ cpu_ms: 5000 });
});
afterAll(() => bench.close());

/** A file with this top level and six scenarios with this body. */
const suite = (top: string, body: string): string => `${top}
for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) scenario(name, () => { ${body} });`;

async function collected(
  source: string,
  name = 'scenario.js',
): Promise<{ job: ScenarioJob; scenarios: readonly DeclaredScenario[] }> {
  bench.write('counted.txt', '');
  const job = bench.job(bench.write(name, source));
  const { scenarios } = await bench.thread.collect(job);
  return { job, scenarios };
}

async function logsOf(
  job: ScenarioJob,
  scenario: DeclaredScenario | undefined,
): Promise<readonly string[]> {
  const peer = new Peer();
  await bench.runOne(job, scenario, peer);
  return peer.notes.flatMap((note) => (note.type === 'log' ? [note.text] : []));
}

const failures = ({ outcomes }: Ran) => outcomes.flatMap((one) => one.failures);
const logs = ({ notes }: Ran): readonly string[] =>
  notes.flatMap((note) => (note.type === 'log' ? [note.text] : []));

it('no scenario sees what another one changed', async () => {
  const top = `const list = [1]; const map = new Map(); let count = 0; globalThis.shared ??= [];
    class Counter { static total = 0; }`;
  const body = `list.push(2); map.set('x', 1); count += 1; shared.push(1); Counter.total += 1;
    Array.prototype.own = (Array.prototype.own ?? 0) + 1; Date.own = (Date.own ?? 0) + 1;
    assert([list.length, map.size, count, shared.length, Counter.total, [].own, Date.own])
      .equals([2, 1, 1, 1, 1, 1, 1]);`;
  const ran = await bench.run(suite(top, body));
  expect(failures(ran)).toEqual([]);
  expect(ran.outcomes).toHaveLength(6);
});

it('imports, functions and variables of the top level are there', async () => {
  bench.write('lib/more.js', 'export const more = { deep: [3] };');
  bench.write(
    'lib/help.js',
    "export { more } from './more.js'; export function fail() { null.x; }",
  );
  const top = `import { more, fail } from './lib/help.js';
    const A = env('A'); const fallback = env('B', 'none'); const value = await Promise.resolve(7);
    setup(() => ({ token: A + more.deep[0] }));`;
  const body = `more.deep.push(4); assert([A, fallback, value, more.deep.length]).equals(['x', 'none', 7, 2]);
    if (name === 'f') fail();`;
  const ran = await bench.run(suite(top, body), { job: { env: { A: 'x' } } });
  const [failed, ...others] = failures(ran);
  expect(others).toEqual([]);
  // Places and lines of source need the text of modules that only the first scenarios loaded.
  expect(failed?.at?.file).toMatch(/lib\/help\.js$/);
  expect(failed?.codeFrame).toContain('null.x');
});

it.each([
  ['uuid()', 'const made = uuid();'],
  ['chance', 'const made = Math.random();'],
  ['the clock', 'const made = Date.now(); while (Date.now() === made);'],
  ['a file', "const made = file_text('counted.txt');"],
])('a top level that reads %s is evaluated for each scenario', async (_what, top) => {
  const { job, scenarios } = await collected(suite(top, 'assert(1).equals(1); log(made);'));
  const seen: string[] = [];
  for (const [turn, scenario] of scenarios.entries()) {
    bench.write('counted.txt', `turn ${turn}`);
    seen.push(...(await logsOf(job, scenario)));
  }
  expect(new Set(seen).size).toBe(6);
});

it('a log line of the top level is told for each scenario', async () => {
  const ran = await bench.run(suite("log('top');", 'assert(1).equals(1);'));
  expect(logs(ran)).toHaveLength(6);
});

it('chance differs in each scenario', async () => {
  const ran = await bench.run(suite('', 'assert(1).equals(1); log(Math.random());'));
  expect(new Set(logs(ran)).size).toBe(6);
});

it('a scenario that uses up its memory harms no other', async () => {
  const body = `assert(1).equals(1);
    if (name === 'd') { const all = []; for (;;) all.push(new Array(100000).fill(0)); }`;
  const ran = await bench.run(suite('', body));
  expect(failures(ran).map(({ code }) => code)).toEqual(['E_SCRIPT_MEMORY']);
  expect(ran.outcomes).toHaveLength(6);
});

it('files take turns without taking each other for themselves', async () => {
  const body = 'assert(1).equals(1); log(word);';
  const one = await collected(suite("const word = 'one';", body), 'one.js');
  const two = await collected(suite("const word = 'two';", body), 'two.js');
  const order = [one, one, one, two, two, two, one, two, two];
  const seen: string[] = [];
  for (const { job, scenarios } of order) seen.push(...(await logsOf(job, scenarios[0])));
  expect(seen).toEqual(order.map((file) => (file === one ? 'one' : 'two')));
});

it('a file that was collected again is evaluated again', async () => {
  const seen: string[] = [];
  for (const word of ['old', 'new']) {
    const source = suite(`const word = '${word}';`, 'assert(1).equals(1); log(word);');
    seen.push(...logs(await bench.run(source)));
  }
  expect(seen).toEqual([...Array<string>(6).fill('old'), ...Array<string>(6).fill('new')]);
});

it('the same file with other variables is evaluated again', async () => {
  const source = suite("const A = env('A');", 'assert(1).equals(1); log(A);');
  const seen: string[] = [];
  for (const A of ['1', '2']) seen.push(...logs(await bench.run(source, { job: { env: { A } } })));
  expect(seen).toEqual([...Array<string>(6).fill('1'), ...Array<string>(6).fill('2')]);
});
