/**
 * (j) From send_audio() at one end of a call to the verdict of verify_audio() at the other: two agents, PCMU,
 * loopback. Begins with the verb, before baresip switches its source; ends when the other verb has returned.
 * Once more with a CPU hog for each core, where nothing may be missed; and what listening costs.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import type { RunEvent } from '../../model/run-event.js';
import { median, percentile, report } from './figures.js';
import { benchBaresip, runScenarioText } from './product.js';

const ROUNDS = 60;
const BUSY_ROUNDS = 30;
const LISTEN_S = 8;
const call = (listens: boolean): string => `
const alice = agent('alice', { audio: false });
const bob = agent('bob', { audio: ${listens} });
alice.dial(bob);
bob.accept();
await_until(() => [alice, bob].forEach((one) => assert(one.state).equals(State.Established)));
`;
/** Another tone each time: the one before is still on its way. */
const rounds = (count: number): string => `${call(true)}
for (let i = 0; i < ${count}; i += 1) {
  const hz = [440, 620, 860, 1100][i % 4];
  alice.send_audio(tone(hz));
  bob.verify_audio(hz);
}
`;

async function verdictTimes(text: string): Promise<number[]> {
  const times: number[] = [];
  let sentAt = NaN;
  await runScenarioText(text, (event: RunEvent) => {
    if (event.type === 'verb_started' && event.verb === 'send_audio') sentAt = event.at;
    if (event.type === 'verb_finished' && event.verb === 'verify_audio')
      times.push(event.at - sentAt);
  });
  return times;
}

test('(j) tone sent to tone heard', async () => {
  const { version } = await benchBaresip();
  const times = await verdictTimes(rounds(ROUNDS));
  expect(times.length).toBe(ROUNDS);
  const limit = version.startsWith('4.') ? 250 : 200;
  const name = '(j) tone sent to tone heard, p50';
  const from = { rounds: times.length, p95: percentile(times, 95) };
  report([{ name, value: median(times), unit: 'ms', limit, from }], `baresip ${version}`);
});

test('(j) the same, with a CPU hog for each core: nothing is missed', async () => {
  const { version } = await benchBaresip();
  const hogs = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ['-e', 'for(;;);'], { stdio: 'ignore' }),
  );
  try {
    const times = await verdictTimes(rounds(BUSY_ROUNDS));
    expect(times.length).toBe(BUSY_ROUNDS);
    const from = { rounds: times.length, p95: percentile(times, 95) };
    const name = '(j) tone sent to tone heard, p50, beside CPU hogs';
    report([{ name, value: median(times), unit: 'ms', limit: 1000, from }], `baresip ${version}`);
  } finally {
    for (const hog of hogs) hog.kill('SIGKILL');
  }
});

/** CPU of this process, milliseconds for each second of the call. */
async function cpuOf(text: string): Promise<number> {
  let began: NodeJS.CpuUsage | undefined;
  let used = NaN;
  await runScenarioText(text, (event) => {
    if (event.type === 'waiting' && event.what.startsWith('wait(')) began = process.cpuUsage();
    if (event.type === 'waited' && event.what.startsWith('wait(')) {
      const { user, system } = process.cpuUsage(began);
      used = (user + system) / 1000 / LISTEN_S;
    }
  });
  return used;
}

test('(j) what listening costs', async () => {
  const { version } = await benchBaresip();
  // The first wait and the first run are for the compiler.
  const listening = (text: string): string => `${text} wait('3s'); wait('${LISTEN_S}s');`;
  const listener = listening(`${call(true)} bob.hears(440);`);
  await cpuOf(listener);
  const deaf = await cpuOf(listening(call(false)));
  const heard = await cpuOf(listener);
  const from = { 'without listening': deaf, with: heard };
  const name = '(j) CPU of a second of one watched PCMU stream';
  report([{ name, value: heard - deaf, unit: 'ms', limit: 5, from }], `baresip ${version}`);
});
