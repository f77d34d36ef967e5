import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, Peer, type Ran } from './hostile/peer.js';

let bench: Bench;
beforeAll(() => {
  bench = new Bench({ cpu_ms: 5000 });
});
afterAll(() => bench.close());

/** "quick": ringing and established at once; "slow": ringing once the script waits. */
function peer(): Peer {
  const made = new Peer();
  const ring = (agent: string, call: string) =>
    made.happen(agent, { type: 'call_ringing', call, code: 180, reason: 'Ringing' });
  made.afterDial.set('quick', (agent, call) => {
    ring(agent, call);
    made.happen(agent, { type: 'call_established', call });
    made.happen(agent, { type: 'call_closed', call, ended: { by: 'remote', how: 'bye' } });
  });
  made.afterDial.set('slow', (agent, call) => {
    made.whenWaiting(() => ring(agent, call));
  });
  return made;
}

async function ran(source: string): Promise<Ran> {
  return bench.run(`const a = agent("a");\n${source}`, { peer: peer() });
}

function failure({ outcomes }: Ran) {
  const all = outcomes.flatMap((one) => one.failures);
  expect(all.length).toBeLessThanOrEqual(1);
  return all[0];
}

const waits = ({ notes }: Ran) =>
  notes.flatMap((note) => (note.type === 'waited' ? [[note.what, note.ok]] : []));

describe('never', () => {
  it('passes when the time is over, whatever way the condition is not true', async () => {
    for (const condition of ['false', 'null', 'assert(a.state).equals(State.Ringing)']) {
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
    const result = await ran('never(() => a.state, "1s");');
    expect(failure(result)?.message).toMatch(
      /^never\(\): a\.state: came true: was "Idle" \(after 0 ms of 1\.0 s\)$/,
    );
  });

  it('takes undefined for true, as await_until does, and says so', async () => {
    const seen = failure(await ran('never(() => a.ended, "1s");'));
    expect(seen?.message).toMatch(/^never\(\): a\.ended: came true \(after/);
    expect(seen?.hint).toBe('undefined counts as true: return false as long as it is not');
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
        () => (a.ended ?? false) && a.state,
      ]));`);
    expect(failure(result)).toBeUndefined();
    expect(result.notes).toContainEqual(
      expect.objectContaining({ type: 'log', text: '["Ringing", "Established", "Idle"]' }),
    );
    expect(waits(result)).toEqual([
      ['1 of 3: assert(a.state).equals(State.Ringing).value()', true],
      ['2 of 3: assert(a.state).equals(State.Established).value()', true],
      ['3 of 3: (a.ended ?? false) && a.state', true],
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

describe('which calls are ends of one', () => {
  /** A call that some agent has besides b; times in ms before the wait. */
  interface Other {
    agent: 'a' | 'c';
    id?: string;
    dialled: number;
    answered: number;
    hungUp?: number;
  }

  /** b receives a call 5 s before the wait, and it drops once the script waits. */
  function talking(others: readonly Other[], number: string, id = 'of b', ago = 5000): Peer {
    const made = new Peer();
    const to = { uri: 'sip:100@127.0.0.1', number: '100' };
    const ended = (by: 'local' | 'remote') =>
      ({ type: 'call_closed', ended: { by, how: 'bye' } }) as const;
    made.whenWaiting(() => {
      for (const { agent, id: call = `of ${agent}`, dialled, answered, hungUp } of others) {
        made.happen(agent, { type: 'call_dialed', call, peer: to }, dialled);
        made.happen(agent, { type: 'call_established', call }, answered);
        if (hungUp !== undefined) made.happen(agent, { ...ended('local'), call }, hungUp);
      }
      const from = { uri: `sip:${number}@127.0.0.1`, number };
      made.happen('b', { type: 'call_incoming', call: id, peer: from, headers: [] }, ago);
      made.happen('b', { type: 'call_established', call: id }, ago - 100);
      made.whenWaiting(() => made.happen('b', { ...ended('remote'), call: id }));
    });
    return made;
  }

  const UP = `const [a, b, c] = ["a", "b", "c"].map((name) => agent(name));
    await_until(() => b.state === State.Established);`;

  const TRUNK = '+49301234567';
  const DURING = { dialled: 5050, answered: 4950 };

  it.each<{ what: string; others: Other[]; number?: string; id?: string; ago?: number }>([
    { what: 'that nobody has hung up', others: [{ agent: 'a', id: 'one', ...DURING }], id: 'one' },
    {
      what: 'from who had hung up before it began',
      others: [{ agent: 'a', dialled: 9000, answered: 8950, hungUp: 6000 }],
      number: 'a',
    },
    {
      what: 'that may be from one who has not hung up as well',
      others: [
        { agent: 'a', ...DURING, hungUp: 10 },
        { agent: 'c', ...DURING },
      ],
    },
    {
      what: 'from another one, by its number',
      others: [
        { agent: 'a', ...DURING, hungUp: 10 },
        { agent: 'c', ...DURING },
      ],
      number: 'c',
    },
    {
      what: 'that no BYE has ended in half a minute',
      others: [{ agent: 'a', dialled: 60_050, answered: 59_950, hungUp: 33_000 }],
      ago: 60_000,
    },
  ])('fails when a call drops $what', async ({ others, number = TRUNK, id, ago }) => {
    const peer = talking(others, number, id, ago);
    const dropped = failure(await bench.run(`${UP} wait("100ms");`, { peer }));
    expect(dropped?.code).toBe('E_WAIT_DROPPED');
    expect(dropped?.message).toMatch(/^agent "b": the call dropped during wait: ended by remote/);
  });

  it.each<{ what: string; others: Other[]; number?: string; id?: string }>([
    { what: 'its Call-ID', others: [{ agent: 'a', id: 'one', ...DURING, hungUp: 10 }], id: 'one' },
    {
      what: 'its number, where the server gives each side a Call-ID and answers at once',
      others: [{ agent: 'a', dialled: 9000, answered: 8950, hungUp: 10 }],
      number: 'a',
    },
    {
      what: 'the time of the call, where the server rewrites numbers',
      others: [{ agent: 'a', ...DURING, hungUp: 10 }],
    },
    {
      what: 'its number, of two that dialled at the same time',
      others: [
        { agent: 'a', ...DURING, hungUp: 10 },
        { agent: 'c', ...DURING },
      ],
      number: 'a',
    },
  ])('lets a call end that the other end has hung up: known by $what', async (one) => {
    const peer = talking(one.others, one.number ?? TRUNK, one.id);
    expect(failure(await bench.run(`${UP} wait("100ms");`, { peer }))).toBeUndefined();
  });

  it.each([
    { what: 'its own that is over', others: [], state: 'Idle' },
    {
      what: 'that of another one',
      others: [{ agent: 'c', ...DURING } as const],
      state: 'Established',
    },
  ])('who dials again takes no call for an old one but $what', async ({ others, state }) => {
    const peer = talking([{ agent: 'a', ...DURING, hungUp: 10 }, ...others], TRUNK);
    const { notes } = await bench.run(`${UP} a.dial(b); log(b.state);`, { peer });
    expect(notes).toContainEqual(expect.objectContaining({ type: 'log', text: state }));
  });
});
