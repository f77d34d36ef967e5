/**
 * Finds the row of any public function by where it hangs and its name: what the sandbox, the checks and
 * the documentation ask for.
 */
import { GLOBALS, SCENARIO } from './functions.js';
import { MATCHERS } from './matchers.js';
import type { FunctionRow, GetterRow } from './rows.js';
import {
  AGENT_GETTERS,
  AGENT_METHODS,
  AGENT_VERBS,
  CALL_GETTERS,
  PEER_METHODS,
  PEER_VERBS,
} from './verbs.js';
import { TRANSACTION_METHODS, TRANSACTION_VALUES } from './verbs/peer-methods.js';
import { CALL_PEER_METHODS } from './verbs/getters.js';
import {
  HTTP_RESPONSE_METHODS,
  HTTP_RESPONSE_VALUES,
  MOCK_METHODS,
  MOCK_REQUEST_METHODS,
  MOCK_REQUEST_VALUES,
  MOCK_VALUES,
  MOCK_VERBS,
} from './verbs/http.js';
import { SIP_LOG, SIP_MESSAGE_METHODS, SIP_MESSAGE_VALUES } from './verbs/sip.js';

/** A public function: its name as written at the call, and its row. */
export interface PublicFunction {
  readonly name: string;
  readonly row: FunctionRow;
}

const TABLES: Readonly<Record<FunctionRow['on'], Readonly<Record<string, FunctionRow>>>> = {
  global: { ...GLOBALS, scenario: SCENARIO.scenario },
  scenario: { each: SCENARIO.each },
  Agent: { ...AGENT_VERBS, ...AGENT_METHODS },
  SipPeer: { ...PEER_VERBS, ...PEER_METHODS },
  Transaction: TRANSACTION_METHODS,
  Assertion: MATCHERS,
  CallPeer: CALL_PEER_METHODS,
  SipLog: SIP_LOG,
  SipMessage: SIP_MESSAGE_METHODS,
  MockServer: { ...MOCK_VERBS, ...MOCK_METHODS },
  HttpResponse: HTTP_RESPONSE_METHODS,
  MockRequest: MOCK_REQUEST_METHODS,
};

const VALUES: Partial<Record<FunctionRow['on'] | 'Call', Readonly<Record<string, GetterRow>>>> = {
  Agent: AGENT_GETTERS,
  SipPeer: AGENT_GETTERS,
  Transaction: TRANSACTION_VALUES,
  Call: CALL_GETTERS,
  SipMessage: SIP_MESSAGE_VALUES,
  MockServer: MOCK_VALUES,
  HttpResponse: HTTP_RESPONSE_VALUES,
  MockRequest: MOCK_REQUEST_VALUES,
};

/** The public functions of one kind of value, in the order of the contract. */
export function functionsOf(on: FunctionRow['on']): readonly PublicFunction[] {
  return Object.entries(TABLES[on]).map(([name, row]) => ({ name, row }));
}

/** Everything that can follow the dot, getters included. */
export function namesOf(on: FunctionRow['on']): readonly string[] {
  return [...Object.keys(TABLES[on]), ...Object.keys(VALUES[on] ?? {})];
}

/** What can be read of it, in the order of the contract. */
export function valuesOf(
  on: FunctionRow['on'] | 'Call',
): readonly (readonly [string, GetterRow])[] {
  return Object.entries(VALUES[on] ?? {});
}

export function findFunction(on: FunctionRow['on'], name: string): PublicFunction | undefined {
  const table = TABLES[on];
  const row = Object.hasOwn(table, name) ? table[name] : undefined;
  return row === undefined ? undefined : { name, row };
}
