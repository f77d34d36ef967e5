import { expect, test } from 'vitest';
import { speech, throughCodec, whiteNoise, mixed, sine } from '../testing/samples/signals.js';
import { conversationTiming } from './conversation.js';
import { joinSamples, silenceSamples } from './tone.js';
import { EDGE_UNCERTAINTY_MS, VoiceActivity } from './voice-activity.js';

const RATE = 8000;

test('stretches of sound begin and end where they do', () => {
  const word = sine(300, 500, RATE, -20);
  const stream = joinSamples(
    silenceSamples(333, RATE),
    word,
    silenceSamples(150, RATE),
    word,
    silenceSamples(700, RATE),
    word,
  );
  for (const noise of [-90, -60]) {
    const voice = new VoiceActivity(RATE);
    const noisy = throughCodec('alaw', mixed(stream, whiteNoise(2683, RATE, noise, 5)));
    for (let at = 0; at < noisy.length; at += 160) voice.push(noisy.subarray(at, at + 160));
    const { spurts, active, first } = voice.state;
    const edges = spurts.flatMap(({ start, end }) => [start, end ?? -1]).map((one) => one / 8);
    const wanted = [333, 1483, 2183];
    expect(edges.length).toBe(4);
    wanted.forEach((ms, i) => {
      expect(Math.abs((edges[i] ?? 0) - ms), `${i}`).toBeLessThanOrEqual(EDGE_UNCERTAINTY_MS);
    });
    expect(spurts.at(-1)?.end).toBeUndefined();
    expect([active, first]).toEqual([true, spurts[0]?.start]);
  }
});

test('neither silence, nor steady noise, nor a click is sound', () => {
  const clicks = joinSamples(
    silenceSamples(200, RATE),
    sine(1000, 12, RATE, -6),
    silenceSamples(300, RATE),
  );
  for (const quiet of [silenceSamples(500, RATE), whiteNoise(2000, RATE, -52, 1), clicks]) {
    expect(new VoiceActivity(RATE).push(quiet).spurts).toEqual([]);
  }
});

test('speech is found in noise, a long tone stays one stretch', () => {
  const noise = whiteNoise(4000, RATE, -48, 2);
  const voice = speech(1500, RATE, -20, 3);
  const stream = mixed(noise, joinSamples(silenceSamples(2000, RATE), voice));
  const { spurts } = new VoiceActivity(RATE).push(stream);
  expect(spurts[0]?.start ?? 0).toBeGreaterThan(1950 * 8);
  expect(new VoiceActivity(RATE).push(sine(440, 8000, RATE, -25)).spurts).toEqual([
    { start: expect.any(Number) as number },
  ]);
});

test('timing of a conversation', () => {
  const ours = [
    { start: 1000, end: 2000 },
    { start: 4000, end: 5000 },
  ];
  const theirs = [{ start: 500, end: 900 }, { start: 2600, end: 4200 }, { start: 5800 }];
  expect(conversationTiming(ours, theirs, 7000)).toEqual({
    first_sound_ms: 500,
    response_ms: [600, 800],
    dead_air_ms: 800,
    talk_over_ms: 200,
  });
  expect(conversationTiming([{ start: 0, end: 100 }], [], 900)).toEqual({
    response_ms: [],
    dead_air_ms: 800,
    talk_over_ms: 0,
  });
  expect(conversationTiming([], [], 900).dead_air_ms).toBe(900);
  const over = conversationTiming([{ start: 0, end: 1000 }], [{ start: 800, end: 1500 }], 2000);
  expect(over).toMatchObject({ response_ms: [], talk_over_ms: 200, dead_air_ms: 500 });
});
