/**
 * Holds the agents of one scenario to --allow-sip and --max-calls: an action of the script is judged before
 * it is done, an action a peer causes (REFER, a redirect) as soon as it shows in the trace.
 */
import { isIPv6 } from 'node:net';
import { hasCapability } from '../../baresip/capabilities.js';
import type { AgentOptions, UserAgent, Caller, SipGuard } from '../../agents/user-agent.js';
import { OffhookError } from '../../errors.js';
import { messageText, type SipMessage } from '../../sip/sip-message.js';
import { headerValues } from '../../sip/headers.js';
import type { Policy } from '../../policy/policy.js';
import { sipDenial, sipTarget, type SipTarget } from '../../policy/sip-policy.js';
import { parseUri } from '../../sip/uri.js';
import { contactsIn, mediaAddresses, requestsIn } from './effects.js';

/** Requests that belong to an INVITE already judged. */
const OF_AN_INVITE = new Set(['ACK', 'CANCEL']);
/** Requests whose URI names no user. */
const TO_A_SERVER = new Set(['REGISTER', 'SUBSCRIBE']);

/** Calls whose peers are remembered. */
const MOST_CALLS = 10_000;
export class ScenarioSipGuard {
  readonly #policy: Policy;
  readonly #agents: () => Iterable<UserAgent>;
  readonly #denied: (agent: string, error: OffhookError) => void;
  /** Call-IDs of calls the agents have placed. */
  readonly #placed = new Set<string>();
  /** Peers that take part in a call, by Call-ID: whatever they say about it was decided by the script. */
  readonly #peers = new Map<string, Set<string>>();
  /** Agents that have begun to call and whose INVITE is not in the trace yet: others may begin at the same time. */
  readonly #placing = new Set<string>();

  /** @param denied is called when a peer made an agent send a forbidden request. */
  constructor(
    policy: Policy,
    agents: () => Iterable<UserAgent>,
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
    this.servers(name, options);
    if (!rules.untrusted) return options;
    // A proxy in front of the agent judges the INVITE that follows a redirect before it leaves.
    const isKept = options.proxy === true || hasCapability(version, 'redirect_choice');
    if (!sip.closed && !isKept) {
      throw new OffhookError(
        'E_CAPABILITY',
        {
          subject: `agent "${name}"`,
          what: '--untrusted',
          seen: `baresip ${version} cannot be kept from following a redirect (from 3.3.0)`,
        },
        {
          hint: "give the agent proxy: true, use a newer baresip, or allow every target with --allow-sip '*'",
          agents: [name],
        },
      );
    }
    return { ...options, refuse_refer: true };
  }

  /** @throws OffhookError E_SIP_DENIED where an agent or a peer may not use one of its servers */
  servers(name: string, options: Pick<AgentOptions, 'domain' | 'outbound' | 'stun_server'>): void {
    for (const option of ['domain', 'outbound', 'stun_server'] as const) {
      const server = options[option];
      const problem = server === undefined ? undefined : this.#policy.sip.serverProblem(server);
      if (server !== undefined && problem !== undefined)
        throw sipDenial(name, `${option} ${JSON.stringify(server)}`, serverUri(server), problem);
    }
  }

  /** Runs `place`, by which the agent places a call; the call counts from the start. @throws OffhookError E_CALL_LIMIT */
  async placing<T>(agent: string, place: () => Promise<T>): Promise<T> {
    const { maxCalls } = this.#policy.rules;
    const calls = this.#placed.size + this.#placing.size;
    if (maxCalls !== undefined && calls >= maxCalls.value) throw this.#limit(agent);
    this.#placing.add(agent);
    try {
      return await place();
    } finally {
      this.#placing.delete(agent);
    }
  }

  guardOf(name: string): SipGuard {
    return {
      target: (uri, caller, verb) => {
        const { sip } = this.#policy;
        if (sip.open || (!caller.routed && this.#isOwn(uri))) return;
        const problem = sip.uriProblem(uri);
        if (problem === undefined) return;
        throw sipDenial(name, `${verb}: ${JSON.stringify(uri)} not dialled`, uri, problem);
      },
      sent: (message, caller) => {
        const error = this.#judge(name, message, caller);
        if (error !== undefined) this.#denied(name, error);
        return error;
      },
      sending: (message, isInDialog, caller) => {
        const error =
          (isInDialog
            ? this.#judgeInDialog(name, message)
            : this.#judgeFirst(name, message, caller)) ??
          this.#judgeEffect(name, messageText(message));
        if (error !== undefined) throw error;
        this.#takesPart(name, message.call_id);
      },
      answering: (message) => {
        const error = this.#judgeEffect(name, messageText(message));
        if (error !== undefined) throw error;
        this.#takesPart(name, message.call_id);
      },
      octets: (text, to, caller) => {
        const error = this.#judgeOctets(name, text, to, caller);
        if (error !== undefined) throw error;
      },
      unseen: (uri) => {
        const { sip, rules } = this.#policy;
        if (sip.open && rules.maxCalls === undefined) return undefined;
        const what = `ended: it called ${JSON.stringify(uri)}`;
        const error = sipDenial(
          name,
          what,
          uri,
          'its INVITE is not in the SIP trace, so its target cannot be judged',
          "look at the output of baresip (--logs), or allow every call: --allow-sip '*' without --max-calls",
        );
        this.#denied(name, error);
        return error;
      },
    };
  }

  #judge(name: string, message: SipMessage, caller: Caller): OffhookError | undefined {
    const { method, uri = '' } = message;
    if (OF_AN_INVITE.has(method) || isWithinDialog(message))
      return this.#judgeInDialog(name, message);
    const what = `ended: the other side made it send ${method} to ${JSON.stringify(uri)}`;
    return this.#judgeRequest(name, message, caller, what);
  }

  /** Judges a request that a script wants to send. */
  #judgeFirst(name: string, message: SipMessage, caller: Caller): OffhookError | undefined {
    const { method, uri = '' } = message;
    // A CANCEL goes where its INVITE went; any other request has to name an allowed target itself.
    const what = `${method} to ${JSON.stringify(uri)} not sent`;
    return this.#judgeRequest(name, message, caller, what);
  }

  /** Judges octets. They may hold anything, so they may go only to an allowed address, whatever they say. */
  #judgeOctets(
    name: string,
    text: string,
    to: string,
    { routed }: Caller,
  ): OffhookError | undefined {
    const { sip, rules } = this.#policy;
    if (sip.open && rules.maxCalls === undefined) return undefined;
    const what = 'octets not sent';
    const own = !routed && this.#isOwn(`sip:${to}`);
    const problem = own ? undefined : sip.serverProblem(`sip:${to}`);
    if (problem !== undefined) return sipDenial(name, what, `sip:${to}`, problem);
    const effect = this.#judgeEffect(name, text);
    if (effect !== undefined) return effect;
    for (const request of requestsIn(text)) {
      this.#takesPart(name, request.call_id);
      if (request.method === 'INVITE') {
        const error = this.#count(name, request.call_id);
        if (error !== undefined) return error;
      }
      if (own || sip.open) continue;
      const message = { ...request, remote: to.replace(/;.*$/, '') };
      const error = this.#judgeRequest(name, message, { routed }, what, false);
      if (error !== undefined) return error;
    }
    return undefined;
  }

  /**
   * Judges a request inside a dialog. It goes where the other side says, for example by its Contact. If the other side is a peer,
   * the script decides that: every hop then has to be allowed, or be an agent or peer of the scenario.
   */
  #judgeInDialog(name: string, message: SipMessage): OffhookError | undefined {
    const { sip } = this.#policy;
    const { method, uri, call_id, remote } = message;
    const others = [...(this.#peers.get(call_id) ?? [])].filter((one) => one !== name);
    // A response goes back where its request came from.
    if (sip.open || others.length === 0 || uri === undefined) return undefined;
    const hops = [uri, ...routesOf(message), ...(remote === '' ? [] : [`sip:${remote}`])];
    for (const hop of hops.filter((one) => !this.#isOwn(one, true))) {
      const problem = sip.serverProblem(hop);
      const what = `${method} to ${hop} in a call with peer "${others.join('", "')}" not allowed`;
      if (problem !== undefined) return sipDenial(name, what, hop, problem);
    }
    return undefined;
  }

  /**
   * Judges what a message makes its receiver do: send RTP to the addresses of a session description, and requests to those of
   * Contact and Record-Route. These must belong to the scenario or be allowed. A 3xx is judged when somebody follows it.
   */
  #judgeEffect(name: string, text: string): OffhookError | undefined {
    const { sip } = this.#policy;
    if (sip.open) return undefined;
    const own = new Set(
      [...this.#agents()].flatMap(({ contact }) => parseUri(contact)?.host ?? []),
    );
    for (const address of mediaAddresses(text)) {
      const uri = `sip:${isIPv6(address) ? `[${address}]` : address}`;
      const problem = own.has(address) ? undefined : sip.serverProblem(uri);
      const what = `a session description that names ${address} not sent`;
      if (problem !== undefined) return sipDenial(name, what, uri, problem);
    }
    for (const uri of contactsIn(text)) {
      const problem = this.#isOwn(uri, true) ? undefined : sip.serverProblem(uri);
      const what = `a message with ${JSON.stringify(uri)} in Contact or Record-Route not sent`;
      if (problem !== undefined) return sipDenial(name, what, uri, problem);
    }
    return undefined;
  }

  /** Notes that a peer takes part in a call. */
  #takesPart(name: string, call: string): void {
    const parties = this.#peers.get(call) ?? new Set();
    this.#peers.set(call, parties.add(name));
    const [oldest] = this.#peers.keys();
    if (this.#peers.size > MOST_CALLS && oldest !== undefined) this.#peers.delete(oldest);
  }

  /** Counts a call by its Call-ID. */
  #count(name: string, call: string): OffhookError | undefined {
    const { maxCalls } = this.#policy.rules;
    if (maxCalls === undefined) return undefined;
    this.#placed.add(call);
    this.#placing.delete(name);
    return this.#placed.size > maxCalls.value ? this.#limit(name) : undefined;
  }

  #judgeRequest(
    name: string,
    message: SipMessage,
    { routed }: Caller,
    sent: string,
    counts = true,
  ): OffhookError | undefined {
    const { method, uri } = message;
    const { sip, rules } = this.#policy;
    if (sip.open && rules.maxCalls === undefined) return undefined;
    if (uri === undefined) return undefined;
    if (method === 'INVITE' && counts) {
      const error = this.#count(name, message.call_id);
      if (error !== undefined) return error;
    }
    if (sip.open) return undefined;
    const routes = routesOf(message);
    if (!routed && this.#isOwn(uri)) {
      // Every hop must be an agent of the scenario, and so must the address the request went to.
      const hops = [...routes, `sip:${message.remote}`].filter((hop) => !this.#isOwn(hop));
      return this.#judgeHops(name, sent, hops);
    }
    const problem = TO_A_SERVER.has(method) ? sip.serverProblem(uri) : sip.uriProblem(uri);
    if (problem !== undefined) return sipDenial(name, sent, uri, problem);
    const straight = leadsTo(routes[0] ?? uri, message.remote);
    const address = straight ? [] : [`sip:${userOf(uri)}${message.remote}`];
    return this.#judgeHops(name, sent, [...routes, ...address]);
  }

  /** A hop without `lr` takes the URI of a Route for the target (RFC 3261, 16.4 and 16.6). */
  #judgeHops(name: string, sent: string, hops: readonly string[]): OffhookError | undefined {
    const { sip } = this.#policy;
    for (const hop of hops) {
      const strict = /^[^;?]*@/.test(hop) && !/;\s*lr\b/i.test(hop);
      const problem = strict ? sip.uriProblem(hop) : sip.serverProblem(hop);
      if (problem !== undefined)
        return sipDenial(name, `${sent} by way of ${JSON.stringify(hop)}`, hop, problem);
    }
    return undefined;
  }

  /**
   * Agents of a scenario may always dial each other. Only living agents count: another process may get the
   * port of an ended one. Only without a proxy: a proxy would take the user part for a number of its own.
   */
  #isOwn(uri: string, registeredToo = false): boolean {
    const [at, ...others] = sipTarget(uri)?.hosts ?? [];
    if (at === undefined || others.length > 0) return false;
    for (const { serverless, state, contact } of this.#agents()) {
      if ((serverless || registeredToo) && state.alive && isAt(sipTarget(contact), at)) return true;
    }
    return false;
  }

  #limit(agent: string): OffhookError {
    const { value = 0, origin = '' } = this.#policy.rules.maxCalls ?? {};
    return new OffhookError(
      'E_CALL_LIMIT',
      {
        subject: `agent "${agent}"`,
        what: 'no more calls allowed',
        seen: `the scenario has placed ${value} (limit set by ${origin})`,
      },
      { hint: 'raise the limit with --max-calls', agents: [agent] },
    );
  }
}

/** Whether To has a tag: the request belongs to a dialog judged when it began (RFC 3261, 12.2). */
function isWithinDialog({ headers }: SipMessage): boolean {
  return headerValues(headers, 'to').some((value) => /;\s*tag\s*=/i.test(value));
}

/** The URIs of all Route headers, the next hop first (RFC 3261, 20.34). */
function routesOf({ headers }: SipMessage): string[] {
  return headerValues(headers, 'route').flatMap((value) => {
    const bracketed = [...value.matchAll(/<([^>]*)>/g)].map(([, uri = '']) => uri);
    // Route has no other form; a value that cannot be judged is kept, so that it is refused.
    return bracketed.length > 0 ? bracketed : [value];
  });
}

/** Whether the next hop is the address the request went to. Names are not resolved. */
function leadsTo(hop: string, remote: string): boolean {
  // A request goes to `maddr` where the URI has one.
  const next = sipTarget(hop)?.hosts.at(-1);
  if (next === undefined || remote === '') return false;
  return 'name' in next.host || isAt(sipTarget(`sip:${remote}`), next);
}

function isAt(target: SipTarget | undefined, at: SipTarget['hosts'][number]): boolean {
  const one = target?.hosts[0];
  if (one?.port !== at.port) return false;
  return 'address' in one.host
    ? 'address' in at.host && one.host.address === at.host.address
    : 'name' in at.host && one.host.name === at.host.name;
}

function userOf(uri: string): string {
  return /^sips?:([^@;?]*@)/i.exec(uri)?.[1] ?? '';
}

function serverUri(server: string): string {
  return `sip:${server.replace(/^(?:sips?|stuns?|turns?):/i, '').replace(/^[^@]*@/, '')}`;
}
