/**
 * Timing of conversations: when the other side sounds, by the samples received, and when the agent does, by
 * the sounds it was set to send. Runs with every call, because a script may look late; until then the audio is
 * read seldom, and nothing is emitted.
 */
import { conversationTiming, type Stretch } from '../audio/conversation.js';
import { VoiceActivity } from '../audio/voice-activity.js';
import type { Sound, UserAgent } from '../agents/user-agent.js';
import type { AgentEvent, Speech } from '../model/agent-event.js';
import type { Listener, Piece } from './ear.js';
import { CALM_MS } from './tick.js';
import { round } from './judges.js';
import { SampleClock } from './listen.js';
import { SENT_RATE } from './sounds.js';

/** How often the timing is emitted while a silence grows, because no event reports that. */
const TOLD_EVERY_MS = 500;
/** Time between two looks at the audio while no script asks for the timing. */
const UNWATCHED_MS = 2000;

interface Heard {
  stream: Piece['stream'];
  rate: number;
  clock: SampleClock;
  voice: VoiceActivity;
  /** Stretches of earlier streams. */
  before: readonly Stretch[];
  /** Number of beginnings and ends that were emitted. */
  edges: number;
  toldAt: number;
}

export class SpeechWatch implements Listener {
  readonly bears_loss = true;
  readonly #agent: UserAgent;
  readonly #began: number;
  readonly #emit: (event: AgentEvent) => void;
  readonly #calls = new Map<string, Heard>();
  /** Sounds of the agent, on the clock of performance.now(). */
  #own: Stretch[] = [];
  #watched = false;

  /** @param began origin of the times in the agent's state on the clock of performance.now(). */
  constructor(agent: UserAgent, began: number, emit: (event: AgentEvent) => void) {
    this.#agent = agent;
    this.#began = began;
    this.#emit = emit;
  }

  /** The next look emits the timing so far, and from then on every change. */
  watch(): void {
    this.#watched = true;
  }

  waits(): number {
    return this.#watched ? CALM_MS : UNWATCHED_MS;
  }

  /** The agent sends this sound since `now` (performance.now()); undefined: silence. */
  sends(sound: Sound | undefined, now: number): void {
    this.#own = this.#own
      .filter(({ start }) => start < now)
      .map((one) => ({ start: one.start, end: Math.min(one.end ?? now, now) }));
    if (sound === undefined) return;
    if (sound.repeats) {
      this.#own.push({ start: now });
      return;
    }
    const ms = 1000 / SENT_RATE;
    const { spurts } = new VoiceActivity(SENT_RATE).push(sound.samples);
    for (const { start, end = sound.samples.length } of spurts)
      this.#own.push({ start: now + start * ms, end: now + end * ms });
  }

  piece({ call, stream, heard: { samples, rate, position }, at }: Piece): void {
    let one = this.#calls.get(call);
    if (one?.stream !== stream) {
      one = {
        stream,
        rate,
        clock: new SampleClock(0, rate, position),
        voice: new VoiceActivity(rate),
        before: one === undefined ? [] : theirsOf(one),
        edges: 0,
        toldAt: 0,
      };
      this.#calls.set(call, one);
    }
    one.clock.piece(position, samples.length, at);
    const { spurts } = one.voice.push(samples);
    const edges = spurts.length + spurts.filter(({ end }) => end !== undefined).length;
    if (edges === one.edges) return;
    one.edges = edges;
    this.#tell(call, at, spurts.at(-1)?.end === undefined ? 'began' : 'ended');
  }

  looked(now: number): void {
    for (const [call, { toldAt }] of this.#calls) {
      if (this.#agent.state.calls.find(({ id }) => id === call)?.state === 'Idle') {
        this.#calls.delete(call);
      } else if (now - toldAt >= TOLD_EVERY_MS) this.#tell(call, now);
    }
  }

  #tell(call: string, now: number, change?: 'began' | 'ended'): void {
    const one = this.#calls.get(call);
    const speech = one === undefined || !this.#watched ? undefined : this.#speech(call, one, now);
    if (one === undefined || speech === undefined) return;
    one.toldAt = now;
    const changed = change === undefined ? {} : { change };
    this.#emit({ type: 'audio_speech', call, speech, ...changed });
  }

  /** Returns the timing since the call was answered: earlier sounds do not count. */
  #speech(call: string, one: Heard, now: number): Speech | undefined {
    const { times } = this.#agent.state.calls.find(({ id }) => id === call)?.facts ?? {};
    if (times?.established === undefined) return undefined;
    const answered = times.established + this.#began;
    const since = (all: readonly Stretch[]): Stretch[] =>
      all.flatMap(({ start, end }) => {
        if ((end ?? now) <= answered || start >= now) return [];
        const from = Math.max(0, start - answered);
        return [
          { start: from, ...(end === undefined ? {} : { end: Math.min(end, now) - answered }) },
        ];
      });
    const theirs = since([...one.before, ...theirsOf(one)]);
    const timing = conversationTiming(since(this.#own), theirs, now - answered);
    const responses = timing.response_ms.map((ms) => round(ms));
    const last = responses.at(-1);
    return {
      ...(timing.first_sound_ms === undefined
        ? {}
        : { first_sound_ms: round(timing.first_sound_ms) }),
      ...(last === undefined ? {} : { response_ms: last }),
      responses,
      dead_air_ms: round(timing.dead_air_ms),
      talk_over_ms: round(timing.talk_over_ms),
      speaking: one.voice.state.active,
    };
  }
}

/** The other side's stretches on the clock of performance.now(). */
function theirsOf({ voice, clock }: Heard): Stretch[] {
  return voice.state.spurts.map(({ start, end }) => ({
    start: clock.at(start),
    ...(end === undefined ? {} : { end: clock.at(end) }),
  }));
}
