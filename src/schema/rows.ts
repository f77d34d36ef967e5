/** Types of the contract's rows for functions and getters. */
import type { ErrorCode } from '../errors.js';

/** Arguments about audio; audio-arguments.ts holds their checks and types. */
export type AudioKind =
  | 'signal'
  | 'signal_options'
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
  | 'wait_options';

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

export interface FunctionRow {
  readonly on: 'global' | 'Agent' | 'Assertion' | 'scenario' | 'SipLog' | 'SipMessage' | HttpObject;
  readonly side: Side;
  /**
   * `none`: may stand anywhere. `declare`: builds the suite. `block`: waits, but changes nothing.
   * `effect`: changes the world. `ask`: asks the world outside. Conditions allow `none`, and `ask` with
   * pauses; collecting stops at all but `none` and `declare`.
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
