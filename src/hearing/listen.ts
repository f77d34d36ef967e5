/** Listens to a call of an agent until a judge gives a verdict, or no verdict can come any more. */
import type { AudioStream, UserAgent } from '../agents/user-agent.js';
import { OffhookError } from '../errors.js';
import { currentCall, type CallState } from '../model/agent-state.js';
import { describeEnded } from '../model/describe.js';
import { formatMs } from '../time.js';
import type { Ear, Piece } from './ear.js';
import { CALM_MS } from './tick.js';

/** Samples may still be on their way when the time is over; on a busy machine they may take this long. */
const LATE_MS = 300;
const ON_TIME_MS = 40;
const BEGAN_LATER_MS = 60;
/** One frame plus one look. */
const GRAIN_MS = 40;

/** Gives the verdict on received audio; each verb has its own judge. */
export interface Judge<T> {
  /**
   * A stream, the first or a later one, begins with this rate. @throws OffhookError when the rate cannot
   * work.
   */
  begin(rate: number): void;
  hear(samples: Int16Array, clock: SampleClock): T | undefined;
  /** About how much more audio a verdict needs, ms; undefined: any frame may bring it. */
  readonly missing_ms?: number | undefined;
  /** What was heard instead, after "not heard: ". */
  instead(): { what: string; hint?: string };
  /** What was listened for: "440 Hz not heard". */
  readonly wanted: string;
}

/** When a sample was received, by counting samples; all times are since the verb was issued. */
export class SampleClock {
  readonly #began: number;
  readonly #rate: number;
  /** The earliest time of sample 0 of the stream that any piece implies. */
  #origin = Infinity;
  #last = 0;
  #position = 0;
  /** Position of the first sample that counts. */
  readonly first: number;

  constructor(began: number, rate: number, first: number) {
    this.#began = began;
    this.#rate = rate;
    this.first = first;
  }

  piece(position: number, length: number, at: number): void {
    this.#position = position + length;
    this.#last = at;
    this.#origin = Math.min(this.#origin, at - (this.#position * 1000) / this.#rate);
  }

  /** `position` counts from `first`. */
  at(position: number): number {
    return Math.max(0, this.#origin + ((this.first + position) * 1000) / this.#rate - this.#began);
  }

  /** Wall clock of the last piece. */
  get now(): number {
    return this.#last - this.#began;
  }

  /** How far off the clock may be, in ms, because of packets, looks, and pauses in which nothing was received. */
  get uncertainty(): number {
    const late = this.#last - this.#origin - (this.#position * 1000) / this.#rate;
    return GRAIN_MS + late;
  }
}

interface Started {
  readonly stream: Piece['stream'];
  readonly clock: SampleClock;
}

/** What is listened to, and for how long. */
export interface Wanted {
  readonly verb: string;
  readonly limitMs: number;
  readonly call?: string | undefined;
  /** The label of the stream in the call; undefined: its first one. */
  readonly label?: string | undefined;
}

/** Resolves with the first verdict. Without a `call` it listens to the current one. @throws OffhookError E_AUDIO, E_CALL_STATE, E_AGENT_CRASHED. */
export function listen<T>(
  agent: UserAgent,
  ear: Ear,
  { verb, limitMs, call: id, label }: Wanted,
  judge: Judge<T>,
): Promise<T> {
  const call = openCall(agent, verb, id);
  const began = performance.now();
  return new Promise<T>((resolve, reject) => {
    let started: Started | undefined;
    let heardMs = 0;
    let firstMs: number | undefined;
    const finish = (act: () => void): void => {
      detach();
      act();
    };
    const fail = (error: Error): void => {
      finish(() => {
        reject(error);
      });
    };
    const listener = {
      call: call.id,
      label,
      waits: (now: number): number =>
        Math.min(judge.missing_ms ?? 0, CALM_MS, began + limitMs - now),
      piece: ({ stream, heard, at }: Piece): void => {
        try {
          firstMs ??= at - began - (heard.samples.length * 1000) / heard.rate;
          const { samples, position, rate } = heard;
          if (started?.stream !== stream) {
            started = { stream, clock: new SampleClock(began, rate, position) };
            judge.begin(rate);
          }
          started.clock.piece(position, samples.length, at);
          heardMs += (samples.length * 1000) / rate;
          const verdict = judge.hear(samples, started.clock);
          if (verdict !== undefined)
            finish(() => {
              resolve(verdict);
            });
        } catch (error) {
          fail(error as Error);
        }
      },
      looked: (now: number): void => {
        const gone = goneError(agent, { verb, limitMs, label }, call, ear);
        if (gone !== undefined) {
          fail(gone);
          return;
        }
        const waited = now - began;
        const onTime = heardMs === 0 || waited - heardMs < ON_TIME_MS;
        if (waited < limitMs || (!onTime && waited < limitMs + LATE_MS)) return;
        const unknown = noSuchStream(agent, { verb, limitMs, label }, call, ear);
        fail(unknown ?? notHeard(agent, verb, call, limitMs, { heardMs, firstMs }, judge));
      },
    };
    const detach = ear.attach(listener);
  });
}

function noSuchStream(
  agent: UserAgent,
  { verb, limitMs, label }: Wanted,
  { id }: CallState,
  ear: Ear,
): OffhookError | undefined {
  if (label === undefined || ear.streamsOf(id, label).length > 0) return undefined;
  const labels = ear.labelsOf(id).map((one) => JSON.stringify(one));
  const what = `the call has received no stream with the label ${JSON.stringify(label)}`;
  const seen = labels.length === 0 ? 'none has a label' : `the labels are ${labels.join(', ')}`;
  return new OffhookError(
    'E_AUDIO',
    { subject: `agent "${agent.name}"`, verb, what, seen: `${seen} (waited ${formatMs(limitMs)})` },
    { hint: 'labels are those of the session description: a=label', agents: [agent.name] },
  );
}

function notHeard(
  agent: UserAgent,
  verb: string,
  call: CallState,
  limitMs: number,
  { heardMs, firstMs = 0 }: { heardMs: number; firstMs: number | undefined },
  judge: Judge<unknown>,
): OffhookError {
  const about = { subject: `agent "${agent.name}"`, verb, what: judge.wanted };
  const waited = `(waited ${formatMs(limitMs)})`;
  const agents = [agent.name];
  if (heardMs === 0) {
    const now = agent.state.calls.find(({ id }) => id === call.id) ?? call;
    const { held, media } = now.facts;
    const why =
      held !== 'none'
        ? `, on hold (${held})`
        : media === undefined
          ? ', there was no answer with media yet'
          : '';
    const hint =
      held !== 'none'
        ? 'resume the call first, on the side that holds it'
        : 'check addresses and NAT with media, and verify_media() on both sides';
    return new OffhookError(
      'E_AUDIO',
      { ...about, seen: `no media: no audio was received${why} ${waited}` },
      {
        agents,
        hint,
      },
    );
  }
  const { what, hint } = judge.instead();
  // In a stream that existed before, audio begins with the next packet.
  const since = firstMs > BEGAN_LATER_MS ? `, media began after ${formatMs(firstMs)}` : '';
  const received = `${formatMs(heardMs)} of audio received${since}`;
  return new OffhookError(
    'E_AUDIO',
    { ...about, seen: `${what}; ${received} ${waited}` },
    {
      agents,
      ...(hint === undefined ? {} : { hint }),
    },
  );
}

function openCall(agent: UserAgent, verb: string, id: string | undefined): CallState {
  const { calls } = agent.state;
  const call =
    id === undefined
      ? currentCall(agent.state)
      : calls.find((one) => one.id === id || one.former?.includes(id));
  if (call !== undefined && call.state !== 'Idle') return call;
  if (id !== undefined) {
    const how = call?.ended === undefined ? '' : `: ${describeEnded(call.ended)}`;
    throw new OffhookError(
      'E_CALL_STATE',
      { subject: `agent "${agent.name}"`, verb, what: `the call is over${how}` },
      {
        agents: [agent.name],
      },
    );
  }
  throw new OffhookError(
    'E_CALL_STATE',
    { subject: `agent "${agent.name}"`, verb, what: 'the agent has no call' },
    {
      hint: 'dial or accept one first',
      agents: [agent.name],
    },
  );
}

function goneError(
  agent: UserAgent,
  { verb, label }: Wanted,
  { id }: CallState,
  ear: Ear,
): OffhookError | undefined {
  const about = { subject: `agent "${agent.name}"`, verb };
  const agents = [agent.name];
  const { alive, exit, calls } = agent.state;
  if (!alive) {
    // An agent ended on purpose (taken over, or sent a forbidden request) brings its own error, as for any
    // verb.
    if (exit?.denial !== undefined) return OffhookError.from(exit.denial);
    const code = exit?.expected === true ? 'E_AGENT_GONE' : 'E_AGENT_CRASHED';
    const seen = exit?.reason ?? 'stopped';
    return new OffhookError(
      code,
      { ...about, what: 'baresip ended while listening', seen },
      { agents },
    );
  }
  const call = calls.find((one) => one.id === id);
  if (call === undefined || call.state === 'Idle') {
    const how = call?.ended === undefined ? {} : { seen: describeEnded(call.ended) };
    return new OffhookError(
      'E_CALL_STATE',
      { ...about, what: 'the call ended while listening', ...how },
      { agents },
    );
  }
  const lost = ear.streamsOf(id, label).at(-1)?.lost;
  if (lost === undefined) return undefined;
  const { what, hint } = LOST[lost];
  return new OffhookError('E_AUDIO', { ...about, what }, { hint, agents });
}

const LOST = {
  limit: {
    what: 'too much audio on disk for one agent',
    hint: 'make shorter calls, or listen with PCMU: opus is written as 192 kB a second',
  },
  shared: {
    what: 'cannot listen: two calls of the agent began at the same moment, and baresip mixes their recordings',
    hint: 'hold and resume the call, or let the calls begin one after the other',
  },
} as const satisfies Record<NonNullable<AudioStream['lost']>, { what: string; hint: string }>;
