/** Tests which calls of two agents are taken for the two ends of one call, as `wait` and `dial` show it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, failure, Peer } from '../testing/hostile/peer.js';

let bench: Bench;
beforeAll(() => {
  bench = new Bench({ cpu_ms: 5000 });
});
afterAll(() => bench.close());

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
