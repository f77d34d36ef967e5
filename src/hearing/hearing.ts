/**
 * What the agents of a scenario hear: joins their audio streams with the detectors of audio/, and carries out
 * the verbs that listen. Agents and detectors do not know each other.
 */
import type { Country, SignalName } from '../audio/signal-plans.js';
import type { AgentOptions, Done, Sound, UserAgent, VerbArguments } from '../agents/user-agent.js';
import { OffhookError, predicateOf, toErrorData } from '../errors.js';
import type { AgentEvent, Watched } from '../model/agent-event.js';
import type {
  AudioConnection,
  HeardRecording,
  HeardSignal,
  HeardSilence,
  HeardTone,
} from '../schema/types.gen.js';
import { durationMs, formatMs, type Duration } from '../time.js';
import { DtmfJudge } from './dtmf-judge.js';
import { Ear } from './ear.js';
import { SilenceJudge, ToneJudge } from './judges.js';
import { listen, type Judge, type Wanted } from './listen.js';
import { SavedAudio, type AudioFile, type CallOnDisk } from './save-audio.js';
import { RecordingJudge, SignalJudge } from './more-judges.js';
import { SpeechWatch } from './speech.js';
import { soundOf, toneOf } from './sounds.js';
import { levelWatch, toneWatch } from './watches.js';

/**
 * The two tones are far from each other, from DTMF and from exchange tones, and below the band that baresip 1.x damps in
 * wideband codecs.
 */
const CONNECTION_HZ = [540, 1020] as const;

/** The default limit for a signal: long enough for a ringback, which comes every 6 s. */
const SIGNAL_MS = 15_000;
/** The default limit for a recording is its length and this time. */
const AFTER_RECORDING_MS = 5000;

/** `{ for, within }`, or `within` alone. */
interface Listening {
  readonly limitMs: number;
  readonly forMs?: number;
  readonly stream?: string;
}

interface SignalOptions {
  readonly country?: Country;
  readonly digits?: string;
  readonly within?: Duration;
  readonly stream?: string;
}

interface RecordingOptions {
  readonly min_similarity?: number;
  readonly within?: Duration;
  readonly stream?: string;
}

/** Where the calls of a scenario are saved, and who is notified of each file. */
export interface SavedCalls {
  readonly file: AudioFile;
  readonly saved: (agent: string, call: CallOnDisk) => void;
}

/** The log of the scenario. `began`: origin of its times on the clock of performance.now(). */
interface Log {
  emit(agent: string, event: AgentEvent): unknown;
  readonly began: number;
}

export class Hearing {
  readonly #log: Log;
  readonly #speech = new Map<UserAgent, SpeechWatch>();
  readonly #audio: SavedCalls | undefined;
  readonly #saved = new Map<UserAgent, SavedAudio>();
  readonly #ears = new Map<UserAgent, Ear>();
  /** The sound each agent was last set to send, so that a verb that sends another can restore it. */
  readonly #sent = new Map<UserAgent, unknown>();

  /** @param audio where calls are to be saved; undefined: nowhere. */
  constructor(log: Log, audio?: SavedCalls) {
    this.#log = log;
    this.#audio = audio;
  }

  async send(agent: UserAgent, sound: unknown, limitMs: number): Promise<{ seq: number }> {
    const samples = soundOf(sound);
    const { at, ...done } = await this.#play(agent, samples, limitMs);
    this.#sent.set(agent, sound);
    this.#speech.get(agent)?.sends(samples, at);
    return done;
  }

  /** `at`: a time before which the peer cannot react; baresip switches some milliseconds later. */
  async #play(
    agent: UserAgent,
    samples: Sound | undefined,
    limitMs: number,
  ): Promise<Done & { at: number }> {
    const at = performance.now();
    const done = await agent.sendAudio(samples, limitMs);
    this.#saved.get(agent)?.sends(samples, at);
    return { ...done, at };
  }

  /** Notes that the agent was switched off: when it comes back, it sends silence. */
  silenced(agent: UserAgent): void {
    const at = performance.now();
    this.#sent.delete(agent);
    this.#saved.get(agent)?.sends(undefined, at);
    this.#speech.get(agent)?.sends(undefined, at);
  }

  /** Where calls are saved an agent has to listen, unless the script says that it does not: a report changes no verdict. */
  optionsOf(options: AgentOptions): AgentOptions {
    return this.#audio === undefined ? options : { audio: true, ...options };
  }

  /** An agent was started: its conversations are timed from its first call on. */
  began(agent: UserAgent): void {
    if (!agent.hearing) return;
    const speech = new SpeechWatch(agent, this.#log.began, this.#emitOf(agent));
    this.#speech.set(agent, speech);
    this.#ear(agent, 'speech').attach(speech);
    const audio = this.#audio;
    if (audio === undefined) return;
    const { name } = agent;
    const nameOf = (call: number, label?: string): string => audio.file(name, call, label);
    const problem = (text: string): void => {
      this.#log.emit(name, { type: 'warning', text });
    };
    this.#saved.set(agent, new SavedAudio(agent, nameOf, problem));
  }

  verifySignal(
    agent: UserAgent,
    { name: given, options = {}, call }: VerbArguments<'verify_signal'>,
  ): Promise<HeardSignal> {
    const name = given as SignalName | 'dtmf';
    const { country, digits, within, stream } = options as SignalOptions;
    const limitMs = within === undefined ? SIGNAL_MS : durationMs(within);
    const judge = signalJudge(name, country, digits);
    return this.#listen(agent, { verb: 'verify_signal', call, limitMs, label: stream }, judge);
  }

  verifyRecording(
    agent: UserAgent,
    { path: file, options = {}, call }: VerbArguments<'verify_recording'>,
  ): Promise<HeardRecording> {
    const { min_similarity, within, stream } = options as RecordingOptions;
    const judge = new RecordingJudge(file.path, file.real, min_similarity);
    const limitMs = within === undefined ? judge.ms + AFTER_RECORDING_MS : durationMs(within);
    return this.#listen(agent, { verb: 'verify_recording', call, limitMs, label: stream }, judge);
  }

  verifyAudio(
    agent: UserAgent,
    { hz, within, call }: VerbArguments<'verify_audio'>,
    withinMs: number,
  ): Promise<HeardTone> {
    const { limitMs, forMs, stream } = listening('verify_audio', within, withinMs);
    const judge = new ToneJudge(agent.name, 'verify_audio', hz, forMs);
    return this.#listen(agent, { verb: 'verify_audio', call, limitMs, label: stream }, judge);
  }

  verifySilence(
    agent: UserAgent,
    { within, call }: VerbArguments<'verify_silence'>,
    withinMs: number,
  ): Promise<HeardSilence> {
    const { limitMs, forMs, stream } = listening('verify_silence', within, withinMs);
    const judge = new SilenceJudge(forMs);
    return this.#listen(agent, { verb: 'verify_silence', call, limitMs, label: stream }, judge);
  }

  async verifyConnection(
    a: UserAgent,
    b: UserAgent,
    within: unknown,
    withinMs: number,
  ): Promise<AudioConnection> {
    const verb = 'verify_audio_connection';
    const { limitMs } = listening(verb, within, withinMs);
    if (a === b)
      throw new OffhookError(
        'E_ARGUMENT',
        { subject: `${verb}()`, what: `both are agent "${a.name}"` },
        {
          hint: 'name two agents',
        },
      );
    const ends = [
      { from: a, to: b, hz: CONNECTION_HZ[0] },
      { from: b, to: a, hz: CONNECTION_HZ[1] },
    ] as const;
    const ears = ends.map(({ to }) => this.#ear(to, verb));
    try {
      await Promise.all(ends.map(({ from, hz }) => this.#play(from, toneOf([hz]), limitMs)));
      const [toB, toA] = await Promise.allSettled(
        ends.map(({ to, hz }, at) =>
          listen(to, ears[at] as Ear, { verb, limitMs }, new ToneJudge(to.name, verb, hz)),
        ),
      );
      if (toB?.status === 'fulfilled' && toA?.status === 'fulfilled')
        return { a_to_b: toB.value, b_to_a: toA.value };
      throw connectionError(a, b, [toB, toA]);
    } finally {
      await Promise.allSettled(
        [a, b].map((one) => this.#play(one, this.#soundBefore(one), limitMs)),
      );
    }
  }

  #listen<T>(agent: UserAgent, wanted: Wanted, judge: Judge<T>): Promise<T> {
    return listen(agent, this.#ear(agent, wanted.verb), wanted, judge);
  }

  watch(agent: UserAgent, what: Exclude<Watched, 'sip' | 'rtp'>): void {
    const emit = this.#emitOf(agent);
    if (what === 'speech') {
      const ear = this.#ear(agent, what);
      const speech = this.#speech.get(agent);
      speech?.watch();
      // Attaching again makes the next look come at once; the set of listeners keeps it only once.
      if (speech !== undefined) ear.attach(speech);
      return;
    }
    const hz = /^tone (.*)$/.exec(what)?.[1];
    const ear = this.#ear(agent, hz === undefined ? 'received_level' : 'hears');
    ear.attach(hz === undefined ? levelWatch(emit) : toneWatch(Number(hz), emit));
  }

  #emitOf(agent: UserAgent): (event: AgentEvent) => void {
    return (event) => {
      this.#log.emit(agent.name, event);
    };
  }

  /** Agents may be stopped as soon as it has returned; it resolves when all files are whole. */
  async end(): Promise<void> {
    const ended = [...this.#saved].map(([{ name }, saved]) => ({ name, calls: saved.end() }));
    for (const ear of this.#ears.values()) ear.end();
    for (const { name, calls } of ended) {
      for (const call of await calls) this.#audio?.saved(name, call);
    }
  }

  /** Returns the sound to go back to; none after a file, because a file is not begun again. */
  #soundBefore(agent: UserAgent): ReturnType<typeof soundOf> {
    const sent = this.#sent.get(agent) as { sound?: string } | undefined;
    return sent?.sound === 'tone' ? soundOf(sent) : undefined;
  }

  #ear(agent: UserAgent, verb: string): Ear {
    if (!agent.hearing) {
      throw new OffhookError(
        'E_AUDIO',
        {
          subject: `agent "${agent.name}"`,
          verb,
          what: 'the agent cannot listen',
          seen: 'it was started without audio',
        },
        { hint: 'start it with the option audio: true', agents: [agent.name] },
      );
    }
    let ear = this.#ears.get(agent);
    if (ear === undefined) this.#ears.set(agent, (ear = new Ear(agent)));
    return ear;
  }
}

/** @throws OffhookError E_ARGUMENT for options of the other kind of signal. */
function signalJudge(
  name: SignalName | 'dtmf',
  country: Country | undefined,
  digits: string | undefined,
): Judge<HeardSignal> {
  const fail = (what: string, hint: string): OffhookError =>
    new OffhookError('E_ARGUMENT', { subject: 'verify_signal()', what }, { hint });
  if (name === 'dtmf') {
    if (digits === undefined || country !== undefined) {
      throw fail('"dtmf" takes "digits", and no "country"', 'write { digits: "123#" }');
    }
    return new DtmfJudge(digits);
  }
  if (digits !== undefined)
    throw fail(`"${name}" has no "digits"`, 'leave "digits" out: only "dtmf" takes them');
  return new SignalJudge(name, country ?? 'us');
}

/** `withinMs`: the default where the script gives no limit. */
function listening(verb: string, options: unknown, withinMs: number): Listening {
  const isOptions = typeof options === 'object' && options !== null;
  const given = (isOptions ? options : { within: options }) as {
    for?: Duration;
    within?: Duration;
    stream?: string;
  };
  const limitMs = given.within === undefined ? withinMs : durationMs(given.within);
  const forMs = given.for === undefined ? undefined : durationMs(given.for);
  const stream = given.stream === undefined ? {} : { stream: given.stream };
  if (forMs === undefined) return { limitMs, ...stream };
  if (forMs > limitMs) {
    const times = `${formatMs(forMs)}, ${formatMs(limitMs)}`;
    throw new OffhookError(
      'E_ARGUMENT',
      { subject: `${verb}()`, what: '"for" is longer than "within"', seen: times },
      {
        hint: 'make "within" longer, or "for" shorter',
      },
    );
  }
  return { limitMs, forMs, ...stream };
}

/** Names the direction that failed, or both. */
function connectionError(
  a: UserAgent,
  b: UserAgent,
  [toB, toA]: readonly (PromiseSettledResult<HeardTone> | undefined)[],
): Error {
  const failed = [
    { names: `${a.name} to ${b.name}`, result: toB },
    { names: `${b.name} to ${a.name}`, result: toA },
  ].flatMap(({ names, result }) =>
    result?.status === 'rejected' ? [{ names, reason: toErrorData(result.reason) }] : [],
  );
  const first = failed[0]?.reason;
  if (first === undefined) return new Error('no result');
  if (first.code !== 'E_AUDIO') return OffhookError.from(first);
  const texts = failed.map(({ names, reason }) => `${names}: ${predicateOf(reason)}`);
  const one = failed.length === 1 ? ', the other direction was heard' : '';
  return new OffhookError(
    'E_AUDIO',
    { subject: 'verify_audio_connection()', what: `${texts.join('; ')}${one}` },
    {
      ...(first.hint === undefined ? {} : { hint: first.hint }),
      agents: [a.name, b.name],
    },
  );
}
