// The recipes beside this file import this one. It reads the users and numbers of your PBX from the environment or from .env.

/**
 * An agent with an account of the PBX: A_USER and A_PASS, or those of B or C.
 * @param {'A' | 'B' | 'C'} letter
 * @param {AgentOptions} [more]
 */
export const user = (letter, more = {}) => {
  if (env('SIP_DOMAIN', '') === '') skip('needs a PBX: SIP_DOMAIN is not set');
  return agent(`user ${letter}`, {
    username: env(`${letter}_USER`),
    password: env(`${letter}_PASS`),
    domain: env('SIP_DOMAIN'),
    outbound: env('SIP_PROXY', '') || undefined,
    ...more,
  });
};

/**
 * A number of the PBX. Without it the scenario is skipped.
 * @param {string} name
 */
export const number = (name) =>
  env(name, '') || skip(`needs a number of a PBX: ${name} is not set`);

/** @param {Agent[]} agents */
export const register = (...agents) => {
  for (const one of agents) one.register();
  await_until(() => agents.forEach((one) => assert(one.registered).is_true()));
};

/** @param {Agent[]} agents */
export const established = (...agents) =>
  await_until(() => agents.forEach((one) => assert(one.state).equals(State.Established)), '10s');
