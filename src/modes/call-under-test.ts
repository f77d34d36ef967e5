/**
 * A call that a mode makes or takes: its time limit, its waits, and the errors for a call that went another way. Nothing here
 * sleeps: while a mode waits for a time to pass, it watches the call, so that an unexpected end is reported at once.
 */
import { type Facts } from '../errors.js';
import { describeEnded } from '../model/describe.js';
import { formatMs } from '../time.js';
import { show } from '../sandbox/guest/assert/show.js';
import { agentNameOf } from '../sandbox/guest/encode.js';
import type { CallValues } from './call-options.js';
import { callerIdProblem } from './numbers.js';
import { argumentProblem, codeOf, modeProblem } from './problem.js';

const DEFAULT_LIMIT_MS = 30_000;

/** @throws E_ARGUMENT */
function refuseUnlessAgent(mode: string, name: string, value: unknown): void {
  const isAgent = typeof value === 'object' && value !== null && 'accept' in value;
  if (isAgent && agentNameOf(value) !== undefined) return;
  throw argumentProblem(
    { subject: mode, what: `"${name}" must be an agent`, seen: `got ${show(value)}` },
    'start one with agent("name")',
  );
}

/** What the caller has learnt of its call. */
export type Progress = { how: 'ringing' | 'answered' | 'ended' };

interface Waiting {
  /** Waits no longer than that, whatever is left of the limit. */
  mostMs?: number;
  hint?: string;
  /** Throws an error that says more of what did not come. */
  late?: () => void;
}

/** A call that nobody expects. */
interface Second {
  agent: string;
  from: string;
}

export class CallUnderTest {
  readonly #mode: string;
  readonly #agents: readonly Agent[];
  readonly #caller: Agent | undefined;
  readonly #callee: Agent | undefined;
  readonly #values: CallValues;
  readonly #limitMs: number;
  readonly #began: number;
  /** Call-IDs of the calls this test is about, and of every INVITE that came before it began. */
  readonly #known = new Set<string>();
  #target = '';

  constructor(
    mode: string,
    sides: { caller?: Agent; callee?: Agent },
    values: CallValues,
    limitMs: number = values.timeout ?? DEFAULT_LIMIT_MS,
  ) {
    for (const [name, one] of Object.entries(sides)) refuseUnlessAgent(mode, name, one);
    this.#mode = mode;
    this.#caller = sides.caller;
    this.#callee = sides.callee;
    this.#agents = [sides.caller, sides.callee].filter((one) => one !== undefined);
    this.#values = values;
    this.#limitMs = limitMs;
    this.#began = Date.now();
    for (const one of this.#agents) {
      for (const { call_id } of one.sip.received('INVITE')) this.#known.add(call_id);
    }
    this.#refuseBusy();
  }

  problem(facts: Omit<Facts, 'subject'>, hint?: string): Error {
    return modeProblem(
      { subject: this.#mode, ...facts },
      { agents: this.#agents.map(({ name }) => name), ...(hint === undefined ? {} : { hint }) },
    );
  }

  /** Refuses a line that is in use. Where the test does not call itself, its call may be ringing already. */
  #refuseBusy(): void {
    for (const one of this.#agents) {
      const [first, second] = one.calls;
      const isOurs = this.#caller === undefined && first?.state === State.Ringing;
      const open = isOurs ? second : first;
      if (open === undefined) continue;
      throw this.problem(
        { what: `"${one.name}" is busy`, seen: `in a call with ${open.peer.uri} already` },
        'end that call first, or give both scenarios the same lock',
      );
    }
  }

  /** What is left of the limit, at most so much. */
  left(mostMs: number = Infinity): string {
    const left = this.#limitMs - (Date.now() - this.#began);
    return `${Math.max(1, Math.round(Math.min(left, mostMs)))}ms`;
  }

  /**
   * Waits until `look` finds something. A second call to one of the sides ends it.
   * @param what what is waited for, as a noun: "the end of the call"
   */
  until<T extends object>(
    what: string,
    look: () => T | undefined,
    { mostMs = Infinity, hint, late }: Waiting = {},
  ): T {
    const within = this.left(mostMs);
    let found: { second: Second } | { value: T };
    try {
      found = await_until(what, () => this.#look(look), within);
    } catch (error) {
      if (codeOf(error) !== 'E_AWAIT_TIMEOUT') throw error;
      late?.();
      const limit = formatMs(Math.min(mostMs, this.#limitMs));
      throw this.problem(
        { what: `timed out waiting for ${what}`, seen: this.where(), limit },
        hint,
      );
    }
    if ('second' in found) throw this.#secondProblem(found.second);
    return found.value;
  }

  #look<T extends object>(look: () => T | undefined): false | { second: Second } | { value: T } {
    const second = this.#second();
    if (second !== undefined) return { second };
    const value = look();
    return value === undefined ? false : { value };
  }

  /** Lets time pass in which `gone` must not come true. */
  last(what: string, ms: number, gone: () => boolean): void {
    if (ms === 0) return;
    try {
      never(what, () => this.#second() !== undefined || gone(), `${ms}ms`);
    } catch (error) {
      if (codeOf(error) !== 'E_NEVER') throw error;
      const second = this.#second();
      if (second !== undefined) throw this.#secondProblem(second);
      throw this.problem({ what: `the call ended ${what}`, seen: this.where() });
    }
  }

  /** What the sides do at the moment, for messages. */
  where(): string {
    return this.#agents
      .map((one) => {
        const { name, state, ended, provisional } = one;
        if (state === State.Idle && ended !== undefined) return `${name}: ${describeEnded(ended)}`;
        const heard = provisional.length === 0 ? '' : `, got ${provisional.join(', ')}`;
        return `${name} is ${state}${heard}`;
      })
      .join('; ');
  }

  /** How the caller's call ended, in words. */
  ended(): string {
    const ended = this.#caller?.ended;
    return ended === undefined ? 'it ended' : describeEnded(ended);
  }

  // --- the calling side

  dial(caller: Agent, target: Agent | SipPeer | string): void {
    this.#target = typeof target === 'string' ? target : target.name;
    caller.dial(target);
    for (const { id } of caller.calls) this.#known.add(id);
  }

  get target(): string {
    return this.#target;
  }

  isRinging(caller: Agent): boolean {
    const codes = this.#values.ringing_codes;
    return caller.provisional.some((code) =>
      codes === undefined ? code >= 180 && code < 190 : codes.includes(code),
    );
  }

  /** What the caller knows of its call, by the last thing that happened. */
  progress(caller: Agent): Progress | undefined {
    if (caller.state === State.Established) return { how: 'answered' };
    if (caller.state === State.Idle && caller.ended !== undefined) return { how: 'ended' };
    return this.isRinging(caller) ? { how: 'ringing' } : undefined;
  }

  /** The caller must see that it rings. */
  awaitRinging(caller: Agent): void {
    const what = `the ringing of "${this.#target}"`;
    const hint =
      'no provisional response that means ringing was received: see the option ringing_codes (default: 180 to 189)';
    const { how } = this.until(
      what,
      () => (this.isRinging(caller) ? { how: 'ringing' } : this.progress(caller)),
      { hint },
    );
    if (how === 'answered') {
      throw this.problem(
        { what: `"${this.#target}" answered without having rung`, seen: this.#answers(caller) },
        hint,
      );
    }
    if (how === 'ended') {
      throw this.problem({ what: `"${this.#target}" did not ring`, seen: this.ended() });
    }
  }

  #answers({ provisional }: Agent): string {
    return provisional.length === 0 ? 'no 18x came' : `got ${provisional.join(', ')}`;
  }

  awaitAnswer(caller: Agent): void {
    const { how } = this.until(`an answer from "${this.#target}"`, () => {
      const progress = this.progress(caller);
      return progress?.how === 'ringing' ? undefined : progress;
    });
    if (how === 'ended') {
      throw this.problem({ what: `"${this.#target}" did not answer`, seen: this.ended() });
    }
  }

  // --- the answering side

  /** Waits for the call to come in, and checks who calls. */
  awaitIncoming(callee: Agent): Call {
    const { call } = this.until(
      `a call to "${callee.name}"`,
      () => {
        const incoming = callee.calls.find(({ direction }) => direction === 'incoming');
        if (incoming !== undefined) return { call: incoming };
        return this.#caller?.state === State.Idle && this.#caller.ended !== undefined
          ? { call: undefined }
          : undefined;
      },
      { hint: `was the number right, and is "${callee.name}" registered?` },
    );
    if (call === undefined) {
      throw this.problem({ what: `no call arrived at "${callee.name}"`, seen: this.ended() });
    }
    this.#known.add(call.id);
    const { caller_id, dialplan } = this.#values;
    if (caller_id !== undefined) {
      const wrong = callerIdProblem(call.peer.number, caller_id, dialplan);
      if (wrong !== undefined) {
        throw this.problem(
          { what: `wrong caller id at "${callee.name}"`, seen: wrong.what },
          wrong.hint,
        );
      }
    }
    const { pre = 0 } = this.#values.delay ?? {};
    this.last('before the delay "pre" was over', pre, () => this.isOver(callee));
    return call;
  }

  ring(callee: Agent, fallbackMs: number = 0): void {
    const ms = this.#values.delay?.ring ?? fallbackMs;
    this.last(`while it rang at "${callee.name}"`, ms, () => this.isOver(callee));
  }

  /** Answers the call; an agent that answers by itself has done so. */
  accept(callee: Agent, call: Call): void {
    try {
      if (callee.state !== State.Established) callee.accept(call);
    } catch (error) {
      // It has answered by itself meanwhile, or the call is over: what follows tells.
      if (codeOf(error) !== 'E_CALL_STATE') throw error;
    }
    this.until(`the established call of "${callee.name}"`, () => {
      const isUp = this.#agents.every(({ state }) => state === State.Established);
      return isUp || this.isOver(callee) ? { isUp } : undefined;
    });
    if (this.isOver(callee)) {
      throw this.problem({ what: 'the call ended as it was answered', seen: this.where() });
    }
    const ms = this.#values.delay?.answer ?? 0;
    this.last('before the delay "answer" was over', ms, () => this.isOver(callee));
  }

  isOver(agent: Agent): boolean {
    return agent.calls.length === 0;
  }

  /** One side hangs up, and the other one, where it is an agent, has to see it. */
  hangUp(first: Agent): void {
    if (!this.isOver(first)) first.hangup();
    for (const other of this.#agents) {
      if (other === first) continue;
      this.until(`the hang-up of "${first.name}" at "${other.name}"`, () =>
        this.isOver(other) ? { isOver: true } : undefined,
      );
    }
  }

  // --- calls that nobody expects

  /** Must be called at the end, too: a call that came and went while a verb ran is in the SIP log. */
  refuseSecond(): void {
    for (const one of this.#agents) {
      const other = one.sip.received('INVITE').find(({ call_id }) => !this.#known.has(call_id));
      if (other === undefined) continue;
      const from = other.header('From') ?? 'somebody';
      throw this.#secondProblem({ agent: one.name, from });
    }
  }

  #second(): Second | undefined {
    for (const one of this.#agents) {
      const incoming = one.calls.filter(({ direction }) => direction === 'incoming');
      const isExpected = one === this.#callee;
      const known = incoming.filter(({ id }) => this.#known.has(id));
      const most = isExpected ? Math.max(1, known.length) : 0;
      const other = incoming.filter(({ id }) => !this.#known.has(id)).at(-1);
      if (incoming.length > most && other !== undefined) {
        return { agent: one.name, from: other.peer.uri };
      }
    }
    return undefined;
  }

  #secondProblem({ agent, from }: Second): Error {
    return this.problem(
      {
        what: `a second call came in at "${agent}" while its line was in use`,
        seen: `from ${from}`,
      },
      'somebody else calls this line, or a server delivers the call twice: compare Call-IDs in the report',
    );
  }
}
