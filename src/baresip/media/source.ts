/**
 * What an agent sends: one source for all of its calls, kept and given to baresip again whenever that has
 * lost it: off hold, in a new call, before its file ends. A file that ended in a call would end the call
 * (1.x) or its RTP. Knows files and the times they last; not what is in them.
 */
import {
  closeSync,
  existsSync,
  ftruncateSync,
  linkSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { OffhookError } from '../../errors.js';
import type { AgentEvent } from '../../model/agent-event.js';
import { openCalls, type AgentState, type CallState } from '../../model/agent-state.js';
import { hasCapability } from '../capabilities.js';
import { SILENCE_FILE, wavHeader } from '../start/config.js';
import { SILENCE_SECONDS } from '../start/folder.js';
import type { RunningAgent } from '../running-agent.js';
import type { Done, Sound } from '../../agents/user-agent.js';

const RATE = 8000;
/** Loading a file stops baresip for some milliseconds per minute; giving it again is a gap of as much. */
const REPEATED_SECONDS = 60;
/** Silence behind a file, for the timer that switches in time. */
const SPARE_SECONDS = 10;
/** A source that could not be given again in time is given again soon. */
const RETRY_MS = 1000;
const LIMIT_MS = 2000;
/** DTLS takes a second without ICE; a source is due again long after that. */
const HANDSHAKE_MS = 5000;

/** A file baresip plays, and how long before it must be given again. */
interface Playing {
  readonly file: string;
  readonly seconds: number;
  readonly sound?: Sound;
  /** When a file began (performance.now()); absent while no call has media to play it in. */
  readonly since?: number;
}

const SILENCE: Playing = { file: SILENCE_FILE, seconds: SILENCE_SECONDS };

export class AudioSource {
  readonly #session: RunningAgent;
  #wanted: Playing = SILENCE;
  /** What baresip begins a call with: the last one it was given. */
  #default = SILENCE_FILE;
  /** What calls without media so far will begin with. */
  readonly #begins = new Map<string, string>();
  /** What each call falls back on when its media begin anew: must be there as long as the call. */
  readonly #kept = new Map<string, string>();
  #rearm: NodeJS.Timeout | undefined;
  #end: NodeJS.Timeout | undefined;
  #files = 0;
  /** Files in commands that baresip has not answered yet: it may be about to open them. */
  readonly #asked = new Map<string, number>();
  /** Calls that baresip has closed already, whose end is yet to be told. */
  readonly #gone = new Set<string>();

  constructor(session: RunningAgent) {
    this.#session = session;
  }

  /** Sends that from now on; of silence, `sound` is absent. Resolves once baresip has switched. */
  async send(sound: Sound | undefined, limitMs: number): Promise<Done> {
    const session = this.#session;
    session.assertUsable('send_audio');
    if (sound?.repeats === false && openCalls(session.state).length === 0) {
      throw session.problem(
        'E_CALL_STATE',
        'send_audio',
        'the agent has no call to play a file in',
        'dial or accept one first; a tone may be set before',
      );
    }
    const before = this.#wanted;
    const next = sound === undefined ? SILENCE : this.#write(sound);
    this.#switchTo(next);
    const refused = await this.#apply(limitMs);
    if (refused !== undefined) {
      this.#switchTo(before);
      void this.#apply(limitMs);
      this.#remove(next.file);
      throw session.problem('E_AUDIO', 'send_audio', `baresip did not switch: ${refused}`);
    }
    if (before !== next) this.#remove(before.file);
    const { text = 'silent()', note } = sound ?? {};
    const converted = note === undefined ? {} : { converted: note };
    return { seq: session.emit({ type: 'audio_sent', source: text, ...converted }) };
  }

  /** Every event of the agent, with its state before. */
  event(event: AgentEvent, before: AgentState): void {
    switch (event.type) {
      case 'call_dialed':
      case 'call_incoming':
        this.#begins.set(event.call, this.#default);
        this.#kept.set(event.call, this.#default);
        break;
      case 'call_media': {
        // Off hold the source of the call's beginning is back.
        const known = before.calls.find((call) => call.id === event.call);
        const resumed = known !== undefined && known.facts.held !== 'none';
        if (event.held === 'none' && resumed) this.#applyAgain();
        else this.#begun(event.call);
        break;
      }
      case 'call_established':
      case 'call_encrypted':
        this.#begun(event.call);
        break;
      case 'call_closed': {
        const kept = this.#kept.get(event.call);
        this.#begins.delete(event.call);
        this.#kept.delete(event.call);
        this.#gone.delete(event.call);
        if (kept !== undefined) this.#remove(kept);
        break;
      }
      default:
    }
    if (openCalls(this.#session.state).length === 0) this.#rest();
    else if (['call_established', 'call_accepted', 'call_ringing'].includes(event.type)) {
      this.#rearm ??= this.#rearmIn(this.#lastsMs());
    }
  }

  end(): void {
    clearTimeout(this.#rearm);
    clearTimeout(this.#end);
  }

  /**
   * The media of a call begin: it plays what was the default when the call was made. At that moment a source
   * is given only where it has to be another one: 1.1 would read it to its end at once while the media
   * wait for their encryption.
   */
  #begun(id: string): void {
    const call = this.#session.state.calls.find((one) => one.id === id);
    const begins = this.#begins.get(id);
    if (call === undefined || begins === undefined || !this.#isRunning(call)) return;
    this.#begins.delete(id);
    if (begins !== this.#wanted.file) this.#applyAgain();
  }

  /** Whether the audio of the call was started: before, baresip knows no format to open a source with. */
  #isRunning({ state, direction, facts }: CallState): boolean {
    if (facts.media === undefined) return false;
    const { established = Infinity } = facts.times;
    const dtls = this.#session.ground.encryption === 'dtls_srtp' && facts.encryption === 'none';
    if (dtls && performance.now() - established < HANDSHAKE_MS) return false;
    return state === 'Established' || (direction === 'outgoing' && state !== 'Idle');
  }

  #switchTo(playing: Playing): void {
    clearTimeout(this.#end);
    this.#wanted = playing;
  }

  /** A file begins: from now on its time runs, whatever becomes of the call's media. */
  #begin(): void {
    const { sound, since } = this.#wanted;
    if (sound === undefined || sound.repeats || since !== undefined) return;
    this.#wanted = { ...this.#wanted, since: performance.now() };
    this.#end = setTimeout(
      () => {
        this.#ended(true);
      },
      (sound.samples.length * 1000) / RATE,
    ).unref();
  }

  #ended(completed: boolean): void {
    const { sound, file } = this.#wanted;
    this.#switchTo(SILENCE);
    this.#remove(file);
    this.#applyAgain();
    if (sound !== undefined)
      this.#session.emit({ type: 'audio_ended', source: sound.text, completed });
  }

  /** No call is left: a tone is kept for the next one, a file is not. */
  #rest(): void {
    clearTimeout(this.#rearm);
    this.#rearm = undefined;
    if (this.#wanted.sound?.repeats === false) this.#ended(false);
  }

  /** How long it may go on before it must be given again. */
  #lastsMs(): number {
    return (this.#wanted.seconds - SPARE_SECONDS / 2) * 1000;
  }

  #rearmIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#applyAgain();
    }, ms).unref();
  }

  /** A file that was interrupted goes on where it would be by now. */
  #applyAgain(): void {
    const { sound, since } = this.#wanted;
    if (sound !== undefined && since !== undefined) {
      const played = Math.round(((performance.now() - since) * RATE) / 1000);
      const old = this.#wanted;
      const rest = this.#write({ ...sound, samples: sound.samples.subarray(played) });
      this.#wanted = { ...rest, sound, since };
      this.#remove(old.file);
    }
    void this.#apply(LIMIT_MS).then((refused) => {
      if (refused === undefined || this.#rearm === undefined) return;
      clearTimeout(this.#rearm);
      this.#rearm = this.#rearmIn(RETRY_MS);
    });
  }

  /** @returns what baresip says against it; undefined when it has switched, or will once it can. */
  async #apply(limitMs: number): Promise<string | undefined> {
    const session = this.#session;
    const { file } = this.#wanted;
    if (this.#rearm !== undefined) {
      clearTimeout(this.#rearm);
      this.#rearm = this.#rearmIn(this.#lastsMs());
    }
    if (!session.usable || this.#mustWait()) return undefined;
    const calls = openCalls(session.state);
    const waiting = calls.filter((call) => !this.#isRunning(call)).map(({ id }) => id);
    const give = session.commands.source(
      file,
      calls.map(({ id }) => id).filter((id) => !waiting.includes(id)),
    );
    const take = this.#withoutAudio(waiting).map((id) => ({ id, missing: this.#nextFile() }));
    this.#asked.set(file, (this.#asked.get(file) ?? 0) + 1);
    try {
      const replies = session.send(
        'audio',
        [
          ...give,
          ...take.flatMap(({ id, missing }) => session.commands.withoutSource(id, missing)),
        ],
        limitMs,
      );
      const reply = await replies[give.length - 1];
      const failed = /failed to set audio-source \((.*)\)/.exec(reply?.data ?? '')?.[1];
      // What 1.0 says of a call that waits: it comes after all others.
      const others = waiting.length > 0 && failed === 'No such device';
      if (reply?.ok !== true || (failed !== undefined && !others))
        return failed ?? (reply?.data ?? '').trim();
      if (file === this.#wanted.file) this.#begin();
      const taken = await Promise.all(replies.slice(give.length));
      const missed = take.filter((_, at) => taken[at * 2]?.ok === false);
      if (missed.length > 0) {
        // A call that is not there any more is not selected: the source was taken from another one.
        for (const { id } of missed) this.#gone.add(id);
        return await this.#apply(limitMs);
      }
      // Begun meanwhile, a call would be without any.
      for (const { id } of take) if (this.#begins.has(id)) this.#begins.set(id, '');
      this.#begunWith(take.at(-1)?.missing, file);
      return undefined;
    } catch (error) {
      if (error instanceof OffhookError) return error.message;
      throw error;
    } finally {
      this.#answered(file);
    }
  }

  /** No command names the file any more that baresip has not answered. */
  #answered(file: string): void {
    const others = (this.#asked.get(file) ?? 1) - 1;
    if (others > 0) this.#asked.set(file, others);
    else this.#asked.delete(file);
    this.#remove(file);
  }

  /** While a call has no media yet, nothing may be given; nor while newer versions have stopped all audio. */
  #mustWait(): boolean {
    const calls = openCalls(this.#session.state);
    if (calls.length === 0) return false;
    const running = calls.filter((call) => this.#isRunning(call));
    if (running.length === 0) return true;
    if (!this.#heldAudioStops()) return false;
    return running.every(({ facts }) => facts.held !== 'none');
  }

  /**
   * The calls a source must be taken from again. Of calls the other side holds, newer versions have stopped the
   * audio; they take a source given to them for one that runs, and do not start it when the call is taken off hold.
   * In a call without media, 1.1 reads a file to its end at once, and ends the call then.
   */
  #withoutAudio(waiting: readonly string[]): string[] {
    const session = this.#session;
    const stops = this.#heldAudioStops();
    const reads = hasCapability(session.ground.context.binary.version, 'call_ids');
    return openCalls(session.state).flatMap(({ id, facts }) => {
      const held = stops && ['remote', 'both'].includes(facts.held);
      return (held || (reads && waiting.includes(id))) && !this.#gone.has(id) ? [id] : [];
    });
  }

  #heldAudioStops(): boolean {
    return hasCapability(this.#session.ground.context.binary.version, 'held_audio_stops');
  }

  /** New calls begin with `file`, under the name baresip was told last. */
  #begunWith(name: string | undefined, file: string): void {
    const before = this.#default;
    const { folder } = this.#session.ground;
    this.#default = name ?? file;
    // Given up meanwhile: the next one is on its way.
    if (name !== undefined && existsSync(join(folder, file)))
      linkSync(join(folder, file), join(folder, name));
    this.#remove(before);
  }

  #nextFile(): string {
    this.#files += 1;
    return `sound-${this.#files}.wav`;
  }

  #write(sound: Sound): Playing {
    const { samples, repeats } = sound;
    const file = this.#nextFile();
    const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
    const rounds = repeats ? Math.ceil((REPEATED_SECONDS * RATE) / samples.length) : 1;
    const seconds = Math.ceil((rounds * samples.length) / RATE) + (repeats ? 0 : SPARE_SECONDS);
    const header = wavHeader(seconds);
    const open = openSync(join(this.#session.ground.folder, file), 'w');
    try {
      writeSync(open, header);
      for (let round = 0; round < rounds; round += 1) writeSync(open, bytes);
      // What was not written is silence.
      ftruncateSync(open, header.length + seconds * RATE * 2);
    } finally {
      closeSync(open);
    }
    return { file, seconds, sound };
  }

  /** Not while it is sent, about to be, or a call may still begin with it. */
  #remove(file: string): void {
    const used = [
      SILENCE_FILE,
      this.#wanted.file,
      this.#default,
      ...this.#kept.values(),
      ...this.#asked.keys(),
    ];
    if (!used.includes(file)) rmSync(join(this.#session.ground.folder, file), { force: true });
  }
}
