/**
 * (b) 20 call cycles from a script, with SIP trace, logs and console report, against the same steps driven
 * by a bare ctrl_tcp client: a plain one, and one that knows the trick with the acknowledgement.
 */
import { test } from 'vitest';
import type { BaresipBinary } from '../../baresip/start/binary.js';
import { startBareBaresip, type BareBaresip } from './bare-baresip.js';
import { connectCtrl, type CtrlClient } from './ctrl-client.js';
import { median, report } from './figures.js';
import { benchBaresip, runScenarioText } from './product.js';

const CYCLES = 20;
const ROUNDS = 9;
const SCENARIO = `
const alice = agent('alice');
const bob = agent('bob');
step('cycles', () => {
  for (let i = 0; i < ${CYCLES}; i += 1) {
    alice.dial(bob);
    await_until(() => assert(alice.state).equals(State.Ringing));
    await_until(() => assert(bob.state).equals(State.Ringing));
    bob.accept();
    await_until(() => assert(alice.state).equals(State.Established));
    await_until(() => assert(bob.state).equals(State.Established));
    alice.hangup();
    await_until(() => assert(alice.state).equals(State.Idle));
    await_until(() => assert(bob.state).equals(State.Idle));
  }
});
`;

test('(b) call cycles', async () => {
  const binary = await benchBaresip();
  const product: number[] = [];
  const plain: number[] = [];
  const tuned: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    product.push((await scriptMs()) / CYCLES);
    plain.push((await clientMs(binary, false)) / CYCLES);
    tuned.push((await clientMs(binary, true)) / CYCLES);
  }
  const from = { script: median(product), plain: median(plain), tuned: median(tuned) };
  report(
    [
      {
        name: '(b) call cycle / plain client',
        value: from.script / from.plain,
        unit: 'x',
        limit: 0.3,
        from,
      },
      {
        name: '(b) call cycle / tuned client',
        value: from.script / from.tuned,
        unit: 'x',
        limit: 1.4,
        from,
      },
    ],
    `baresip ${binary.version}`,
  );
});

async function scriptMs(): Promise<number> {
  let ms = NaN;
  await runScenarioText(SCENARIO, (event) => {
    if (event.type === 'step_finished') ms = event.ms;
  });
  return ms;
}

async function clientMs(binary: BaresipBinary, tuned: boolean): Promise<number> {
  const [alice, bob] = await Promise.all([
    startBareBaresip('alice', binary),
    startBareBaresip('bob', binary),
  ]);
  const clients = await Promise.all([
    connectCtrl(alice.control, tuned),
    connectCtrl(bob.control, tuned),
  ]);
  try {
    const began = performance.now();
    for (let cycle = 0; cycle < CYCLES; cycle += 1) await callCycle(...clients, bob);
    return performance.now() - began;
  } finally {
    for (const client of clients) client.close();
    await Promise.all([alice.stop(), bob.stop()]);
  }
}

async function callCycle(alice: CtrlClient, bob: CtrlClient, callee: BareBaresip): Promise<void> {
  await alice.command('dial', callee.contact);
  await alice.event('CALL_RINGING');
  await bob.event('CALL_INCOMING');
  await bob.command('accept');
  await alice.event('CALL_ESTABLISHED');
  await bob.event('CALL_ESTABLISHED');
  await alice.command('hangup');
  await alice.event('CALL_CLOSED');
  await bob.event('CALL_CLOSED');
}
