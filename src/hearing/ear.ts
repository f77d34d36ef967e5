/**
 * The samples one agent receives, as they come: reads the files its baresip writes while somebody listens, and
 * hands them to all who do. Knows files that grow and calls that end; not what is in the samples.
 */
import { GrowingWav, type Heard } from '../audio/growing-wav.js';
import type { AudioStream, UserAgent } from '../agents/user-agent.js';
import { beginLooking, CALM_MS, endLooking } from './tick.js';

export interface Piece {
  readonly call: string;
  /** Another one after each start of the media: positions and detectors start over with it. */
  readonly stream: AudioStream;
  readonly heard: Heard;
  /** performance.now() when it was read. */
  readonly at: number;
}

export interface Listener {
  /** Of which call it wants to hear; undefined: of all. */
  readonly call?: string | undefined;
  piece(piece: Piece): void;
  /** After each look, whether there was something or not. */
  looked?(now: number): void;
  /** In how many ms there may be something to decide, or to tell. */
  waits?(now: number): number;
  /** What is so at the moment has begun before: so many ms of it, at most RECENT_MS, are handed over first. */
  readonly recent_ms?: number;
}

interface Source {
  readonly stream: AudioStream;
  readonly wav: GrowingWav;
  /** What was read last, at least RECENT_MS where there was so much. */
  recent: readonly Heard[];
}

/** Of what was read, kept for listeners to come. */
const RECENT_MS = 500;
/** Without a frame for so long nothing is heard any more; on a busy machine they come 100 ms late. */
export const GONE_MS = 300;

export class Ear {
  readonly #agent: UserAgent;
  readonly #sources: Source[] = [];
  readonly #listeners = new Set<Listener>();

  constructor(agent: UserAgent) {
    this.#agent = agent;
    const listen = (stream: AudioStream): void => {
      this.#sources.push({ stream, wav: new GrowingWav(stream.path), recent: [] });
    };
    agent.listen(listen, { sent: false });
  }

  /** Hands over what comes from now on, and what is recent to those who ask. @returns what ends it. */
  attach(listener: Listener): () => void {
    // What is there already came before.
    this.#look();
    if (listener.recent_ms !== undefined) this.#recall(listener, listener.recent_ms);
    this.#listeners.add(listener);
    beginLooking(this.#look, listener.waits?.(performance.now()) ?? CALM_MS);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) endLooking(this.#look);
    };
  }

  /** Audio streams of that call so far, oldest first. */
  streamsOf(call: string): readonly AudioStream[] {
    return this.#sources.flatMap(({ stream }) => (stream.call === call ? [stream] : []));
  }

  end(): void {
    this.#listeners.clear();
    endLooking(this.#look);
    for (const { wav } of this.#sources) wav.close();
    this.#sources.length = 0;
  }

  #recall(listener: Listener, ms: number): void {
    for (const { stream, wav, recent } of this.#sources) {
      const age = wav.age_ms;
      if (stream.lost !== undefined || age === undefined || age >= GONE_MS) continue;
      const at = performance.now() - age;
      for (const heard of lastOf(recent, ms))
        listener.piece({ call: stream.call, stream, heard, at });
    }
    listener.looked?.(performance.now());
  }

  readonly #look = (): number => {
    for (const source of [...this.#sources]) this.#read(source);
    const now = performance.now();
    for (const listener of [...this.#listeners]) listener.looked?.(now);
    const waits = [...this.#listeners].map((listener) => listener.waits?.(now) ?? CALM_MS);
    return Math.min(...waits);
  };

  #read(source: Source): void {
    const { stream, wav } = source;
    if (stream.lost !== undefined) return;
    const { call } = stream;
    const pieces = wav.read();
    const at = performance.now();
    if (pieces.length > 0) source.recent = lastOf([...source.recent, ...pieces], RECENT_MS);
    for (const heard of pieces) {
      for (const listener of [...this.#listeners]) {
        if (listener.call === undefined || listener.call === call)
          listener.piece({ call, stream, heard, at });
      }
    }
    if (pieces.length === 0 && this.#isOver(source)) {
      wav.close();
      this.#sources.splice(this.#sources.indexOf(source), 1);
    }
  }

  /** Nothing more will be written: its call is over, or has a newer one. */
  #isOver({ stream }: Source): boolean {
    const call = this.#agent.state.calls.find(({ id }) => id === stream.call);
    if (call === undefined) return this.#agent.state.calls.length > 0 && stream.call !== '';
    return call.state === 'Idle' || this.streamsOf(stream.call).at(-1) !== stream;
  }
}

/** The end of one stream, so many ms long. */
function lastOf(pieces: readonly Heard[], ms: number): readonly Heard[] {
  const last: Heard[] = [];
  let missing = Infinity;
  for (const piece of pieces.toReversed()) {
    const { samples, rate, position, stream } = piece;
    if (last[0] === undefined) missing = Math.ceil((ms * rate) / 1000);
    else if (last[0].stream !== stream) break;
    const skipped = Math.max(0, samples.length - missing);
    last.unshift({ ...piece, samples: samples.subarray(skipped), position: position + skipped });
    missing -= samples.length;
    if (missing <= 0) break;
  }
  return last;
}
