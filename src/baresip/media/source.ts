/**
 * The audio an agent sends: one source for all of its calls, kept here and given to baresip again whenever
 * baresip has lost it: off hold, in a new call, before its file ends. A file that ends in a call would end
 * the call (1.x) or its RTP. Knows files and their durations; not their content.
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
import { Limit } from '../../agents/limit.js';
import type { RunningAgent } from '../running-agent.js';
import type { Done, Sound } from '../../agents/user-agent.js';

const RATE = 8000;
/** Loading a file stops baresip for some milliseconds per minute; giving it again is an equally long gap. */
const REPEATED_SECONDS = 60;
/** Silence behind a file, so that the timer switches in time. */
const SPARE_SECONDS = 10;
/** Delay before a source that baresip refused is given again. */
const RETRY_MS = 1000;
const LIMIT_MS = 2000;
/** DTLS takes a second without ICE; a source is due again long after that. */
const HANDSHAKE_MS = 5000;

/** A file baresip plays, and its length: it must be given again before its end. */
interface Playing {
  readonly file: string;
  readonly seconds: number;
  readonly sound?: Sound;
  /** When the file began (performance.now()); absent while no call has media to play it in. */
  readonly since?: number;
}

const SILENCE: Playing = { file: SILENCE_FILE, seconds: SILENCE_SECONDS };

export class AudioSource {
  readonly #session: RunningAgent;
  #wanted: Playing = SILENCE;
  /** The file baresip begins a call with: the last file it was given. */
  #default = SILENCE_FILE;
  /** The files that calls without media so far will begin with. */
  readonly #begins = new Map<string, string>();
  /** The file each call falls back on when its media begin anew: it must exist as long as the call. */
  readonly #kept = new Map<string, string>();
  #rearm: NodeJS.Timeout | undefined;
  #end: NodeJS.Timeout | undefined;
  #files = 0;
  /** Files in commands that baresip has not answered yet: it may be about to open them. */
  readonly #asked = new Map<string, number>();
  /** Calls that baresip has already closed, but whose end was not emitted yet. */
  readonly #gone = new Set<string>();

  constructor(session: RunningAgent) {
    this.#session = session;
  }

  /** Sends that sound from now on; undefined means silence. Resolves once baresip has switched. */
  async send(sound: Sound | undefined, limit: Limit): Promise<Done> {
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
    const refused = await this.#apply(limit);
    if (refused !== undefined) {
      this.#switchTo(before);
      void this.#apply(new Limit(LIMIT_MS));
      this.#remove(next.file);
      throw session.problem('E_AUDIO', 'send_audio', `baresip did not switch: ${refused}`);
    }
    if (before !== next) this.#remove(before.file);
    const { text = 'silent()', note } = sound ?? {};
    const converted = note === undefined ? {} : { converted: note };
    return { seq: session.emit({ type: 'audio_sent', source: text, ...converted }) };
  }

  /** Takes every event of the agent, with the state before it. */
  event(event: AgentEvent, before: AgentState): void {
    switch (event.type) {
      case 'call_dialed':
      case 'call_incoming':
        this.#begins.set(event.call, this.#default);
        this.#kept.set(event.call, this.#default);
        break;
      case 'call_media': {
        // Off hold, baresip plays the source from the beginning of the call again.
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
   * The media of a call begin with the file that was the default when the call was made. A source is given
   * then only if another one is wanted: 1.1 would read it to its end at once while the media wait for their
   * encryption.
   */
  #begun(id: string): void {
    const call = this.#session.state.calls.find((one) => one.id === id);
    const begins = this.#begins.get(id);
    if (call === undefined || begins === undefined || !this.#isRunning(call)) return;
    this.#begins.delete(id);
    if (begins !== this.#wanted.file) this.#applyAgain();
  }

  /** Whether the audio of the call was started: before that, baresip knows no format to open a source with. */
  #isRunning({ state, direction, facts }: CallState): boolean {
    if (facts.media === undefined) return false;
    const { established = Infinity } = facts.times;
    const { encryption, context } = this.#session.ground;
    const dtls = encryption === 'dtls_srtp' && facts.encryption === 'none';
    if (dtls && performance.now() - context.began - established < HANDSHAKE_MS) return false;
    return state === 'Established' || (direction === 'outgoing' && state !== 'Idle');
  }

  #switchTo(playing: Playing): void {
    clearTimeout(this.#end);
    this.#wanted = playing;
  }

  /** A file begins: its time runs from now on, whatever happens to the media of the call. */
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

  /** Called when no call is left: a tone is kept for the next call, a file is not. */
  #rest(): void {
    clearTimeout(this.#rearm);
    this.#rearm = undefined;
    if (this.#wanted.sound?.repeats === false) this.#ended(false);
  }

  /** How long the source may go on before it must be given again. */
  #lastsMs(): number {
    return (this.#wanted.seconds - SPARE_SECONDS / 2) * 1000;
  }

  #rearmIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#applyAgain();
    }, ms).unref();
  }

  /** Gives the source again; an interrupted file goes on where it would be by now. */
  #applyAgain(): void {
    const { sound, since } = this.#wanted;
    if (sound !== undefined && since !== undefined) {
      const played = Math.round(((performance.now() - since) * RATE) / 1000);
      const old = this.#wanted;
      const rest = this.#write({ ...sound, samples: sound.samples.subarray(played) });
      this.#wanted = { ...rest, sound, since };
      this.#remove(old.file);
    }
    void this.#apply(new Limit(LIMIT_MS)).then((refused) => {
      if (refused === undefined || this.#rearm === undefined) return;
      clearTimeout(this.#rearm);
      this.#rearm = this.#rearmIn(RETRY_MS);
    });
  }

  /** @returns baresip's reason for a refusal; undefined when it has switched, or will once it can. */
  async #apply(limit: Limit): Promise<string | undefined> {
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
        limit,
      );
      const reply = await replies[give.length - 1];
      const failed = /failed to set audio-source \((.*)\)/.exec(reply?.data ?? '')?.[1];
      // 1.0 says this of a call without media, which it reaches after all others.
      const others = waiting.length > 0 && failed === 'No such device';
      if (reply?.ok !== true || (failed !== undefined && !others))
        return failed ?? (reply?.data ?? '').trim();
      if (file === this.#wanted.file) this.#begin();
      const taken = await Promise.all(replies.slice(give.length));
      const missed = take.filter((_, at) => taken[at * 2]?.ok === false);
      if (missed.length > 0) {
        // `callfind` does not select a call that has ended: the source was taken from another call.
        for (const { id } of missed) this.#gone.add(id);
        return await this.#apply(limit);
      }
      // If the media of such a call begin now, they have no source: '' makes #begun() give it one.
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

  /** baresip has answered a command that names the file. */
  #answered(file: string): void {
    const others = (this.#asked.get(file) ?? 1) - 1;
    if (others > 0) this.#asked.set(file, others);
    else this.#asked.delete(file);
    this.#remove(file);
  }

  /** No source may be given while no call has media, nor while newer versions have stopped all audio. */
  #mustWait(): boolean {
    const calls = openCalls(this.#session.state);
    if (calls.length === 0) return false;
    const running = calls.filter((call) => this.#isRunning(call));
    if (running.length === 0) return true;
    if (!this.#heldAudioStops()) return false;
    return running.every(({ facts }) => facts.held !== 'none');
  }

  /**
   * The calls from which the source must be taken away again. Newer versions stop the audio of a call that the
   * other side holds; if such a call has a source, they believe it is running and do not start it off hold.
   * In a call without media, 1.1 reads the file to its end at once, and then ends the call.
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

  /** Notes that new calls begin with `file`; if baresip was last given another `name`, links that name to the file. */
  #begunWith(name: string | undefined, file: string): void {
    const before = this.#default;
    const { folder } = this.#session.ground;
    this.#default = name ?? file;
    // If the file was removed meanwhile, the next one is on its way.
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
      // The rest of the file is silence.
      ftruncateSync(open, header.length + seconds * RATE * 2);
    } finally {
      closeSync(open);
    }
    return { file, seconds, sound };
  }

  /** Removes the file unless it is playing, about to be, or a call may still begin with it. */
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
