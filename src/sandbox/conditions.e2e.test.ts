/** A script must not pass with assertions without a matcher or with conditions that prove nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, failure, Peer } from '../testing/hostile/peer.js';
import { leastMs } from '../testing/timing.js';

let bench: Bench;
beforeAll(() => {
  bench = new Bench({ cpu_ms: 5000 });
});
afterAll(() => bench.close());

const failed = async (source: string) => failure(await bench.run(source, {}));

describe('assert() without a matcher fails, wherever it stands', () => {
  it.each([
    ['assert(1 === 2);', '1:1', 'write assert(1).equals(2)'],
    ['const a = 5;\nassert(a).describe("x").describe("y");', '2:1', '.equals(expected)'],
    ['assert(true).is_true;', '1:1', 'write assert(true).is_true()'],
    ['log(assert(3).value());', '1:5', 'write assert(3).equals(expected)'],
    ['step("s", () => assert(1 < 2));', '1:17', 'write assert(1).less_than(2)'],
    ['await_until(() => assert(1 === 2));', '1:19', 'write assert(1).equals(2)'],
    ['never(() => assert(1 === 2), "50ms");', '1:13', 'write assert(1).equals(2)'],
    ['await_sequence([() => true, () => { assert(1); }]);', '1:37', 'assert(1)'],
    ['let n = 0; await_until(() => n++ > 0 || assert(false));', '1:12', 'write assert(...)'],
    ['try { await_until(() => { assert(false); }); } catch {}', '1:27', '.is_true()'],
    ['Promise.resolve().then(() => { assert(false); });', '1:32', '.is_true()'],
    ['(async () => { await null; assert(false).equals; })();', '1:28', '.equals(expected)'],
    ['teardown(() => { assert(false); });\nassert(1).equals(1);', '1:18', '.is_true()'],
    ['assert(1);\nskip("why");', '1:1', '.equals(expected)'],
    [
      'const open = []; for (let i = 0; i < 50000; i += 1) open.push(assert(i));',
      '1:63',
      'assert(i)',
    ],
  ])('%s', async (source, place, hint) => {
    const seen = await failed(source);
    expect(seen?.code).toBe('E_ASSERT_NO_MATCHER');
    expect(`${seen?.at?.line}:${seen?.at?.column}`).toBe(place);
    expect(seen?.hint).toContain(hint);
  });

  it('may be followed later, and by a matcher that is refused', async () => {
    const source = `const open = assert(1);
      step('s', () => await_until(() => open.equals(1)));
      try { assert(5).greater_than('x'); } catch {}`;
    expect(await failed(source)).toBeUndefined();
  });
});

describe('a condition that asserts nothing', () => {
  it.each(['undefined', '0', '-0', '0n', 'NaN', "''", 'false', 'null', '[].length'])(
    'is not yet on %s',
    async (value) => {
      const seen = await failed(`await_until(() => ${value}, '30ms');`);
      expect(seen?.code).toBe('E_AWAIT_TIMEOUT');
    },
  );

  it.each(['true', '1', '1n', '-1', '({})', '[]', 'new Proxy({}, {})'])(
    'passes on %s',
    async (value) => {
      expect(await failed(`await_until(() => ${value}, '30ms');`)).toBeUndefined();
    },
  );

  it.each(["'abc'", 'Symbol("x")', 'Math.max'])('is refused with %s', async (value) => {
    for (const wait of [
      `await_until(() => ${value})`,
      `never(() => ${value}, '1s')`,
      `await_sequence([() => ${value}])`,
    ]) {
      const seen = await failed(wait);
      expect(seen?.code).toBe('E_CONDITION');
      expect(seen?.message).toContain('and asserted nothing');
    }
  });

  it('may return any of them once its assertions hold', async () => {
    const source = `for (const value of [undefined, 0, '', 'text', NaN]) {
        await_until(() => { assert(1).equals(1); return value; }, '30ms');
      }`;
    expect(await failed(source)).toBeUndefined();
  });

  it('is not yet also when it swallows the assertion that failed', async () => {
    const swallows = "await_until(() => { try { assert(1).equals(2); } catch {} }, '30ms');";
    expect((await failed(swallows))?.code).toBe('E_AWAIT_TIMEOUT');
  });

  it('is told of a return that is missing', async () => {
    const missing = await failed("await_until(() => { 1 > 0; }, '30ms');");
    expect(missing?.hint).toContain('a condition in braces needs return');
    const plain = await failed("await_until(() => undefined, '30ms');");
    expect(plain?.hint).toBeUndefined();
  });
});

/** A condition about agent a which counts how often it was evaluated, and logs it. */
const counting = (then: string, limit: string): string =>
  `const a = agent('a'); const b = agent('b'); let count = 0;
   try { await_until(() => { count += 1; return a.state === State.Ringing ${then}; }, '${limit}'); }
   finally { log(count); }`;

/** The number that the script logs. @param during what happens while it waits */
async function logged(
  source: string,
  during: (peer: Peer) => void = () => undefined,
): Promise<number> {
  const peer = new Peer();
  peer.whenWaiting(() => {
    during(peer);
  });
  const { notes } = await bench.run(source, { peer });
  return Number(notes.find((note) => note.type === 'log')?.text);
}

/** Without a reason of its own a condition is evaluated again after a second. */
const SOON_MS = 900;

describe('a condition is evaluated again', () => {
  it.each([
    ['the clock', 'Date.now() - began > 250'],
    ['a new Date', 'new Date() - began > 250'],
    ['the date as text', 'Date() !== "" && Date.now() - began > 250'],
    ['a class made of Date', 'new (class extends Date {})() - began > 250'],
  ])('soon, where it reads %s', async (_what, reads) => {
    const source = `const a = agent('a'); const began = Date.now();
      await_until(() => a.state === State.Idle && ${reads}, '20s');
      log(Date.now() - began);`;
    expect(await leastMs(SOON_MS, () => logged(source))).toBeLessThan(SOON_MS);
  });

  it('soon, where it reads chance', async () => {
    const source = `const a = agent('a'); const began = Date.now();
      await_until(() => a.state === State.Idle && Math.random() < 0.5, '20s');
      log(Date.now() - began);`;
    expect(await leastMs(SOON_MS, () => logged(source))).toBeLessThan(SOON_MS);
  });

  it('soon, where it reads nothing that offhook knows', async () => {
    const source = `let count = 0; const began = Date.now();
      await_until(() => { count += 1; return count > 4; }, '20s');
      log(Date.now() - began);`;
    expect(await leastMs(SOON_MS, () => logged(source))).toBeLessThan(SOON_MS);
  });

  it('now and then, where it depends on what it did itself', async () => {
    const source = `const a = agent('a'); let count = 0;
      await_until(() => { count += 1; return a.state === State.Idle && count > 1; }, '20s');`;
    expect(await failed(source)).toBeUndefined();
  });

  it('seldom without an event of its agents, however much others do', async () => {
    const quiet = await logged(counting('', '1500ms'));
    expect(quiet).toBeLessThanOrEqual(3);
    const others = await logged(counting('', '1500ms'), (peer) => {
      for (let index = 0; index < 500; index += 1) peer.happen('b', { type: 'unregistered' });
    });
    expect(others).toBeLessThanOrEqual(3);
    const clock = await logged(counting('&& Date.now() > 0', '1500ms'));
    expect(clock).toBeLessThanOrEqual(3);
    const first = counting('|| (Date.now() > 0 && false)', '1500ms');
    await expect.poll(() => logged(first)).toBeGreaterThan(8);
  });

  it('at once, after a flood of events of others', async () => {
    const call = 'c';
    const peer = { uri: 'sip:x@127.0.0.1', number: 'x' };
    const source = `const a = agent('a'); agent('b'); const began = Date.now();
      await_until(() => a.state === State.Ringing, '20s'); log(Date.now() - began);`;
    const flood = (world: Peer): void => {
      for (let index = 0; index < 3000; index += 1) world.happen('b', { type: 'unregistered' });
      world.happen('a', { type: 'call_incoming', call, peer, headers: [] });
    };
    expect(await leastMs(SOON_MS, () => logged(source, flood))).toBeLessThan(SOON_MS);
  });
});
