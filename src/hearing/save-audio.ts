/**
 * `--save-audio`: each call of an agent as one stereo WAV, sent audio left, received audio right, on one clock; of a call with
 * several streams one for each. The files are valid at any moment, even when the run is killed.
 */
import { basename, join } from 'node:path';
import { GrowingWav } from '../audio/growing-wav.js';
import { StereoFile, type FinishedFile, type Side } from '../audio/stereo-file.js';
import type { AudioStream, Sound, UserAgent } from '../agents/user-agent.js';
import { OffhookError } from '../errors.js';
import { fileNamePart } from '../file-name.js';
import type { ScenarioId } from '../model/run-event.js';
import { withoutScriptEnding } from '../schema/script-files.js';
import { SampleClock } from './listen.js';
import { SENT_RATE } from './sounds.js';

const EVERY_MS = 100;
/** Wideband keeps its rate; files at 48 kHz would only be larger. */
const HIGHEST_RATE = 16_000;
/** A gap this long is a pause in the received audio, not a busy machine. */
const PAUSE_MS = 250;

interface Track {
  readonly stream: AudioStream;
  readonly wav: GrowingWav;
  clock?: SampleClock;
}

interface SavedCall {
  /** performance.now() of its first sample. */
  readonly began: number;
  readonly file: StereoFile;
  /** Of the agent, from 1. */
  readonly number: number;
  /** Time up to which the sent side was made from the sound the agent was set to send. */
  sentUntil: number;
}

/** The audio of a call, on disk. */
export interface CallOnDisk extends FinishedFile {
  /** Of the agent, from 1. */
  call: number;
  path: string;
  /** performance.now() of its first sample. */
  began: number;
}

type NameOf = (call: number, label?: string) => string;

export class SavedAudio {
  readonly #agent: UserAgent;
  readonly #nameOf: NameOf;
  readonly #problem: (text: string) => void;
  readonly #tracks: Track[] = [];
  /** The key is the call, for further streams of it the call and the label. */
  readonly #calls = new Map<string, SavedCall>();
  /** Calls in their order. */
  readonly #ids: string[] = [];
  /** The sound being sent, where baresip does not record it. */
  #sending: { sound: Sound; since: number } | undefined;
  readonly #timer: NodeJS.Timeout;
  #failed = false;

  /**
   * @param nameOf path of the file of that call, counted from 1; with the label of a stream beside its first one.
   * @param problem is told why a file could not be written.
   */
  constructor(agent: UserAgent, nameOf: NameOf, problem: (text: string) => void) {
    this.#agent = agent;
    this.#nameOf = nameOf;
    this.#problem = problem;
    const listen = (stream: AudioStream): void => {
      this.#tracks.push({ stream, wav: new GrowingWav(stream.path) });
    };
    agent.listen(listen, { sent: true, release: () => false });
    this.#timer = setInterval(() => {
      this.#look();
    }, EVERY_MS).unref();
  }

  /** The agent sends this sound; undefined: silence. @param since when it was asked to, by performance.now() */
  sends(sound: Sound | undefined, since: number): void {
    this.#look();
    // audio of the previous sound was written beyond `since`: from there on, the new sound replaces it
    for (const call of this.#calls.values()) call.sentUntil = Math.min(call.sentUntil, since);
    this.#sending = sound === undefined ? undefined : { sound, since };
  }

  /** Reads what has come so far before it returns, then finishes the files. */
  async end(): Promise<CallOnDisk[]> {
    clearInterval(this.#timer);
    this.#look();
    for (const { wav } of this.#tracks) wav.close();
    this.#tracks.length = 0;
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    const ended: CallOnDisk[] = [];
    for (const { file, began, number } of calls) {
      try {
        ended.push({ call: number, path: file.path, began, ...(await file.close()) });
      } catch (error) {
        this.#tell(error);
      }
    }
    return ended;
  }

  #look(): void {
    if (this.#failed) return;
    try {
      for (const track of this.#tracks) this.#read(track);
      if (!this.#tracks.some(({ stream }) => stream.direction === 'sent')) this.#makeSent();
    } catch (error) {
      this.#failed = true;
      this.#tell(error);
    }
  }

  #tell(error: unknown): void {
    if (!(error instanceof OffhookError)) throw error;
    this.#problem(error.message);
  }

  #read(track: Track): void {
    const { stream, wav } = track;
    if (stream.lost !== undefined) return;
    for (const { samples, rate, position } of wav.read()) {
      const at = performance.now();
      const call = this.#callOf(stream, rate, at - (samples.length * 1000) / rate);
      track.clock ??= new SampleClock(call.began, rate, 0);
      track.clock.piece(position, samples.length, at);
      if (track.clock.uncertainty > PAUSE_MS) {
        track.clock = new SampleClock(call.began, rate, 0);
        track.clock.piece(position, samples.length, at);
      }
      call.file.write(stream.direction satisfies Side, samples, rate, track.clock.at(position));
    }
  }

  #callOf(stream: AudioStream, rate: number, began: number): SavedCall {
    const label = stream.isFurther === true ? (stream.label ?? 'stream') : undefined;
    const key = label === undefined ? stream.call : `${stream.call} ${label}`;
    let call = this.#calls.get(key);
    if (call === undefined) {
      if (!this.#ids.includes(stream.call)) this.#ids.push(stream.call);
      const number = this.#ids.indexOf(stream.call) + 1;
      const path = this.#nameOf(number, label);
      const file = new StereoFile(path, Math.min(rate, HIGHEST_RATE));
      call = { began, file, number, sentUntil: began };
      this.#calls.set(key, call);
    }
    return call;
  }

  /** Makes the sent side from the sound the agent was set to send: exact to the source switch, some 10 ms. */
  #makeSent(): void {
    const now = performance.now();
    for (const [id, call] of this.#calls) {
      const from = Math.max(call.sentUntil, this.#sending?.since ?? now);
      call.sentUntil = now;
      const state = this.#agent.state.calls.find((one) => one.id === id);
      const silent = state === undefined || state.state === 'Idle' || state.facts.held !== 'none';
      if (this.#sending === undefined || silent || state.facts.muted) continue;
      const { sound, since } = this.#sending;
      const samples = part(sound, from - since, now - since);
      call.file.write('sent', samples, SENT_RATE, from - call.began);
    }
  }
}

function part({ samples, repeats }: Sound, fromMs: number, toMs: number): Int16Array {
  const first = Math.round((fromMs * SENT_RATE) / 1000);
  const end = Math.round((toMs * SENT_RATE) / 1000);
  if (!repeats) return samples.slice(first, end);
  return Int16Array.from(
    { length: end - first },
    (_, at) => samples[(first + at) % samples.length] ?? 0,
  );
}

/** Path of the file for a call of an agent, counted from 1; with a label that of a stream beside its first one. */
export type AudioFile = (agent: string, call: number, label?: string) => string;

/** A part of a file name is cut behind so many bytes. */
const LONGEST_PART = 70;

/**
 * Paths for the calls of one run, named after file, scenario and agent: "queue-caller-hears-music-alice-1.wav", and
 * "queue-caller-hears-music-attempt-2-alice-1.wav" when the scenario is run again. Names that differ only in characters
 * a file name cannot have get a number; files of an earlier run are overwritten.
 */
export function audioFiles(folder: string): (scenario: ScenarioId) => AudioFile {
  const owners = new Map<string, string>();
  return ({ id, file, name, attempt }) => {
    const base = withoutScriptEnding(basename(file));
    const again = attempt === 1 ? [] : [`attempt-${attempt}`];
    const title = [base, ...(name === base ? [] : [name]), ...again].map(namePart).join('-');
    return (agent, call, label) => {
      const owner = JSON.stringify([id, agent, call, label]);
      const stream = label === undefined ? '' : `-${namePart(label)}`;
      const stem = `${title}-${namePart(agent)}-${call}${stream}`;
      for (let number = 1; ; number += 1) {
        const path = join(folder, `${stem}${number === 1 ? '' : `-${number}`}.wav`);
        if ((owners.get(path) ?? owner) !== owner) continue;
        owners.set(path, owner);
        return path;
      }
    };
  };
}

/** Path of the file for the video that came in a call: named like that of its audio, which is beside it. */
export function videoFileOf(file: AudioFile, agent: string, call: number): string {
  return file(agent, call, 'video').replace(/\.wav$/, '.h264');
}

function namePart(text: string): string {
  return fileNamePart(text, LONGEST_PART);
}
