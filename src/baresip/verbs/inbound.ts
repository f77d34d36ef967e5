/** Refuses received calls the script does not want: one by one, or all as they come. */
import type { AgentEvent } from '../../model/agent-event.js';
import { hasCapability, sinceOf } from '../capabilities.js';
import type { Command } from '../wire/ctrl.js';
import { unquotable } from '../start/quoted.js';
import { Limit } from '../../agents/limit.js';
import type { Refusal, RunningAgent } from '../running-agent.js';
import type { Done, VerbArguments } from '../../agents/user-agent.js';
import { reasonPhraseOf } from '../../sip/reason-phrases.js';
import { placedTarget } from './target.js';
import { givenHeaders, proxyOf } from './through-proxy.js';

type Asked = VerbArguments<'reject'>;

/** The code every version can answer, and the only code before 3.19. */
const BUSY = 486;
const LOWEST = 400;
const LOWEST_OF_PROXY = 300;
const HIGHEST = 699;
/** The whole command has to fit into 1023 bytes. */
const LONGEST_REASON = 200;
const COMMAND_MS = 2000;

/** @throws OffhookError for a refusal that cannot be sent at all, or not by this version */
export function refusalOf(
  agent: RunningAgent,
  verb: string,
  { code, reason, options }: Asked,
): Refusal {
  const { proxy } = agent.ground;
  const isRedirection = code !== undefined && code >= 300 && code < LOWEST;
  if (options?.headers !== undefined || (isRedirection && proxy !== undefined)) {
    proxyOf(agent, verb, 'headers for a single response');
  }
  const wrong = codeProblem(code, proxy !== undefined) ?? reasonProblem(reason);
  if (wrong !== undefined) throw agent.problem('E_ARGUMENT', verb, ...wrong);
  if (proxy === undefined) assertCapable(agent, verb, code, reason);
  const headers = givenHeaders(agent, verb, options?.headers, isRedirection ? ['contact'] : []);
  return { code, reason, headers };
}

function assertCapable(
  agent: RunningAgent,
  verb: string,
  code: number | undefined,
  reason: string | undefined,
): void {
  const { version } = agent.ground.context.binary;
  if (hasCapability(version, 'reject_codes')) return;
  if ((code === undefined || code === BUSY) && reason === undefined) return;
  const asked = [code ?? BUSY, ...(reason === undefined ? [] : [JSON.stringify(reason)])].join(' ');
  throw agent.problem(
    'E_CAPABILITY',
    verb,
    `baresip ${version} can only answer 486 with its own reason phrase, not ${asked}; baresip ${sinceOf('reject_codes')} can`,
    'leave code and reason out, give the agent the option proxy: true, or use a newer baresip',
  );
}

type Wrong = [what: string, hint: string];

function codeProblem(code: number | undefined, hasProxy: boolean): Wrong | undefined {
  const lowest = hasProxy ? LOWEST_OF_PROXY : LOWEST;
  if (code === undefined || (code >= lowest && code <= HIGHEST)) return undefined;
  const hint = `choose a code from ${lowest} to ${HIGHEST}`;
  if (code >= LOWEST_OF_PROXY && code < LOWEST) {
    const other = `${hint}, or give the agent the option proxy: true`;
    return [`"code" is ${code}: baresip cannot send a redirection (3xx)`, other];
  }
  return [`"code" must be a final response that refuses: got ${code}`, hint];
}

function reasonProblem(reason: string | undefined): Wrong | undefined {
  if (reason === undefined) return undefined;
  if (reason.trim() === '') return ['"reason" is empty', 'leave it out, or give a text'];
  if (/[\x00-\x1f\x7f]/.test(reason)) {
    return ['"reason" holds a line break or control character', 'write it on one line'];
  }
  const what = unquotable(reason);
  if (what !== undefined) return [`"reason" holds ${what}`, 'choose words without it'];
  if (Buffer.byteLength(reason) > LONGEST_REASON) {
    const hint = 'shorten it';
    return [`"reason" is longer than ${LONGEST_REASON} bytes (limit)`, hint];
  }
  return undefined;
}

/** The commands that refuse a waiting call. */
export function refuse(
  agent: RunningAgent,
  call: string,
  { code, reason, headers }: Refusal,
): Command[] {
  const { proxy, context } = agent.ground;
  if (proxy !== undefined) {
    const answered = code ?? BUSY;
    const words = reason ?? reasonPhraseOf(answered);
    proxy.changes.refuse(call, { code: answered, reason: words, headers: headers ?? {} });
    return agent.commands.hangup(call);
  }
  if (code === undefined && reason === undefined) return agent.commands.hangup(call);
  if (!hasCapability(context.binary.version, 'reject_codes')) return agent.commands.hangup(call);
  const words = reason === undefined ? '' : ` reason="${reason}"`;
  return [{ name: 'hangup', params: `${call} scode=${code ?? BUSY}${words}` }];
}

/** Every further call is refused as it comes in. */
export function respondIncoming(
  agent: RunningAgent,
  asked: VerbArguments<'respond_incoming'>,
): Done {
  const verb = 'respond_incoming';
  agent.assertUsable(verb);
  return refuseAll(agent, verb, refusalOf(agent, verb, asked));
}

/** Every further call is sent elsewhere. */
export function deflect(
  agent: RunningAgent,
  { target, options = {} }: VerbArguments<'deflect'>,
): Done {
  const verb = 'deflect';
  const { uri } = placedTarget(agent, verb, target);
  agent.assertUsable(verb);
  proxyOf(agent, verb, 'a redirection (3xx)');
  const { contacts = [], code = 302, headers } = options;
  const given = givenHeaders(agent, verb, headers);
  return refuseAll(agent, verb, {
    code,
    headers: { ...given, Contact: [`<${uri}>`, ...contacts] },
  });
}

function refuseAll(agent: RunningAgent, verb: string, refusal: Refusal): Done {
  if (agent.ground.options.answer === 'auto') {
    const what = 'the agent answers every call by itself (answer: "auto")';
    throw agent.problem('E_ARGUMENT', verb, what, 'leave "answer" out of its options');
  }
  setRefusal(agent, refusal);
  return { seq: agent.nextSeq - 1 };
}

function setRefusal(agent: RunningAgent, refusal: Refusal | undefined): void {
  agent.refusal = refusal;
  const { proxy } = agent.ground;
  if (proxy !== undefined) proxy.changes.silencesCalls = refusal !== undefined;
}

/** Stopping twice is not an error, so that a teardown need not know the state. */
export function stopResponding(agent: RunningAgent): Done {
  agent.assertUsable('stop_responding');
  setRefusal(agent, undefined);
  return { seq: agent.nextSeq - 1 };
}

/** Must be called with every event of the agent. */
export function refuseIncoming(agent: RunningAgent, event: AgentEvent): void {
  if (event.type !== 'call_incoming' || agent.refusal === undefined) return;
  agent.calls.expectHangup(event.call);
  try {
    void agent.send(
      'respond_incoming',
      refuse(agent, event.call, agent.refusal),
      new Limit(COMMAND_MS),
    );
  } catch {
    // The agent is being stopped, which ends the call, too.
  }
}
