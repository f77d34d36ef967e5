import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, failure, Peer, type Ran } from '../testing/hostile/peer.js';

let bench: Bench;
beforeAll(() => {
  bench = new Bench({ cpu_ms: 5000 });
});
afterAll(() => bench.close());

/** "quick": ringing and established at once; "slow": ringing once the script waits; "soon": ringing after 30 ms. */
function peer(): Peer {
  const made = new Peer();
  const ring = (agent: string, call: string) =>
    made.happen(agent, { type: 'call_ringing', call, code: 180, reason: 'Ringing' });
  made.afterDial.set('quick', (agent, call) => {
    ring(agent, call);
    made.happen(agent, { type: 'call_established', call });
    made.happen(agent, { type: 'call_closed', call, ended: { by: 'remote', how: 'bye' } });
  });
  made.afterDial.set('soon', (agent, call) => {
    setTimeout(() => ring(agent, call), 30);
  });
  made.afterDial.set('slow', (agent, call) => {
    made.whenWaiting(() => ring(agent, call));
  });
  return made;
}

async function ran(source: string): Promise<Ran> {
  return bench.run(`const a = agent("a");\n${source}`, { peer: peer() });
}

const waits = ({ notes }: Ran) =>
  notes.flatMap((note) => (note.type === 'waited' ? [[note.what, note.ok]] : []));

describe('never', () => {
  it('passes when the time is over, whatever way the condition is not true', async () => {
    const falsy = ['false', 'null', 'undefined', '0', '-0', '0n', 'NaN', "''", 'a.calls.length'];
    for (const condition of [...falsy, 'assert(a.state).equals(State.Ringing)']) {
      const result = await ran(`never(() => ${condition}, "50ms");`);
      expect(failure(result)).toBeUndefined();
      expect(waits(result)).toEqual([[`never: ${condition}`, true]]);
      expect(result.notes.find((note) => note.type === 'waiting')).toMatchObject({ ms: 50 });
    }
  });

  it('fails the moment the condition comes true', async () => {
    const result = await ran(
      'a.dial("slow");\nnever(() => assert(a.state).equals(State.Ringing), "60s");',
    );
    expect(failure(result)).toMatchObject({
      code: 'E_NEVER',
      label: 'assert(a.state).equals(State.Ringing)',
      actual: '"Ringing"',
      agents: ['a'],
      at: { line: 3, column: 1 },
    });
    expect(failure(result)?.message).toMatch(
      /^never\(\): assert\(a\.state\)\.equals\(State\.Ringing\): came true: was "Ringing" \(after \d.* of 1 min 0 s\)$/,
    );
    expect(waits(result)).toEqual([['never: assert(a.state).equals(State.Ringing)', false]]);
  });

  it('sees a state that is over when it looks', async () => {
    const result = await ran(
      'a.dial("quick");\nnever(() => assert(a.state).equals(State.Established), "50ms");',
    );
    expect(failure(result)?.code).toBe('E_NEVER');
  });

  it('fails at the beginning, and says what it saw', async () => {
    const result = await ran('never(() => a.info(), "1s");');
    expect(failure(result)?.message).toMatch(
      /^never\(\): a\.info\(\): came true: was \{.*\} \(after 0 ms of 1\.0 s\)$/,
    );
  });

  it('fails when its condition could never have come true', async () => {
    const seen = failure(await ran('never(() => { a.calls.length > 0; }, "50ms");'));
    expect(seen?.code).toBe('E_CONDITION');
    expect(seen?.message).toContain('returned undefined each time and asserted nothing');
    expect(seen?.hint).toContain('write return');
  });

  it('takes undefined for not true where the condition may still say more', async () => {
    for (const condition of ['() => a.ended', '() => { if (a.ended) return true; }']) {
      expect(failure(await ran(`never(${condition}, "50ms");`))).toBeUndefined();
    }
  });

  it.each([
    ['never()', 'E_ARGUMENT', '"condition" is missing: it must be a function'],
    ['never(() => false)', 'E_ARGUMENT', '"during" is missing: it must be a duration'],
    ['never(a.state, "1s")', 'E_ARGUMENT', '"condition" must be a function: got "Idle" (string)'],
    ['never(() => false, 1000)', 'E_ARGUMENT', '"during" must be a duration'],
    ['never(() => a.dial("x"), "1s")', 'E_CONDITION', 'called inside a condition'],
    ['never(() => { wait(1); }, "1s")', 'E_CONDITION', 'wait(): called inside a condition'],
    ['never(() => never(() => false, 1), "1s")', 'E_CONDITION', 'never(): called inside'],
    ['never(async () => false, "1s")', 'E_CONDITION', 'never(): the condition returned a promise'],
  ])('%s', async (source, code, message) => {
    const seen = failure(await ran(source));
    expect(seen?.code).toBe(code);
    expect(seen?.message).toContain(message);
  });
});

describe('await_sequence', () => {
  it('passes conditions in order, each from where the one before passed', async () => {
    const result = await ran(`a.dial("quick");
      log(await_sequence([
        () => assert(a.state).equals(State.Ringing).value(),
        () => assert(a.state).equals(State.Established).value(),
        () => (a.ended ?? false) && assert(a.state).equals(State.Idle).value(),
      ]));`);
    expect(failure(result)).toBeUndefined();
    expect(result.notes).toContainEqual(
      expect.objectContaining({ type: 'log', text: '["Ringing", "Established", "Idle"]' }),
    );
    expect(waits(result)).toEqual([
      ['1 of 3: assert(a.state).equals(State.Ringing).value()', true],
      ['2 of 3: assert(a.state).equals(State.Established).value()', true],
      ['3 of 3: (a.ended ?? false) && assert(a.state).equals(State.Idle).value()', true],
    ]);
  });

  it('does not go back: the wrong order fails and says where', async () => {
    const result = await ran(`a.dial("quick");
      await_sequence([
        () => assert(a.state).equals(State.Established),
        () => assert(a.state).equals(State.Ringing),
      ], "80ms");`);
    expect(failure(result)).toMatchObject({
      code: 'E_AWAIT_TIMEOUT',
      message:
        'await_sequence(): 2 of 2: a.state: never equals "Ringing": last "Idle" (waited 80 ms)',
      at: { line: 3 },
    });
  });

  it('has one limit for all of them, its own or that of default_timeout', async () => {
    const result = await ran(`default_timeout("120ms"); a.dial("slow");
      const busy = (until = Date.now() + 50) => { while (Date.now() < until); };
      await_sequence([() => { assert(a.state).equals(State.Ringing); busy(); }, () => false]);`);
    expect(failure(result)?.message).toBe(
      'await_sequence(): 2 of 2: false: still false (waited 120 ms)',
    );
    const limits = result.notes.flatMap((note) => (note.type === 'waiting' ? [note.ms] : []));
    expect(limits[0]).toBe(120);
    expect(limits[1]).toBeLessThan(75);
  });

  it.each([
    ['await_sequence()', 'E_ARGUMENT', '"conditions" is missing: it must be an array of functions'],
    ['await_sequence(() => 1)', 'E_ARGUMENT', 'must be an array of functions: got a function'],
    ['await_sequence([])', 'E_ARGUMENT', 'must be an array of functions, at least one'],
    ['await_sequence([() => 1, a.state])', 'E_ARGUMENT', 'number 2 is "Idle" (string)'],
    ['await_sequence([() => 1], "soon")', 'E_ARGUMENT', '"within" must be a duration'],
    ['await_sequence([() => a.dial("x")])', 'E_CONDITION', 'called inside a condition'],
    ['await_sequence([async () => 1])', 'E_CONDITION', 'await_sequence(): the condition returned'],
    ['await_until(() => await_sequence([() => 1]))', 'E_CONDITION', 'called inside a condition'],
  ])('%s', async (source, code, message) => {
    const seen = failure(await ran(source));
    expect(seen?.code).toBe(code);
    expect(seen?.message).toContain(message);
  });
});

describe('a label of a condition', () => {
  it('stands where the source text would, when the condition holds', async () => {
    const result = await ran(`a.dial("quick");
      await_until("it rings", () => { assert(a.state).equals(State.Ringing); });
      await_until("over", () => assert(a.ended).is_present(), "1s");
      never("it rings again", () => { assert(a.state).equals(State.Ringing); }, "30ms");
      log(await_sequence([["one", () => 1], () => 2, ["three", () => assert(3).equals(3).value()]]));`);
    expect(failure(result)).toBeUndefined();
    expect(waits(result)).toEqual([
      ['it rings', true],
      ['over', true],
      ['never: it rings again', true],
      ['1 of 3: one', true],
      ['2 of 3: 2', true],
      ['3 of 3: three', true],
    ]);
    expect(result.notes).toContainEqual(
      expect.objectContaining({ type: 'log', text: '[1, 2, 3]' }),
    );
  });

  it.each([
    [
      'await_until("both up", () => { assert(a.state).equals("Ringing"); }, "50ms");',
      'await_until(): both up: a.state: never equals "Ringing": last "Idle" (waited 50 ms)',
      'both up: a.state equals "Ringing": seen "Idle"',
    ],
    [
      'await_until("both up", () => a.calls.length > 0, "50ms");',
      'await_until(): both up: still false (waited 50 ms)',
      'both up',
    ],
    [
      'await_sequence([() => true, ["both up", () => assert(a.state).equals("Ringing")]], "50ms");',
      'await_sequence(): 2 of 2: both up: a.state: never equals "Ringing": last "Idle" (waited 50 ms)',
      '2 of 2: both up: a.state equals "Ringing": seen "Idle"',
    ],
    [
      'never("it rests", () => assert(a.state).equals("Idle"), "10ms");',
      /^never\(\): it rests: came true: was "Idle" \(after \d+ ms of 10 ms\)$/,
      'never: it rests',
    ],
    [
      'await_until("a text", () => a.state, "50ms");',
      'await_until(): a text: returned the text "Idle" and asserted nothing: a text is always true',
      'a text',
    ],
  ])('stands in messages: %s', async (source, message, waited) => {
    const result = await ran(source);
    if (typeof message === 'string') expect(failure(result)?.message).toBe(message);
    else expect(failure(result)?.message).toMatch(message);
    expect(waits(result).at(-1)).toEqual([waited, false]);
    expect(failure(result)?.hint ?? '').not.toContain('assert(a text)');
  });

  it('hides from no hint what the condition reads', async () => {
    const ended = 'a.dial("quick"); await_until(() => a.ended);';
    const unnamed = await ran(`${ended} await_until(() => a.state === "Ringing", "50ms");`);
    const named = await ran(`${ended} await_until("ended", () => a.state === "Ringing", "50ms");`);
    expect(failure(unnamed)?.hint).toContain("a's call");
    expect(failure(named)?.hint).toContain("a's call");
  });

  it.each([
    ['await_until("", () => true)', '"label" must be text, not empty'],
    ['await_until("both up")', '"condition" must be a function: got "both up" (string)'],
    ['await_until("both up", "5s")', '"condition" must be a function: got "both up" (string)'],
    ['await_until(5, () => true)', '"condition" must be a function: got 5 (number)'],
    ['await_until("a", () => true, "5s", 1)', 'takes 1 to 3 arguments: got 4'],
    ['never("a", () => false)', '"during" is missing: it must be a duration'],
    ['await_sequence([["a", "b"]])', 'number 1 is ["a","b"] (array)'],
    ['await_sequence([["a", () => 1, 2]])', 'must be an array of functions: number 1'],
  ])('%s', async (source, message) => {
    const seen = failure(await ran(source));
    expect(seen?.code).toBe('E_ARGUMENT');
    expect(seen?.message).toContain(message);
  });
});

describe('hints', () => {
  it('an assertion straight after a verb that came true soon: await_until was meant', async () => {
    const result = await ran('a.dial("soon");\nassert(a.state).equals(State.Ringing);');
    expect(failure(result)).toMatchObject({
      code: 'E_ASSERT',
      actual: '"Calling"',
      at: { line: 3, column: 1 },
    });
    expect(failure(result)?.hint).toMatch(
      /^a\.state came true within 100 ms: use await_until\(\(\) => assert\(a\.state\)\.equals\("Ringing"\)\)$/,
    );
  });

  it.each([
    ['what does not come true', 'a.dial("soon"); assert(a.state).equals(State.Established);'],
    ['what is not a value of an agent', 'a.dial("slow"); const n = 1; assert(n).equals(2);'],
    ['what was waited for', 'a.dial("slow"); wait("1ms"); assert(a.state).equals("Nowhere");'],
  ])('nothing is said of %s', async (_what, source) => {
    expect(failure(await ran(source))?.hint).toBeUndefined();
  });

  it('a path behind a getter is read again, too', async () => {
    const result = await ran('a.dial("soon");\nassert(a.calls[0].state).equals("Ringing");');
    expect(failure(result)?.hint).toContain('a.calls[0].state came true');
  });

  it('a condition of several statements: the assertion that failed, whole, with what was seen', async () => {
    const label = `a.calls.length ${'+ 0 '.repeat(30)}`.trim();
    const result = await ran(
      `await_until(() => { const x = a.state; assert(x).equals("Idle"); assert(${label}).at_least(1); }, "50ms");`,
    );
    expect(failure(result)?.message).toBe(
      `await_until(): ${label}: never at least 1: last 0 (waited 50 ms)`,
    );
    expect(waits(result)).toEqual([[`${label} at least 1: seen 0`, false]]);
  });
});
