/**
 * (a) From the bytes of an event to the condition that was waiting for it, evaluated again.
 * Begins when Node hands the chunk to the driver, the first moment any JavaScript can know of it; ends when
 * the scenario thread notes that the wait is over. A baresip of our own makes the events, so that the
 * script is asleep for certain when they come.
 */
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import type { RunEvent } from '../../model/run-event.js';
import { startBareBaresip } from './bare-baresip.js';
import { connectCtrl, type CtrlClient } from './ctrl-client.js';
import { median, percentile, report } from './figures.js';
import { benchBaresip, runScenarioText } from './product.js';

const CALLS = 250;
/** Long enough for the script to have fallen asleep. */
const ASLEEP_MS = 10;
const SCENARIO = `
const bob = agent('bob');
for (let i = 0; i < ${CALLS}; i += 1) {
  await_until(() => assert(bob.state).equals(State.Ringing));
  await_until(() => assert(bob.state).equals(State.Idle));
}
`;

test('(a) event to condition', async () => {
  const binary = await benchBaresip();
  const alice = await startBareBaresip('alice', binary);
  const client = await connectCtrl(alice.control, true);
  const arrival = watchArrivals();
  const meter = new Meter(client, () => arrival.last);
  try {
    await runScenarioText(
      SCENARIO,
      (event) => {
        meter.on(event);
      },
      ({ type }, at) => {
        if (type === 'waited') meter.waited(at);
      },
    );
  } finally {
    arrival.stop();
    client.close();
    await alice.stop();
  }
  const { latencies } = meter;
  expect(latencies.length).toBe(2 * CALLS);
  const from = { events: latencies.length };
  const p99 = percentile(latencies, 99);
  report(
    [
      { name: '(a) event to condition, p50', value: median(latencies), unit: 'ms', limit: 1, from },
      { name: '(a) event to condition, p99', value: p99, unit: 'ms', limit: 5, from },
    ],
    `baresip ${binary.version}`,
  );
});

/** Lets the event happen that the script sleeps for, and takes the time until it is awake. */
class Meter {
  readonly latencies: number[] = [];
  readonly #caller: CtrlClient;
  readonly #arrived: () => number;
  #callee = '';
  #awaited: 'call_incoming' | 'call_closed' | undefined;
  #bytesAt: number | undefined;

  constructor(caller: CtrlClient, arrived: () => number) {
    this.#caller = caller;
    this.#arrived = arrived;
  }

  on(event: RunEvent): void {
    if (event.type === 'waiting') {
      this.#awaited = event.what.includes('Ringing') ? 'call_incoming' : 'call_closed';
      setTimeout(() => void this.#act(), ASLEEP_MS);
    } else if (event.type === 'agent') {
      const { event: happened } = event.entry;
      if (happened.type === 'started') this.#callee = `sip:bob@${happened.address}`;
      if (happened.type === this.#awaited) this.#bytesAt = this.#arrived();
    }
  }

  waited(at: number): void {
    if (this.#bytesAt === undefined) return;
    this.latencies.push(at - this.#bytesAt);
    this.#bytesAt = undefined;
  }

  #act(): Promise<void> {
    return this.#awaited === 'call_incoming'
      ? this.#caller.command('dial', this.#callee)
      : this.#caller.command('hangup');
  }
}

/** When the latest chunk of any socket or pipe was handed out. */
function watchArrivals(): { readonly last: number; stop(): void } {
  const prototype = Socket.prototype as unknown as { emit: (...args: unknown[]) => boolean };
  const { emit } = prototype;
  let last = 0;
  prototype.emit = function (this: Socket, ...args) {
    if (args[0] === 'data') last = performance.now();
    return emit.apply(this, args);
  };
  return {
    get last() {
      return last;
    },
    stop: () => {
      prototype.emit = emit;
    },
  };
}
