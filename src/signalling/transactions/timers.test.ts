/** The timers of RFC 3261, table 4, on a clock that the test turns. T1 500 ms, T2 4 s, T4 5 s. */
import { describe, expect, it } from 'vitest';
import { received } from '../../testing/samples/sip-text.js';
import { TurnedClock } from '../../testing/turned-clock.js';
import { ClientTransaction } from './client-transaction.js';
import { ServerTransaction, tryingMs } from './server-transaction.js';

/** Timer A doubles without an end, timers E and G up to T2. */
const DOUBLED = [500, 1500, 3500, 7500, 15_500, 31_500];
const UP_TO_T2 = [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
const LONG = 1_000_000;

function client(method: string, isReliable = false, retransmits = true) {
  const clock = new TurnedClock();
  const [sent, acks, responses, over, timedOut]: number[][] = [[], [], [], [], []];
  const transaction = new ClientTransaction(
    {
      method,
      branch: 'z9hG4bK1',
      isReliable,
      send: () => sent?.push(clock.now),
      acknowledge: () => acks?.push(clock.now),
    },
    {
      response: ({ code = 0 }) => responses?.push(code),
      timedOut: () => timedOut?.push(clock.now),
    },
    clock,
    { retransmits, over: () => over?.push(clock.now) },
  );
  const answer = (code: number) => {
    transaction.received(received([`SIP/2.0 ${code} X`, `CSeq: 1 ${method}`]));
  };
  return { clock, transaction, answer, sent, acks, responses, over, timedOut };
}

function server(method: string, isReliable = false, retransmits = true, trying?: boolean) {
  const clock = new TurnedClock();
  const [sent, over, unacknowledged, tried]: number[][] = [[], [], [], []];
  const transaction = new ServerTransaction(
    { message: received([`${method} sip:a@b SIP/2.0`, `CSeq: 1 ${method}`]), isReliable },
    {
      trying: () => tried?.push(clock.now),
      unacknowledged: () => unacknowledged?.push(clock.now),
    },
    clock,
    { tryingMs: tryingMs(trying ?? false), retransmits },
    () => over?.push(clock.now),
  );
  const respond = (code: number) => {
    transaction.respond(code, () => sent?.push(clock.now));
  };
  return { clock, transaction, respond, sent, over, unacknowledged, tried };
}

/** Within 10 % of each time, and as many of them. */
function expectTimes(seen: readonly number[] | undefined, wanted: readonly number[]): void {
  expect(seen).toHaveLength(wanted.length);
  for (const [index, ms] of wanted.entries()) {
    expect(seen?.[index]).toBeGreaterThanOrEqual(ms * 0.9);
    expect(seen?.[index]).toBeLessThanOrEqual(ms * 1.1);
  }
}

describe('client', () => {
  it.each([
    { timers: 'A and B', method: 'INVITE', isReliable: false, sent: DOUBLED },
    { timers: 'B alone', method: 'INVITE', isReliable: true, sent: [] },
    { timers: 'E and F', method: 'OPTIONS', isReliable: false, sent: UP_TO_T2 },
    { timers: 'F alone', method: 'OPTIONS', isReliable: true, sent: [] },
  ])('$method without an answer, reliable $isReliable: timers $timers', (row) => {
    const { clock, sent, timedOut, over } = client(row.method, row.isReliable);
    clock.turn(LONG);
    expectTimes(sent, row.sent);
    expectTimes(timedOut, [32_000]);
    expectTimes(over, [32_000]);
    expect(clock.waiting).toBe(0);
  });

  it.each([
    { timer: 'D', method: 'INVITE', code: 486, isReliable: false, wait: 32_000, acks: 2 },
    { timer: 'D', method: 'INVITE', code: 486, isReliable: true, wait: 0, acks: 2 },
    { timer: 'none', method: 'INVITE', code: 200, isReliable: false, wait: 32_000, acks: 0 },
    { timer: 'K', method: 'OPTIONS', code: 404, isReliable: false, wait: 5000, acks: 0 },
    { timer: 'K', method: 'OPTIONS', code: 200, isReliable: true, wait: 0, acks: 0 },
  ])('$method answered with $code, reliable $isReliable: timer $timer', (row) => {
    const { clock, answer, sent, acks, responses, over, timedOut } = client(
      row.method,
      row.isReliable,
    );
    clock.turn(600);
    const before = sent?.length;
    answer(row.code);
    answer(row.code);
    // Each 2xx to an INVITE needs an ACK of its user; of other final responses only the first is told.
    expect(responses).toEqual(
      row.method === 'INVITE' && row.code < 300 ? [row.code, row.code] : [row.code],
    );
    expect(acks).toHaveLength(row.acks);
    clock.turn(LONG);
    expect(sent).toHaveLength(before ?? -1);
    expect(timedOut).toEqual([]);
    expectTimes(over, [600 + row.wait]);
    expect(clock.waiting).toBe(0);
  });

  it('INVITE with a provisional response: nothing is sent again, and timer B no longer runs', () => {
    const { clock, answer, sent, timedOut, responses } = client('INVITE');
    clock.turn(1600);
    answer(180);
    clock.turn(LONG);
    expectTimes(sent, [500, 1500]);
    expect(timedOut).toEqual([]);
    answer(183);
    expect(responses).toEqual([180, 183]);
  });

  it('another request with a provisional response: T2 between two sendings, timer F goes on', () => {
    const { clock, answer, sent, timedOut } = client('OPTIONS');
    clock.turn(600);
    answer(100);
    clock.turn(LONG);
    expectTimes(sent, [500, 1500, 5500, 9500, 13_500, 17_500, 21_500, 25_500, 29_500]);
    expectTimes(timedOut, [32_000]);
  });

  it('sends nothing again where that is switched off', () => {
    const { clock, sent, timedOut } = client('OPTIONS', false, false);
    clock.turn(LONG);
    expect(sent).toEqual([]);
    expectTimes(timedOut, [32_000]);
  });

  it('tells nothing after its end', () => {
    const { clock, transaction, answer, responses, over } = client('OPTIONS');
    transaction.end();
    transaction.end();
    answer(200);
    clock.turn(LONG);
    expect(responses).toEqual([]);
    expect(over).toEqual([0]);
    expect(clock.waiting).toBe(0);
  });
});

describe('server', () => {
  it.each([
    { timers: 'G and H', code: 486, isReliable: false, sent: [0, ...UP_TO_T2] },
    { timers: 'H alone', code: 486, isReliable: true, sent: [0] },
    { timers: 'those of 13.3.1.4', code: 200, isReliable: false, sent: [0, ...UP_TO_T2] },
    { timers: 'those of 13.3.1.4', code: 200, isReliable: true, sent: [0, ...UP_TO_T2] },
  ])('INVITE answered with $code without an ACK, reliable $isReliable: $timers', (row) => {
    const { clock, respond, sent, unacknowledged, over } = server('INVITE', row.isReliable);
    respond(row.code);
    clock.turn(LONG);
    expectTimes(sent, row.sent);
    expectTimes(unacknowledged, [32_000]);
    expectTimes(over, [32_000]);
    expect(clock.waiting).toBe(0);
  });

  it.each([
    { isReliable: false, wait: 5000 },
    { isReliable: true, wait: 0 },
  ])('INVITE acknowledged, reliable $isReliable: timer I', ({ isReliable, wait }) => {
    const { clock, transaction, respond, sent, unacknowledged, over } = server(
      'INVITE',
      isReliable,
    );
    respond(486);
    clock.turn(600);
    const before = sent?.length;
    transaction.acknowledged();
    clock.turn(LONG);
    expect(sent).toHaveLength(before ?? -1);
    expect(unacknowledged).toEqual([]);
    expectTimes(over, [600 + wait]);
    expect(clock.waiting).toBe(0);
  });

  it.each([
    { isReliable: false, wait: 32_000 },
    { isReliable: true, wait: 0 },
  ])('another request, reliable $isReliable: timer J', ({ isReliable, wait }) => {
    const { clock, transaction, respond, sent, over } = server('OPTIONS', isReliable);
    respond(200);
    transaction.repeated();
    expect(sent).toHaveLength(2);
    clock.turn(LONG);
    expect(sent).toHaveLength(2);
    expectTimes(over, [wait]);
    expect(clock.waiting).toBe(0);
  });

  it.each([
    { trying: true, answered: false, tried: [200] },
    { trying: true, answered: true, tried: [] },
    { trying: false, answered: false, tried: [] },
  ])('100 after 200 ms: switched on $trying, answered before $answered', (row) => {
    const { clock, respond, tried } = server('INVITE', false, true, row.trying);
    if (row.answered) respond(180);
    clock.turn(1000);
    expectTimes(tried, row.tried);
  });

  it('sends the last response again when the request comes again, and not where that is off', () => {
    const on = server('INVITE');
    on.transaction.repeated();
    expect(on.sent).toEqual([]);
    on.respond(180);
    on.transaction.repeated();
    expect(on.sent).toHaveLength(2);
    const off = server('INVITE', false, false);
    off.respond(200);
    off.transaction.repeated();
    off.clock.turn(LONG);
    expect(off.sent).toEqual([0]);
  });
});
