/**
 * (j) From send_audio() at one end of a call to the verdict of verify_audio() at the other: two agents, PCMU,
 * loopback. Begins with the verb, before baresip switches its source; ends when the other verb has returned.
 * Once more with a CPU hog for each core, where nothing may be missed; and what listening costs.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import type { RunEvent } from '../../model/run-event.js';
import { median, percentile, report, type Figure } from './figures.js';
import { benchBaresip, runScenarioText } from './product.js';

const ROUNDS = 60;
const BUSY_ROUNDS = 30;
/** The kernel counts CPU in ticks of 4 to 10 ms. */
const LISTEN_S = 10;
const PAIRS = 5;
const call = (listens: boolean): string => `
const alice = agent('alice', { audio: false });
const bob = agent('bob', { audio: ${listens} });
alice.dial(bob);
bob.accept();
await_until(() => [alice, bob].forEach((one) => assert(one.state).equals(State.Established)));
`;
/** Uses another tone each time, because the previous one is still on its way. */
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

/** CPU of this process (both threads), ms for each second, between events that begin and end something. */
class CpuMeter {
  readonly #found = new Map<string, number[]>();
  #began: { cpu: NodeJS.CpuUsage; at: number } | undefined;

  begin(): void {
    this.#began = { cpu: process.cpuUsage(), at: performance.now() };
  }

  end(what: string): void {
    if (this.#began === undefined) return;
    const { user, system } = process.cpuUsage(this.#began.cpu);
    const used = (user + system) / (performance.now() - this.#began.at);
    this.#found.set(what, [...(this.#found.get(what) ?? []), used]);
    this.#began = undefined;
  }

  of(what: string): number[] {
    return this.#found.get(what) ?? [];
  }
}

/** What a second of each `wait` of the text costs, and of each `verify_audio`. */
async function cpuOf(text: string): Promise<CpuMeter> {
  const meter = new CpuMeter();
  const waits = (what: string): boolean => what === `wait(${LISTEN_S} s)`;
  await runScenarioText(text, (event) => {
    const verifies = 'verb' in event && event.verb === 'verify_audio';
    if (event.type === 'waiting' && waits(event.what)) meter.begin();
    if (event.type === 'waited' && waits(event.what)) meter.end('wait');
    if (event.type === 'verb_started' && verifies) meter.begin();
    if (event.type === 'verb_finished' && verifies) meter.end('verify_audio');
  });
  return meter;
}

/** Medians of pairs measured in turn, and the least and largest difference. */
function costOf(
  deaf: readonly number[],
  heard: readonly number[],
  limit: number,
  what: string,
): Figure {
  const differences = heard.map((one, i) => one - (deaf[i] ?? NaN));
  expect(differences.length).toBe(PAIRS);
  return {
    name: `(j) CPU of a second of one watched PCMU stream, ${what}`,
    value: median(differences),
    unit: 'ms',
    limit,
    from: {
      'without listening': median(deaf),
      with: median(heard),
      'least difference': Math.min(...differences),
      'largest difference': Math.max(...differences),
    },
  };
}

test('(j) what a waiting verify_audio costs', async () => {
  const { version } = await benchBaresip();
  // the first ones are for the compiler
  const meter = await cpuOf(`${call(true)}
alice.send_audio(tone(1004));
for (let i = 0; i < ${PAIRS + 1}; i += 1) {
  wait('${LISTEN_S}s');
  try { bob.verify_audio(440, '${LISTEN_S}s'); } catch (error) { if (error.code !== 'E_AUDIO') throw error; }
}`);
  const [deaf, heard] = [meter.of('wait').slice(1), meter.of('verify_audio').slice(1)];
  report([costOf(deaf, heard, 5, 'verify_audio')], `baresip ${version}`);
});

test('(j) what hears costs', async () => {
  const { version } = await benchBaresip();
  const calling = (listens: boolean, text: string): string =>
    `${call(listens)} alice.send_audio(tone(440)); ${text} wait('3s'); wait('${LISTEN_S}s');`;
  const [deaf, heard]: [number[], number[]] = [[], []];
  for (let i = 0; i < PAIRS + 1; i += 1) {
    deaf.push(...(await cpuOf(calling(false, ''))).of('wait'));
    heard.push(...(await cpuOf(calling(true, 'bob.hears(440);'))).of('wait'));
  }
  report([costOf(deaf.slice(1), heard.slice(1), 5, 'hears')], `baresip ${version}`);
});
