import { describe, expect, it } from 'vitest';
import type { AgentEvent } from '../model/agent-event.js';
import { silenceSamples } from '../audio/tone.js';
import { sine } from '../testing/samples/signals.js';
import type { Piece } from './ear.js';
import { toneWatch } from './watches.js';

const RATE = 8000;
const stream: Piece['stream'] = {
  call: 'c',
  direction: 'received',
  path: '',
  at: 0,
};

function watching() {
  const told: AgentEvent[] = [];
  const watch = toneWatch(440, (event) => told.push(event));
  let position = 0;
  /** Hands over samples as if read at `at`, ms. */
  const hear = (samples: Int16Array, at: number): void => {
    const heard = { samples, rate: RATE, channels: 1, position };
    watch.piece({ call: 'c', stream, heard, at });
    watch.looked?.(at);
    position += samples.length;
  };
  const wait = (now: number): number => watch.waits?.(now) ?? NaN;
  return { told, watch, hear, wait };
}

describe('toneWatch', () => {
  it('is asked again when a tone may have lasted for 400 ms, and tells it then', () => {
    const { told, hear, wait } = watching();
    hear(silenceSamples(300, RATE), 300);
    expect(wait(300)).toBe(300);
    hear(sine(440, 200, RATE, -20), 500);
    expect(wait(500)).toBeGreaterThan(150);
    expect(wait(500)).toBeLessThan(250);
    hear(sine(440, 220, RATE, -20), 720);
    expect(told).toMatchObject([{ type: 'audio_tone', hz: 440, heard: true }]);
  });

  it('tells 300 ms after the last frame that nothing is heard any more, as on hold', () => {
    const { told, watch, hear, wait } = watching();
    hear(sine(440, 600, RATE, -20), 600);
    expect(wait(600)).toBe(200);
    watch.looked?.(800);
    expect(wait(800)).toBe(100);
    expect(told).toHaveLength(1);
    watch.looked?.(900);
    expect(told.at(-1)).toMatchObject({ type: 'audio_tone', heard: false });
  });

  it('counts from when that frame came, not from the look after it', () => {
    const { told, watch, hear, wait } = watching();
    hear(sine(440, 600, RATE, -20), 600);
    hear(sine(440, 20, RATE, -20), 800);
    expect(wait(800)).toBe(140);
    watch.looked?.(930);
    expect(told).toHaveLength(1);
    watch.looked?.(940);
    expect(told.at(-1)).toMatchObject({ type: 'audio_tone', heard: false });
  });
});
