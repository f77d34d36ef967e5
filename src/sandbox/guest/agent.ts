/** `agent()` and the objects it returns: verbs go to the driver, getters read the world. */
import type { CallInfo, AgentInfo } from '../../model/agent-view.js';
import { agentInfo, callInfo } from '../../model/agent-view.js';
import { agentStateName, currentCall, openCalls } from '../../model/agent-state.js';
import type { AgentState } from '../../model/agent-state.js';
import type { Ended, Peer } from '../../model/agent-event.js';
import { headerRecord, headerValues } from '../../model/headers.js';
import type { AGENT_METHODS, AgentGetter, AgentVerb } from '../../schema/verbs.js';
import type { VerbReply } from '../protocol.js';
import { agentNameOf, encode, markAgent } from './encode.js';
import { ask, callerStack } from './host.js';
import { guardNames } from './misspelt.js';
import * as world from './world.js';

type Vocabulary = AgentGetter | AgentVerb | keyof typeof AGENT_METHODS;

class Agent implements Readonly<Record<Vocabulary, unknown>> {
  readonly #name: string;
  readonly #metadata: Readonly<Record<string, unknown>>;

  constructor(name: string, metadata: Readonly<Record<string, unknown>>) {
    this.#name = name;
    this.#metadata = metadata;
    markAgent(this, name);
    Object.freeze(this);
  }

  #state(): AgentState {
    return world.stateOf(this.#name);
  }

  #verb(verb: string, args: readonly unknown[], stack: string): void {
    const name = this.#name;
    const callee = verb === 'dial' ? agentNameOf(args[0]) : undefined;
    if (verb === 'hangup') world.catchUpOtherEnds(name);
    const in_condition = world.inCondition();
    const reply = ask('verb', { verb, agent: name, args, in_condition, stack }) as VerbReply;
    world.receive(reply.before);
    world.moveTo(name, Infinity);
    if (callee !== undefined) {
      world.moveTo(callee, Infinity);
      world.supersede(callee, world.staleCalls(name, callee));
    }
    world.receive(reply.entries);
    if (reply.seq !== undefined) world.moveTo(name, reply.seq);
    if (callee !== undefined) world.noteDialled(name, callee);
  }

  register(...args: unknown[]): void {
    this.#verb('register', args, callerStack());
  }
  unregister(...args: unknown[]): void {
    this.#verb('unregister', args, callerStack());
  }
  dial(...args: unknown[]): void {
    this.#verb('dial', args, callerStack());
  }
  accept(...args: unknown[]): void {
    this.#verb('accept', args, callerStack());
  }
  hangup(...args: unknown[]): void {
    this.#verb('hangup', args, callerStack());
  }
  reject(...args: unknown[]): void {
    this.#verb('reject', args, callerStack());
  }

  get name(): string {
    return this.#name;
  }
  get aor(): string {
    return this.#state().aor ?? '';
  }
  get registered(): boolean {
    return this.#state().registration.state === 'registered';
  }
  get registration(): AgentState['registration'] {
    return Object.freeze({ ...this.#state().registration });
  }
  get state(): string {
    return agentStateName(this.#state());
  }
  get ended(): Ended | undefined {
    const ended = this.#state().ended;
    return ended === undefined ? undefined : Object.freeze({ ...ended });
  }
  get calls(): readonly CallInfo[] {
    return Object.freeze(openCalls(this.#state()).map((call) => Object.freeze(callInfo(call))));
  }
  get peer(): Peer | undefined {
    const peer = currentCall(this.#state())?.peer;
    return peer === undefined ? undefined : Object.freeze({ ...peer });
  }
  get reason(): string | undefined {
    return this.#state().ended?.reason;
  }
  get status_code(): number | undefined {
    return this.#state().ended?.code;
  }
  get headers(): Readonly<Record<string, readonly string[]>> {
    return Object.freeze(headerRecord(currentCall(this.#state())?.headers ?? []));
  }
  get metadata(): Readonly<Record<string, unknown>> {
    return this.#metadata;
  }

  header(...args: unknown[]): string | undefined {
    ask('check', { on: 'Agent', fn: 'header', args, stack: callerStack() });
    const values = headerValues(currentCall(this.#state())?.headers ?? [], args[0] as string);
    return values.length === 0 ? undefined : values.join(', ');
  }
  info(): AgentInfo {
    return agentInfo(this.#name, this.#state(), this.#metadata);
  }
  to_json(): AgentInfo {
    return this.info();
  }
  /** What JSON.stringify calls. */
  toJSON(): AgentInfo {
    return this.info();
  }
}

Reflect.deleteProperty(Agent.prototype, 'constructor');
guardNames(Agent.prototype, 'Agent');
Object.freeze(Agent.prototype);

/** agent(name, options?): starts the process and returns when it is ready. */
export function agent(...args: unknown[]): Agent {
  const in_condition = world.inCondition();
  const stack = callerStack();
  const reply = ask('verb', { verb: 'agent', args, in_condition, stack }) as VerbReply;
  const name = args[0] as string;
  world.addAgent(name);
  world.receive(reply.before);
  world.receive(reply.entries);
  world.moveTo(name, Infinity);
  const options = args[1] as { metadata?: object } | undefined;
  const metadata = JSON.parse(encode(options?.metadata ?? {})) as Record<string, unknown>;
  return new Agent(name, Object.freeze(metadata));
}
