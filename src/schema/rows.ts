/** Types of the contract's rows for functions and getters. */
import type { ErrorCode } from '../errors.js';

/** Arguments about audio; audio-arguments.ts holds their checks and types. */
export type AudioKind =
  | 'signal'
  | 'signal_options'
  /** Path of a WAV file that is read. */
  | 'recording'
  | 'recording_options'
  | 'sound'
  | 'hz'
  | 'sent_hz'
  | 'several_hz'
  | 'listen';

/** What an argument must be; check.ts holds the run-time check and typings.ts the TypeScript type of each. */
export type ParamKind =
  | AudioKind
  | 'agent'
  | 'any'
  | 'text'
  | 'string'
  | 'number'
  | 'duration'
  | 'function'
  /** Text in front of a function: what reports call it. */
  | 'label'
  /** The call takes at least one value. */
  | 'values'
  /** A difference: a number, or a part of the expected number such as "10%". */
  | 'tolerance'
  | 'target'
  /** One of the agent's calls, as `calls` gives them. */
  | 'call'
  | 'integer'
  | 'digits'
  | 'pattern'
  /** Method of a SIP request, or code of a response. */
  | 'method_or_code'
  /** Functions, at least one. */
  | 'conditions'
  | 'rows'
  | 'http_method'
  | 'url'
  | 'path'
  | 'http_requests'
  | 'mock_response'
  /** One, or an array of them. */
  | 'mock_responses'
  | 'http_options'
  | 'mock_options'
  | 'agent_options'
  | 'scenario_options'
  | 'wait_options'
  | 'identity_options'
  | 'identity_check'
  | PeerKind;

/** Arguments about raw SIP; check-sip.ts holds their checks. */
type PeerKind =
  | 'peer_options'
  | 'register_options'
  | 'call_options'
  | 'record_options'
  | 'request_options'
  | 'response_options'
  /** These options need a proxy in front of the agent. */
  | 'header_options'
  | 'text_options'
  | 'deflect_options'
  | 'outgoing_options'
  | 'expect_options'
  | 'invite_steps'
  | 'status_code'
  | 'sip_method'
  | 'event_package'
  | 'reason_phrase'
  | 'sip_method_or_code'
  /** What a verb of a peer returned: a request and its responses. */
  | 'transaction'
  | 'raw_message'
  /** Path of a capture of packets that is read. */
  | 'capture'
  | 'encoding'
  | 'message_parts';

export interface ParamRow {
  readonly name: string;
  readonly kind: ParamKind;
  readonly optional?: true;
  /** Takes all remaining arguments. */
  readonly rest?: true;
  /** TypeScript type where the kind's own is too wide. */
  readonly type?: string;
  readonly default?: string;
  readonly doc: string;
}

/** What HTTP functions return, and what a responder is given. */
export type HttpObject = 'MockServer' | 'HttpResponse' | 'MockRequest';

/** Where the row's work is done: in the VM alone, on the scenario thread, or by a driver on the main thread. */
type Side = 'guest' | 'thread' | 'host';

/** What follows from calling a function, besides what its parameters say. Whoever treats functions differently reads it here. */
interface Consequences {
  /** Its limit is that of default_timeout() where the arguments give none. */
  readonly default_timeout?: true;
  /** What its arguments may hold that no report shows: the login of an agent, or of HTTP requests. */
  readonly secrets?: 'account' | 'requests';
  /** Other events report what it did: its own line in a report is of interest only with --verbose. */
  readonly quiet?: true;
  /** What stands before the condition in the text of a wait. */
  readonly wait_text?: string;
}

export interface FunctionRow extends Consequences {
  readonly on:
    | 'global'
    | 'Agent'
    | 'SipPeer'
    | 'Transaction'
    | 'CallPeer'
    | 'Assertion'
    | 'scenario'
    | 'SipLog'
    | 'SipMessage'
    | HttpObject;
  readonly side: Side;
  /**
   * What a call does, and so where it may stand:
   * - `none`: reads or computes; everywhere.
   * - `declare`: adds to the suite; at the top level of a file.
   * - `block`: waits and changes nothing; in scenarios, not in conditions.
   * - `effect`: makes an agent or a server act; in scenarios, not in conditions.
   * - `ask`: sends a request to another system; in scenarios, and in conditions with pauses.
   */
  readonly effect: 'none' | 'declare' | 'block' | 'effect' | 'ask';
  readonly generics?: string;
  /** TypeScript type of `this`, where not every Assertion<T> has the matcher. */
  readonly self?: string;
  readonly params: readonly ParamRow[];
  readonly returns: string;
  readonly doc: string;
  /** When the call returns. */
  readonly done?: string;
  /** Default time limit of the call, as a duration. */
  readonly limit?: string;
  readonly throws: readonly ErrorCode[];
  readonly example?: string;
  /** RFC section, ITU-T number, or baresip file and version. */
  readonly source?: string;
}

/** A verb of an agent. */
export interface VerbRow extends FunctionRow {
  readonly on: 'Agent';
  /**
   * Where the cursor of the agent is when the verb returns. `issued`: at the entry that is the verb's effect,
   * else where it was issued, so conditions see what happened meanwhile. `end`: behind every entry that came
   * meanwhile, because what the verb has proved is newer (docs/decisions/0010-verifying-verbs-move-the-cursor.md).
   */
  readonly cursor: 'issued' | 'end';
  /**
   * Who calls the `target` of a verb that has one. `agent`: the agent itself, which takes a call of its limit.
   * `peer`: the other side of a call, by a transfer. Where the target is an agent, its cursor is moved to the
   * moment the verb was issued as well, and its earlier call with the agent is over.
   */
  readonly caller?: 'agent' | 'peer' | 'nobody';
  /** Ends a call: agents at its other end are moved to the present before, so that no earlier Idle passes for its end. */
  readonly ends_call?: true;
  /** The agent is off afterwards: it sends nothing any more. */
  readonly switches_off?: true;
}

/** A verb of a raw SIP peer. */
export type PeerRow = Omit<VerbRow, 'on'> & { readonly on: 'SipPeer' };

export interface GetterRow {
  readonly type: string;
  readonly doc: string;
  readonly source?: string;
}

/** Errors of every verb that reaches a baresip. */
export const AGENT_THROWS = [
  'E_AGENT_CRASHED',
  'E_AGENT_HUNG',
  'E_AGENT_CONTROL',
  'E_AGENT_HIJACKED',
  'E_AGENT_GONE',
] as const satisfies readonly ErrorCode[];
