/** Binds every verb row of the contract to a driver; `satisfies` makes a missing one a compile error. */
import type { AgentOptions, BaresipAgent, DialTarget, Done } from '../baresip/user-agent.js';
import { toErrorData } from '../errors.js';
import { durationMs } from '../time.js';
import { AGENT_VERBS, type AgentVerb } from '../schema/verbs.js';
import { GLOBALS } from '../schema/functions.js';
import type { AgentArgument, CallReply, CallRequest } from '../sandbox/protocol.js';
import type { Resources } from './resources.js';

type Binding = (
  agent: BaresipAgent,
  args: readonly unknown[],
  limitMs: number,
  resources: Resources,
) => Promise<Done>;

const BINDINGS = {
  register: (agent, _args, limitMs) => agent.register(limitMs),
  unregister: (agent, _args, limitMs) => agent.unregister(limitMs),
  dial: (agent, [target], limitMs, resources) => agent.dial(dialTarget(target, resources), limitMs),
  accept: (agent, _args, limitMs) => agent.accept(undefined, limitMs),
  hangup: (agent, _args, limitMs) => agent.hangup(undefined, limitMs),
  reject: (agent, _args, limitMs) => agent.reject(undefined, limitMs),
} as const satisfies Record<AgentVerb, Binding>;

/** Carries out one call of a script; never rejects. */
export async function carryOut(request: CallRequest, resources: Resources): Promise<CallReply> {
  try {
    return await dispatch(request, resources);
  } catch (thrown) {
    const error = toErrorData(thrown);
    const agents = request.agent === undefined ? {} : { agents: [request.agent] };
    return { error: { ...agents, ...error } };
  }
}

async function dispatch(request: CallRequest, resources: Resources): Promise<CallReply> {
  const { verb, args } = request;
  if (verb === 'agent') {
    const [name, options = {}] = args as [string, (AgentOptions & { metadata?: unknown })?];
    const { metadata: _metadata, ...account } = options;
    await resources.start(name, account, durationMs(GLOBALS.agent.limit));
    return {};
  }
  const binding: Binding = BINDINGS[verb];
  const agent = resources.agent(request.agent ?? '');
  const { seq } = await binding(agent, args, durationMs(AGENT_VERBS[verb].limit), resources);
  return { seq };
}

function dialTarget(target: unknown, resources: Resources): DialTarget {
  if (isAgent(target)) return { agent: resources.agent(target.name) };
  const text = String(target);
  return /^(sips?|tel):/i.test(text) ? { uri: text } : { number: text };
}

function isAgent(value: unknown): value is AgentArgument {
  return (value as Partial<AgentArgument> | null)?.$ === 'agent';
}

/** "bob", '"sip:600@pbx"': the arguments of a call as reports show them. */
export function argumentsText(request: CallRequest): string {
  return request.args.map((arg) => argumentText(arg)).join(', ');
}

const SECRET_OPTION = /pass|secret|token|key/i;

function argumentText(value: unknown): string {
  if (isAgent(value)) return value.name;
  return JSON.stringify(value, (key, item: unknown) => (SECRET_OPTION.test(key) ? '***' : item));
}
