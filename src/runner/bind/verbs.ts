/** Brings the verbs of a script to its agents: turns arguments into those of a driver, by the kinds in the verb's row. */
import type {
  AgentOptions,
  DialTarget,
  Done,
  RecordedStream,
  UserAgent,
  VerbArguments,
} from '../../agents/user-agent.js';
import { toErrorData } from '../../errors.js';
import { isSecretName } from '../../model/secret-names.js';
import { durationMs, type Duration } from '../../time.js';
import {
  AGENT_VERBS,
  AUDIO_VERBS,
  PEER_VERBS,
  type AgentVerb,
  type AudioVerb,
  type PeerVerb,
} from '../../schema/verbs.js';
import type { PeerOptions } from '../../schema/types.gen.js';
import { GLOBALS, type GlobalVerb } from '../../schema/functions.js';
import type { FunctionRow, ParamKind, PeerRow, VerbRow } from '../../schema/rows.js';
import type {
  AgentArgument,
  Argument,
  CallArgument,
  CallReply,
  CallRequest,
  FileArgument,
} from '../../sandbox/protocol.js';
import type { Hearing } from '../../hearing/hearing.js';
import { keyPair } from '../../certificate.js';
import { isSound, soundOf, soundText } from '../../hearing/sounds.js';
import type { Resources } from './resources.js';
import type { Services } from './http.js';

/** Verbs for which the audio of an agent is made or heard; a missing one does not compile. */
const AUDIO: {
  readonly [V in AudioVerb]: (
    hearing: Hearing,
    agent: UserAgent,
    args: VerbArguments<V>,
    limitMs: number,
  ) => Promise<Partial<Done>>;
} = {
  send_audio: (hearing, agent, { sound }, limitMs) => hearing.send(agent, sound, limitMs),
  verify_audio: async (hearing, agent, args, limitMs) => ({
    value: await hearing.verifyAudio(agent, args, limitMs),
  }),
  verify_silence: async (hearing, agent, args, limitMs) => ({
    value: await hearing.verifySilence(agent, args, limitMs),
  }),
  verify_signal: async (hearing, agent, args) => ({
    value: await hearing.verifySignal(agent, args),
  }),
  verify_recording: async (hearing, agent, args) => ({
    value: await hearing.verifyRecording(agent, args),
  }),
};

type PeerGiven = [name: string, options?: PeerOptions & { metadata?: unknown }];
type AgentArguments = [name: string, options?: AgentOptions & { metadata?: unknown }];
type ConnectionArguments = [a: AgentArgument, b: AgentArgument, within?: Duration];

/** Global functions that need agents; a missing one does not compile. */
const GLOBAL: {
  readonly [V in GlobalVerb]: (
    args: readonly Argument[],
    limitMs: number,
    resources: Resources,
  ) => Promise<CallReply>;
} = {
  agent: async (args, limitMs, resources) => {
    const [name, options = {}] = args as AgentArguments;
    const { metadata: _metadata, ...account } = options;
    resources.hearing.began(await resources.start(name, account, limitMs));
    return {};
  },
  peer: async (args, _limitMs, resources) => {
    const [name, options = {}] = args as PeerGiven;
    const { metadata: _metadata, ...account } = options;
    resources.hearing.began(await resources.startPeer(name, account));
    return {};
  },
  generate_key: async (args) => {
    const [commonName = 'offhook'] = args as [commonName?: string];
    return { value: await keyPair(commonName) };
  },
  verify_audio_connection: async (args, limitMs, resources) => {
    const [a, b, within] = args as ConnectionArguments;
    const ends = [resources.agent(a.name), resources.agent(b.name)] as const;
    return { value: await resources.hearing.verifyConnection(...ends, within, limitMs) };
  },
};

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
    const isAgents = request.agent !== undefined && rowOf(request) !== undefined;
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
  if (request.peer === true) return actAsPeer(request, verb as PeerVerb, resources);
  const ofAgent = agentVerbOf(request);
  if (ofAgent !== undefined) return act(request, ofAgent, resources);
  if (!isGlobalVerb(verb)) return services.perform(request);
  return GLOBAL[verb](args, within_ms ?? limitOf(GLOBALS[verb]), resources);
}

async function act(
  { agent: name = '', args, within_ms }: CallRequest,
  verb: AgentVerb,
  resources: Resources,
): Promise<CallReply> {
  const row: VerbRow = AGENT_VERBS[verb];
  const acted = async (): Promise<Partial<Done>> => {
    const given = driverArguments(row, args, resources);
    const limitMs = within_ms ?? limitOf(row);
    return isAudioVerb(verb)
      ? AUDIO[verb](resources.hearing, resources.agent(name), given as never, limitMs)
      : resources.phone(name).act(verb, given as never, limitMs);
  };
  const reply = await replyOf(row, name, resources, acted);
  if (row.switches_off === true) resources.hearing.silenced(resources.agent(name));
  return reply;
}

async function actAsPeer(
  { agent: name = '', args, within_ms }: CallRequest,
  verb: PeerVerb,
  resources: Resources,
): Promise<CallReply> {
  const row: PeerRow = PEER_VERBS[verb];
  return replyOf(row, name, resources, async () => {
    const given = driverArguments(row, args, resources);
    const limitMs = within_ms ?? limitOf(row);
    return isAudioVerb(verb)
      ? AUDIO[verb](resources.hearing, resources.peer(name), given as never, limitMs)
      : resources.peer(name).actAsPeer(verb, given as never, limitMs);
  });
}

async function replyOf(
  { caller }: Pick<VerbRow, 'caller'>,
  name: string,
  resources: Resources,
  act: () => Promise<Partial<Done>>,
): Promise<CallReply> {
  const { seq, value } =
    caller === 'agent' ? await resources.guard.placing(name, act) : await act();
  return { ...(seq === undefined ? {} : { seq }), ...(value === undefined ? {} : { value }) };
}

/** Time limit for verbs that wait themselves. */
function limitOf({ limit = '0s' }: FunctionRow): number {
  return durationMs(limit);
}

/** The verb, where it is that of an agent: a mock server has a verb `stop`, too. */
function agentVerbOf({ verb, mock }: CallRequest): AgentVerb | undefined {
  return mock !== true && Object.hasOwn(AGENT_VERBS, verb) ? (verb as AgentVerb) : undefined;
}

function isAudioVerb(verb: AgentVerb | PeerVerb): verb is AudioVerb {
  return Object.hasOwn(AUDIO_VERBS, verb);
}

function isGlobalVerb(verb: string): verb is GlobalVerb {
  return Object.hasOwn(GLOBAL, verb);
}

function rowOf(request: CallRequest): FunctionRow | undefined {
  const { verb, peer } = request;
  if (peer === true) return PEER_VERBS[verb as PeerVerb];
  const ofAgent = agentVerbOf(request);
  if (ofAgent !== undefined) return AGENT_VERBS[ofAgent];
  return isGlobalVerb(verb) ? GLOBALS[verb] : undefined;
}

/** What an argument of that kind is for a driver; arguments of other kinds stay as they are. */
const CONVERT: Partial<Record<ParamKind, (value: Argument, resources: Resources) => unknown>> = {
  target: dialTarget,
  call: (call) => (call as CallArgument).id,
  duration: (duration) => durationMs(duration as Duration),
  record_options: recordOptions,
};

/** The options of record_session() with the sounds of their streams. @throws OffhookError E_AUDIO_FILE, E_READ_FAILED */
function recordOptions(options: unknown): unknown {
  const { streams, ...others } = options as { readonly streams?: readonly GivenStream[] };
  const given = streams?.map(({ audio, delay = 0, ...stream }): RecordedStream => ({
    ...stream,
    ...(audio === undefined ? {} : { sound: soundOf(audio) ?? null }),
    delay_ms: durationMs(delay),
  }));
  return { ...others, ...(given === undefined ? {} : { streams: given }) };
}

type GivenStream = Omit<RecordedStream, 'sound' | 'delay_ms'> & {
  readonly audio?: unknown;
  readonly delay?: Duration;
};

/** The arguments by the names of their parameters. */
function driverArguments(
  { params }: FunctionRow,
  args: readonly Argument[],
  resources: Resources,
): Readonly<Record<string, unknown>> {
  const named: Record<string, unknown> = {};
  for (const [at, { name, kind }] of params.entries()) {
    const value = args[at];
    if (value !== undefined) named[name] = CONVERT[kind]?.(value, resources) ?? value;
  }
  return named;
}

function dialTarget(target: Argument, resources: Resources): DialTarget {
  if (isAgent(target)) return { agent: resources.agent(target.name) };
  const text = String(target);
  return /^(sips?|tel):/i.test(text) ? { uri: text } : { number: text };
}

function isAgent(value: Argument): value is AgentArgument {
  return (value as Partial<AgentArgument> | null)?.$ === 'agent';
}

/** "bob", '"sip:600@pbx"': the arguments of a call as reports show them. */
export function argumentsText(request: CallRequest): string {
  if (request.shown !== undefined) return request.shown;
  const params = rowOf(request)?.params ?? [];
  const texts = request.args.map((value, at) => argumentText(value, params[at]?.kind));
  return texts.filter((text) => text !== undefined).join(', ');
}

function argumentText(value: Argument, kind: ParamKind | undefined): string | undefined {
  if (isSound(value)) return soundText(value);
  if (isAgent(value)) return value.name;
  if (value === undefined) return undefined;
  if (kind === 'call') return `call ${(value as CallArgument).id}`;
  return JSON.stringify(value, (key, item: unknown) => {
    if (isSecretName(key)) return '***';
    if (isSound(item)) return soundText(item);
    return isFile(item) ? item.path : item;
  });
}

function isFile(value: unknown): value is FileArgument {
  return typeof (value as Partial<FileArgument> | null)?.real === 'string';
}

const LONGEST_RESULT = 200;

/**
 * A verb's result as reports show it: `{ hz: 440, level: -9.1 }`; undefined for verbs that return nothing,
 * and for HTTP, whose answers are events of their own.
 */
export function resultText(request: CallRequest, { value }: CallReply): string | undefined {
  if (value === undefined || rowOf(request) === undefined) return undefined;
  const text = JSON.stringify(value, (key, item: unknown) => {
    if (isSecretName(key)) return '***';
    return typeof item === 'number' ? Math.round(item * 1000) / 1000 : item;
  })
    .replaceAll(/"(\w+)":/g, ' $1: ')
    .replaceAll('}', ' }');
  return text.length > LONGEST_RESULT ? `${text.slice(0, LONGEST_RESULT)}...` : text;
}
