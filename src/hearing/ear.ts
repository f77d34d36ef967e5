/**
 * The samples one agent receives, as they come: while there are listeners, reads the files its baresip writes
 * and hands the samples to all of them. Knows growing files and ending calls; not what is in the samples.
 */
import { GrowingWav, type Heard } from '../audio/growing-wav.js';
import type { AudioStream, UserAgent } from '../agents/user-agent.js';
import { beginLooking, CALM_MS, endLooking } from './tick.js';

export interface Piece {
  readonly call: string;
  /** Each start of the media makes a new stream: positions and detectors start over with it. */
  readonly stream: AudioStream;
  readonly heard: Heard;
  /** performance.now() when the piece was read. */
  readonly at: number;
}

export interface Listener {
  /** The call the listener wants to hear; undefined: all calls. */
  readonly call?: string | undefined;
  /** Label of the stream it wants to hear; undefined: the first stream of each call. */
  readonly label?: string | undefined;
  piece(piece: Piece): void;
  /** Called after each look, whether samples came or not. */
  looked?(now: number): void;
  /** @returns in how many ms the listener may have something to decide or to report */
  waits?(now: number): number;
  /** Bears the loss of a frame: files may be emptied while it listens. */
  readonly bears_loss?: true;
  /** Replay this much recent audio (ms, at most RECENT_MS) on attach, so a sounding tone is found at once. */
  readonly recent_ms?: number;
}

interface Source {
  readonly stream: AudioStream;
  readonly wav: GrowingWav;
  /** The pieces read last: at least RECENT_MS, once that much was read. */
  recent: readonly Heard[];
}

/** Audio kept for listeners that attach later. */
const RECENT_MS = 500;
/** After this long without a frame, nothing sounds any more. On a busy machine frames may come 100 ms late. */
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
    agent.listen(listen, { sent: false, release: () => this.#release() });
  }

  /**
   * Hands over audio from now on, after the recent audio if the listener asks for it. @returns a function
   * that detaches it.
   */
  attach(listener: Listener): () => void {
    // Consumes the audio that came before, which is not new to this listener.
    this.#look();
    if (listener.recent_ms !== undefined) this.#recall(listener, listener.recent_ms);
    this.#listeners.add(listener);
    beginLooking(this.#look, listener.waits?.(performance.now()) ?? CALM_MS);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) endLooking(this.#look);
    };
  }

  /** Audio streams of that call so far, oldest first: those with the label, or the first ones. */
  streamsOf(call: string, label?: string): readonly AudioStream[] {
    return this.#sources.flatMap(({ stream }) =>
      stream.call === call && isMeant(stream, label) ? [stream] : [],
    );
  }

  /** Labels of the streams of that call. */
  labelsOf(call: string): readonly string[] {
    const labels = this.#sources.flatMap(({ stream }) =>
      stream.call === call && stream.label !== undefined ? [stream.label] : [],
    );
    return [...new Set(labels)];
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
      if (!isMeant(stream, listener.label)) continue;
      for (const heard of lastOf(recent, ms))
        listener.piece({ call: stream.call, stream, heard, at });
    }
    listener.looked?.(performance.now());
  }

  /** Called before files are emptied; returns false to keep them. */
  #release(): boolean {
    if ([...this.#listeners].some(({ bears_loss }) => bears_loss !== true)) return false;
    this.#look();
    return true;
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
        const isOfCall = listener.call === undefined || listener.call === call;
        if (isOfCall && isMeant(stream, listener.label))
          listener.piece({ call, stream, heard, at });
      }
    }
    if (pieces.length === 0 && this.#isOver(source)) {
      wav.close();
      this.#sources.splice(this.#sources.indexOf(source), 1);
    }
  }

  /** Whether nothing more will be written to the stream: its call is over, or has a newer stream. */
  #isOver({ stream }: Source): boolean {
    const call = this.#agent.state.calls.find(({ id }) => id === stream.call);
    if (call === undefined) return this.#agent.state.calls.length > 0 && stream.call !== '';
    const { label } = stream.isFurther === true ? stream : {};
    return call.state === 'Idle' || this.streamsOf(stream.call, label).at(-1) !== stream;
  }
}

/** Whether a stream is the one with the label; without one the first of its call. */
function isMeant(stream: AudioStream, label: string | undefined): boolean {
  return label === undefined ? stream.isFurther !== true : stream.label === label;
}

/** The last `ms` of one stream. */
function lastOf(pieces: readonly Heard[], ms: number): readonly Heard[] {
  const last: Heard[] = [];
  let missing = Infinity;
  for (const piece of pieces.toReversed()) {
    const { samples, rate, position } = piece;
    if (last[0] === undefined) missing = Math.ceil((ms * rate) / 1000);
    const skipped = Math.max(0, samples.length - missing);
    last.unshift({ ...piece, samples: samples.subarray(skipped), position: position + skipped });
    missing -= samples.length;
    if (missing <= 0) break;
  }
  return last;
}
