/** Binds every verb row of the contract to a driver; `satisfies` makes a missing one a compile error. */
import type {
  AgentOptions,
  DialTarget,
  Done,
  Refusal,
  UserAgent,
} from '../../agents/user-agent.js';
import { toErrorData } from '../../errors.js';
import type { SignalName } from '../../audio/signal-plans.js';
import { isSecretName } from '../../model/secret-names.js';
import { durationMs } from '../../time.js';
import { AGENT_VERBS, type AgentVerb } from '../../schema/verbs.js';
import { GLOBALS } from '../../schema/functions.js';
import type { FunctionRow } from '../../schema/rows.js';
import type {
  AgentArgument,
  CallArgument,
  CallReply,
  CallRequest,
} from '../../sandbox/protocol.js';
import { isSound, soundText } from '../../hearing/sounds.js';
import type { Resources } from './resources.js';
import type { Services } from './http.js';

type Binding = (
  agent: UserAgent,
  args: readonly unknown[],
  limitMs: number,
  resources: Resources,
) => Promise<Partial<Done>> | Partial<Done>;

const BINDINGS = {
  register: (agent, _args, limitMs) => agent.register(limitMs),
  unregister: (agent, _args, limitMs) => agent.unregister(limitMs),
  dial: (agent, [target], limitMs, resources) => agent.dial(dialTarget(target, resources), limitMs),
  accept: (agent, [call], limitMs) => agent.accept(callId(call), limitMs),
  hangup: (agent, [call], limitMs) => agent.hangup(callId(call), limitMs),
  hold: (agent, [call], limitMs) => agent.hold(callId(call), limitMs),
  resume: (agent, [call], limitMs) => agent.resume(callId(call), limitMs),
  mute: (agent, [call], limitMs) => agent.mute(callId(call), limitMs),
  unmute: (agent, [call], limitMs) => agent.unmute(callId(call), limitMs),
  send_audio: (agent, [sound], limitMs, { hearing }) => hearing.send(agent, sound, limitMs),
  verify_audio: async (agent, [hz, ...rest], limitMs, { hearing }) => {
    const [options, call] = optionAndCall(rest);
    return { value: await hearing.verifyAudio(agent, Number(hz), options, limitMs, call) };
  },
  verify_silence: async (agent, args, limitMs, { hearing }) => {
    const [options, call] = optionAndCall(args);
    return { value: await hearing.verifySilence(agent, options, limitMs, call) };
  },
  verify_signal: async (agent, [name, ...rest], _limitMs, { hearing }) => {
    const [options, call] = optionAndCall(rest);
    const signal = name as SignalName | 'dtmf';
    return { value: await hearing.verifySignal(agent, signal, options ?? {}, call) };
  },
  verify_recording: async (agent, [path, real, ...rest], _limitMs, { hearing }) => {
    const [options, call] = optionAndCall(rest);
    const recording = { path: String(path), real: String(real) };
    return { value: await hearing.verifyRecording(agent, recording, options ?? {}, call) };
  },
  dtmf: (agent, [digits, ...rest], limitMs) => {
    const [gap, call] = optionAndCall(rest);
    return agent.dtmf(String(digits), gapMs(gap), call, limitMs);
  },
  message: (agent, [target, text], limitMs, resources) =>
    agent.message(dialTarget(target, resources), String(text), limitMs),
  ping: (agent, [target], limitMs, resources) => agent.ping(dialTarget(target, resources), limitMs),
  reject: (agent, args, limitMs) => agent.reject(undefined, limitMs, refusal(args)),
  respond_incoming: (agent, args) => agent.respondIncoming(refusal(args)),
  stop_responding: (agent) => agent.stopResponding(),
  transfer: (agent, [target, call], limitMs, resources) =>
    agent.transfer(dialTarget(target, resources), callId(call), limitMs),
  attended_transfer: (agent, [target, call], limitMs, resources) =>
    agent.attendedTransfer(dialTarget(target, resources), callId(call), limitMs),
  complete_transfer: (agent, _args, limitMs) => agent.completeTransfer(limitMs),
  abort_transfer: (agent, _args, limitMs) => agent.abortTransfer(limitMs),
} as const satisfies Record<AgentVerb, Binding>;

type AgentArguments = [name: string, options?: AgentOptions & { metadata?: unknown }];

/** Carries out one call of a script; never rejects. */
export async function carryOut(
  request: CallRequest,
  resources: Resources,
  services: Services,
): Promise<CallReply> {
  try {
    return await dispatch(request, resources, services);
  } catch (thrown) {
    const error = toErrorData(thrown);
    const isAgents = request.agent !== undefined && isAgentVerb(request.verb);
    const agents = isAgents ? { agents: [request.agent ?? ''] } : {};
    return { error: { ...agents, ...error } };
  }
}

async function dispatch(
  request: CallRequest,
  resources: Resources,
  services: Services,
): Promise<CallReply> {
  const { verb, args, within_ms } = request;
  if (verb === 'watch') return {};
  if (verb === 'agent') {
    const [name, options = {}] = args as AgentArguments;
    const { metadata: _metadata, ...account } = options;
    const agent = await resources.start(name, account, limitOf(GLOBALS.agent));
    resources.hearing.began(agent);
    return {};
  }
  if (verb === 'verify_audio_connection') {
    const [a, b] = (args as AgentArgument[]).map(({ name }) => name);
    const ends = [resources.agent(a ?? ''), resources.agent(b ?? '')] as const;
    const limitMs = within_ms ?? limitOf(GLOBALS[verb]);
    return { value: await resources.hearing.verifyConnection(...ends, args[2], limitMs) };
  }
  if (!isAgentVerb(verb)) return services.perform(request);
  if (verb === 'dial' || verb === 'attended_transfer')
    resources.guard.assertMayCall(request.agent ?? '');
  const binding: Binding = BINDINGS[verb];
  const agent = resources.agent(request.agent ?? '');
  const limitMs = within_ms ?? limitOf(AGENT_VERBS[verb]);
  const { seq, value } = await binding(agent, args, limitMs, resources);
  return { ...(seq === undefined ? {} : { seq }), ...(value === undefined ? {} : { value }) };
}

/** Time limit for verbs that wait themselves. */
function limitOf({ limit = '0s' }: FunctionRow): number {
  return durationMs(limit);
}

function isAgentVerb(verb: string): verb is AgentVerb {
  return Object.hasOwn(BINDINGS, verb);
}

function gapMs(value: unknown): number | undefined {
  return typeof value === 'string' || typeof value === 'number' ? durationMs(value) : undefined;
}

/** Id of the call a verb was given; undefined leaves the choice to the driver. */
function callId(value: unknown): string | undefined {
  return isCall(value) ? value.id : undefined;
}

/** The last two arguments of a verb; either may be left out. */
function optionAndCall(
  args: readonly unknown[],
): readonly [option: unknown, call: string | undefined] {
  const option = args.find((arg) => !isCall(arg));
  return [option, callId(args.find(isCall))];
}

function isCall(value: unknown): value is CallArgument {
  return (value as Partial<CallArgument> | null | undefined)?.$ === 'call';
}

function refusal([code, reason]: readonly unknown[]): Refusal {
  return { code: code as number | undefined, reason: reason as string | undefined };
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
  return (
    request.shown ??
    shownArgs(request)
      .map((arg) => argumentText(arg))
      .join(', ')
  );
}

const LONGEST_RESULT = 200;

/**
 * A verb's result as reports show it: `{ hz: 440, level: -9.1 }`; undefined for verbs that return nothing,
 * and for HTTP, whose answers are events of their own.
 */
export function resultText({ verb }: CallRequest, { value }: CallReply): string | undefined {
  const isOfAgents = isAgentVerb(verb) || verb === 'verify_audio_connection';
  if (value === undefined || !isOfAgents) return undefined;
  const text = JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'number' ? Math.round(item * 1000) / 1000 : item,
  )
    .replaceAll(/"(\w+)":/g, ' $1: ')
    .replaceAll('}', ' }');
  return text.length > LONGEST_RESULT ? `${text.slice(0, LONGEST_RESULT)}...` : text;
}

/** The arguments without those the thread has added. */
function shownArgs({ verb, args }: CallRequest): readonly unknown[] {
  if (verb === 'agent') return args.slice(0, 2);
  return verb === 'verify_recording' ? args.filter((_, at) => at !== 1) : args;
}

function argumentText(value: unknown): string {
  if (isSound(value)) return soundText(value);
  if (isAgent(value)) return value.name;
  if (isCall(value)) return `call ${value.id}`;
  return JSON.stringify(value, (key, item: unknown) => (isSecretName(key) ? '***' : item));
}
