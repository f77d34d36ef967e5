// What the suites of offhook/modes share: agents, and calls that must fail.
import { errorOf } from '../lib/agents.js';

/** The agents of these names. */
export const agents = (...names) => names.map((name) => agent(name));

/** The mode must fail, with all of these words. */
export const mode_fails = (words, action, code = 'E_MODE') => {
  const error = errorOf(action);
  if (error === undefined) throw new Error(`did not fail with ${code}`);
  assert(error.code).describe(error.message).equals(code);
  [words].flat().forEach((one) => assert(error.message).contains(one));
  return error;
};
