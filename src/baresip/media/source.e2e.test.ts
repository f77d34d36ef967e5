/** The audio an agent sends, and the files in which baresip records what the other agent receives. */
import { EventEmitter, once } from 'node:events';
import { readFileSync, watch, type FSWatcher } from 'node:fs';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { agentStateName } from '../../model/agent-state.js';
import { LIMIT, testBinaries, testBench, type Bench } from '../../testing/agents/agent-bench.js';
import type { AudioStream, Sound, Phone } from '../../agents/user-agent.js';

const RATE = 8000;
const LOUD = 8000;
const binaries = await testBinaries();

const tone = (hz: number, seconds: number, repeats: boolean): Sound => ({
  text: `tone(${hz})`,
  repeats,
  samples: Int16Array.from({ length: seconds * RATE }, (_, at) =>
    Math.round(LOUD * Math.sin((2 * Math.PI * hz * at) / RATE)),
  ),
});

/** Samples of a WAV file that is still being written. */
function samplesOf(path: string): Int16Array {
  const bytes = readFileSync(path).subarray(44);
  return new Int16Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~1)),
  );
}

const loudest = (samples: Int16Array): number =>
  samples.reduce((max, one) => Math.max(max, Math.abs(one)), 0);

describe.each(binaries)('baresip $version: audio', (binary) => {
  let bench: Bench;
  let alice: Phone;
  let bob: Phone;

  beforeAll(() => {
    bench = testBench(binary);
  });
  afterEach(async () => {
    for (const one of watchers.splice(0)) one.close();
    await bench.stopAll();
    expect(bench.leftFolders()).toEqual([]);
  });

  const received: AudioStream[] = [];
  const watchers: FSWatcher[] = [];
  /** "more": baresip has begun a file, or appended to it. */
  const writing = new EventEmitter();
  const receive = (stream: AudioStream): void => {
    received.push(stream);
    watchers.push(watch(stream.path, () => writing.emit('more')));
    writing.emit('more');
  };
  const connected = async (): Promise<void> => {
    received.length = 0;
    [alice, bob] = await Promise.all([
      bench.start('alice', { audio: true }),
      bench.start('bob', { audio: true }),
    ]);
    bob.listen(receive, { sent: false });
    await call();
  };
  const call = async (): Promise<void> => {
    await alice.act('dial', { target: { agent: bob } }, LIMIT);
    await bob.act('accept', {}, LIMIT);
    await bench.until(
      () => [alice, bob].every((one) => agentStateName(one.state) === 'Established'),
      'a call',
    );
  };
  /** Reads bob's received audio from now on, until it is as loud as wanted. */
  const hears = async (wanted: 'tone' | 'silence'): Promise<void> => {
    const stream = () => received.at(-1)?.path ?? '';
    const path = stream();
    const from = path === '' ? 0 : samplesOf(path).length;
    const signal = AbortSignal.timeout(LIMIT);
    for (;;) {
      const now = stream();
      const samples =
        now === '' ? new Int16Array(0) : samplesOf(now).subarray(now === path ? from : 0);
      const last = samples.subarray(-800);
      if (last.length === 800 && loudest(last) > LOUD / 2 === (wanted === 'tone')) return;
      await once(writing, 'more', { signal }).catch(() => {
        throw new Error(
          `bob does not hear ${wanted}: ${samples.length} samples in ${now}, ${loudest(last)}`,
        );
      });
    }
  };

  test('a tone, until something else is sent', async () => {
    await connected();
    await hears('silence');
    await alice.sendAudio(tone(440, 1, true), LIMIT);
    await hears('tone');
    await alice.sendAudio(undefined, LIMIT);
    await hears('silence');
  });

  test('a tone survives hold and resume, from both sides', async () => {
    await connected();
    await alice.sendAudio(tone(440, 1, true), LIMIT);
    await hears('tone');
    for (const one of [alice, bob, alice]) {
      await one.act('hold', {}, LIMIT);
      await one.act('resume', {}, LIMIT);
      await hears('tone');
    }
  });

  test('a tone set before the call, while it rings, and kept for the next one', async () => {
    await connected();
    await alice.act('hangup', {}, LIMIT);
    await bench.until(() => agentStateName(bob.state) === 'Idle', 'bob idle');
    await alice.sendAudio(tone(440, 1, true), LIMIT);
    await call();
    await hears('tone');
    await alice.act('hangup', {}, LIMIT);
    await bench.until(() => agentStateName(bob.state) === 'Idle', 'bob idle');
    await alice.act('dial', { target: { agent: bob } }, LIMIT);
    await bench.until(() => agentStateName(bob.state) === 'Ringing', 'bob ringing');
    await alice.sendAudio(undefined, LIMIT);
    await bob.sendAudio(tone(300, 1, true), LIMIT);
    await bob.act('accept', {}, LIMIT);
    await hears('silence');
    await alice.sendAudio(tone(440, 1, true), LIMIT);
    await hears('tone');
  });

  test('a file ends, and silence follows', async () => {
    await connected();
    await alice.sendAudio(tone(440, 1, false), LIMIT);
    await hears('tone');
    await bench.until(
      () => bench.events('alice').some(({ type }) => type === 'audio_ended'),
      'the end',
    );
    await hears('silence');
    expect(bench.events('alice').find(({ type }) => type === 'audio_ended')).toMatchObject({
      completed: true,
    });
    const heard = samplesOf(received.at(-1)?.path ?? '');
    const loud = heard.reduce((count, one) => count + (Math.abs(one) > 200 ? 1 : 0), 0);
    expect(loud / RATE).toBeGreaterThan(0.93);
    expect(loud / RATE).toBeLessThan(1.05);
  });

  test('files that are over before baresip has opened them', async () => {
    await connected();
    const click: Sound = { text: 'click', repeats: false, samples: new Int16Array([LOUD]) };
    for (let sent = 0; sent < 5; sent += 1) await alice.sendAudio(click, LIMIT);
    // A sound replaced by the next has no end of its own.
    await bench.until(
      () => bench.events('alice').at(-1)?.type === 'audio_ended',
      'the end of the last',
    );
    await alice.sendAudio(tone(440, 1, true), LIMIT);
    await hears('tone');
  });

  test('another source while a second call waits: heard, and the call goes on waiting', async () => {
    await connected();
    const carol = await bench.start('carol', { audio: true });
    await carol.act('dial', { target: { agent: alice } }, LIMIT);
    await bench.until(() => alice.state.calls.length === 2, 'two calls');
    // a file, too, is passed to baresip again
    await alice.sendAudio(tone(440, 1, true), LIMIT);
    await hears('tone');
    await alice.sendAudio(tone(300, 1, false), LIMIT);
    await bench.until(
      () => bench.events('alice').some(({ type }) => type === 'audio_ended'),
      'the end of the file',
    );
    await hears('silence');
    expect(agentStateName(carol.state)).toBe('Ringing');
  });

  test('two calls in one second have files of their own', async () => {
    await connected();
    await hears('silence');
    await alice.act('hangup', {}, LIMIT);
    await bench.until(() => agentStateName(bob.state) === 'Idle', 'bob idle');
    await call();
    await hears('silence');
    const paths = received.map(({ path }) => path);
    expect(new Set(paths).size).toBe(2);
    expect(received.map((one) => one.call)).toEqual(
      expect.arrayContaining(bob.state.calls.map(({ id }) => id)),
    );
  });
});
