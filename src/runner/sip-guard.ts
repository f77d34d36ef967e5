/**
 * Holds the agents of one scenario to --allow-sip and --max-calls: what a script asks for is judged before
 * it is done, what a peer makes an agent do (REFER, a redirect) as soon as it shows in the trace.
 */
import { hasCapability } from '../baresip/capabilities.js';
import type { AgentOptions, BaresipAgent, Caller, SipGuard } from '../baresip/user-agent.js';
import { OffhookError } from '../errors.js';
import type { SipMessage } from '../model/agent-event.js';
import { headerValues } from '../model/headers.js';
import type { Policy } from '../policy/policy.js';
import { sipDenial } from '../policy/sip-policy.js';

/** Requests that begin something at their URI; what they may reach is what the agent may reach. */
const BEGINNING = new Set(['INVITE', 'MESSAGE', 'OPTIONS', 'SUBSCRIBE', 'REGISTER', 'PUBLISH']);

export class ScenarioSipGuard {
  readonly #policy: Policy;
  readonly #agents: () => Iterable<BaresipAgent>;
  readonly #denied: (agent: string, error: OffhookError) => void;
  /** Call-IDs of calls the agents have placed. */
  readonly #placed = new Set<string>();

  /** @param denied hears of what a peer made an agent do. */
  constructor(
    policy: Policy,
    agents: () => Iterable<BaresipAgent>,
    denied: (agent: string, error: OffhookError) => void,
  ) {
    this.#policy = policy;
    this.#agents = agents;
    this.#denied = denied;
  }

  /** The options to start an agent with. @throws OffhookError when it may not be started like this */
  agentOptions(name: string, options: AgentOptions, version: string): AgentOptions {
    const { sip, rules } = this.#policy;
    if (sip.open) return options;
    for (const option of ['domain', 'outbound', 'stun_server'] as const) {
      const server = options[option];
      const problem = server === undefined ? undefined : sip.serverProblem(server);
      if (server !== undefined && problem !== undefined)
        throw sipDenial(name, `${option} ${JSON.stringify(server)}`, serverUri(server), problem);
    }
    if (!rules.untrusted) return options;
    if (!sip.closed && !hasCapability(version, 'redirect_choice')) {
      throw new OffhookError(
        'E_CAPABILITY',
        `agent "${name}": --untrusted: baresip ${version} cannot be kept from following a redirect (from 3.3.0)`,
        {
          hint: "use a newer baresip, or allow every target with --allow-sip '*'",
          agents: [name],
        },
      );
    }
    return { ...options, refuse_refer: true };
  }

  /** @throws OffhookError E_CALL_LIMIT */
  assertMayCall(agent: string): void {
    const { maxCalls } = this.#policy.rules;
    if (maxCalls !== undefined && this.#placed.size >= maxCalls.value) throw this.#limit(agent);
  }

  guardOf(name: string): SipGuard {
    return {
      target: (uri, caller, verb) => {
        if (this.#isOwn(uri, caller)) return;
        const problem = this.#policy.sip.uriProblem(uri);
        if (problem === undefined) return;
        throw sipDenial(name, `${verb}: ${JSON.stringify(uri)} not dialled`, uri, problem);
      },
      sent: (message, caller) => {
        const error = this.#judge(name, message, caller);
        if (error !== undefined) this.#denied(name, error);
        return error;
      },
    };
  }

  #judge(name: string, message: SipMessage, caller: Caller): OffhookError | undefined {
    const { method, uri } = message;
    const { sip, rules } = this.#policy;
    if (sip.open && rules.maxCalls === undefined) return undefined;
    if (uri === undefined || !BEGINNING.has(method) || isWithinDialog(message)) return undefined;
    if (method === 'INVITE' && rules.maxCalls !== undefined) {
      this.#placed.add(message.call_id);
      if (this.#placed.size > rules.maxCalls.value) return this.#limit(name);
    }
    if (sip.open || this.#isOwn(uri, caller)) return undefined;
    // A REGISTER names no user.
    const problem =
      method === 'REGISTER' || method === 'SUBSCRIBE'
        ? sip.serverProblem(uri)
        : sip.uriProblem(uri);
    if (problem === undefined) return undefined;
    const what = `ended: its peer made it send ${method} to ${JSON.stringify(uri)}`;
    return sipDenial(name, what, uri, problem);
  }

  /**
   * Agents of the scenario dialling each other are what a scenario is. Only without a proxy: that would
   * take the user part for a number of its own.
   */
  #isOwn(uri: string, { routed }: Caller): boolean {
    if (routed || /;\s*maddr\s*=/i.test(uri)) return false;
    const at = hostPort(uri);
    for (const agent of this.#agents()) {
      if (agent.serverless && hostPort(agent.contact) === at) return true;
    }
    return false;
  }

  #limit(agent: string): OffhookError {
    const { value = 0, origin = '' } = this.#policy.rules.maxCalls ?? {};
    return new OffhookError(
      'E_CALL_LIMIT',
      `agent "${agent}": no further call: the scenario has placed ${value} (limit, by ${origin})`,
      { hint: 'raise the limit with --max-calls', agents: [agent] },
    );
  }
}

/** A tag in To: part of something that was judged when it began (RFC 3261, 12.2). */
function isWithinDialog({ headers }: SipMessage): boolean {
  return headerValues(headers, 'to').some((value) => /;\s*tag\s*=/i.test(value));
}

function hostPort(uri: string): string {
  return (
    uri
      .replace(/^sips?:/i, '')
      .replace(/^[^@]*@/, '')
      .split(/[;?>]/)[0] ?? ''
  ).toLowerCase();
}

function serverUri(server: string): string {
  return `sip:${server.replace(/^(?:sips?|stuns?|turns?):/i, '').replace(/^[^@]*@/, '')}`;
}
