/**
 * Finds the row of any public function by where it hangs and its name: what the sandbox, the checks and
 * the documentation ask for.
 */
import { GLOBALS, SCENARIO } from './functions.js';
import { MATCHERS } from './matchers.js';
import { AGENT_GETTERS, AGENT_METHODS, AGENT_VERBS, type FunctionRow } from './verbs.js';

/** A public function: its name as written at the call, and its row. */
export interface PublicFunction {
  readonly name: string;
  readonly row: FunctionRow;
}

const TABLES: Readonly<Record<FunctionRow['on'], Readonly<Record<string, FunctionRow>>>> = {
  global: { ...GLOBALS, scenario: SCENARIO.scenario },
  scenario: { each: SCENARIO.each },
  Agent: { ...AGENT_VERBS, ...AGENT_METHODS },
  Assertion: MATCHERS,
};

/** The public functions of one kind of value, in the order of the contract. */
export function functionsOf(on: FunctionRow['on']): readonly PublicFunction[] {
  return Object.entries(TABLES[on]).map(([name, row]) => ({ name, row }));
}

/** Everything that can follow the dot, getters included. */
export function namesOf(on: FunctionRow['on']): readonly string[] {
  const getters = on === 'Agent' ? Object.keys(AGENT_GETTERS) : [];
  return [...Object.keys(TABLES[on]), ...getters];
}

export function findFunction(on: FunctionRow['on'], name: string): PublicFunction | undefined {
  const table = TABLES[on];
  const row = Object.hasOwn(table, name) ? table[name] : undefined;
  return row === undefined ? undefined : { name, row };
}
