/** Events about an agent's received audio, once a script has looked: tones that come and go, the level. */
import { levelOf } from '../audio/level.js';
import { MIX_MS, MIX_SHARE, TONE_MS, ToneDetector, toneProblem } from '../audio/tone-detector.js';
import type { AgentEvent } from '../model/agent-event.js';
import { GONE_MS, type Listener, type Piece } from './ear.js';
import { round } from './judges.js';

type Emit = (event: AgentEvent) => void;

/** Time between two frames. */
const FRAME_MS = 20;
/** How long after the beginning of a tone the search for its end starts. */
const HEARD_MS = 200;
/** Longest wait for a look: if the last window did not hold the tone, less than a window of it has come. */
const UNHEARD_MS = MIX_MS - TONE_MS;

interface Watched {
  stream: Piece['stream'];
  detector: ToneDetector | undefined;
  heard: boolean;
  /** When the last frame came, performance.now(). */
  at: number;
}

/** Emits when a tone begins and ends in any call of the agent, alone or among others. */
export function toneWatch(hz: number, emit: Emit): Listener {
  const calls = new Map<string, Watched>();
  /** Time of the previous look: audio read now has come since then. */
  let before = Infinity;
  const tell = (call: string, one: Watched, heard: boolean, level: number): void => {
    one.heard = heard;
    emit({ type: 'audio_tone', call, hz, heard, level: round(level) });
  };
  const begin = (rate: number): ToneDetector | undefined =>
    toneProblem([hz], rate) === undefined
      ? new ToneDetector({ rate, hz, share: MIX_SHARE, for_ms: MIX_MS })
      : undefined;
  return {
    recent_ms: MIX_MS + 2 * FRAME_MS,
    piece({ call, stream, heard: { rate, samples }, at }) {
      let one = calls.get(call);
      if (one?.stream !== stream) {
        if (one?.heard === true) tell(call, one, false, 0);
        one = { stream, detector: begin(rate), heard: false, at };
        calls.set(call, one);
      }
      const ms = (samples.length / rate) * 1000;
      one.at = Math.min(at, Math.max(one.at, before) + ms + FRAME_MS);
      const state = one.detector?.push(samples);
      if (state === undefined) return;
      if (!one.heard && state.run !== undefined) tell(call, one, true, state.run.dbfs);
      if (state.present || !state.heard) return;
      // The tone is over. A new detector makes the next tone last for the full time again before it is reported.
      if (one.heard) tell(call, one, false, state.run?.dbfs ?? 0);
      one.detector = begin(rate);
    },
    looked(now) {
      before = now;
      for (const [call, one] of calls) {
        if (!one.heard || now - one.at < GONE_MS) continue;
        tell(call, one, false, 0);
        calls.delete(call);
      }
    },
    waits(now) {
      let least = UNHEARD_MS;
      for (const { heard, detector, at } of calls.values()) {
        const its = heard ? Math.min(HEARD_MS, at + GONE_MS - now) : detector?.missing_ms;
        least = Math.min(least, its ?? least);
      }
      return least;
    },
  };
}

const LEVEL_S = 0.2;

/** Emits the level of each 200 ms of samples. */
export function levelWatch(emit: Emit): Listener {
  const calls = new Map<string, { stream: Piece['stream']; samples: Int16Array; filled: number }>();
  return {
    recent_ms: LEVEL_S * 1000,
    piece({ call, stream, heard: { rate, samples } }) {
      let one = calls.get(call);
      if (one?.stream !== stream) {
        one = { stream, samples: new Int16Array(rate * LEVEL_S), filled: 0 };
        calls.set(call, one);
      }
      for (let at = 0; at < samples.length;) {
        const part = samples.subarray(at, at + one.samples.length - one.filled);
        one.samples.set(part, one.filled);
        one.filled += part.length;
        at += part.length;
        if (one.filled < one.samples.length) return;
        emit({ type: 'audio_level', call, level: round(levelOf(one.samples)) });
        one.filled = 0;
      }
    },
  };
}
