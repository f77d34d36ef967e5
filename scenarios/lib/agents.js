// What the suites share: users of the server, agents in a call, what they wait for, and what must fail.
// PBX suites need the variables of a PBX (see src/testing/asterisk.ts), those with labUser `offhook run --lab`.

const PROXY = { udp: 'SIP_PROXY', tcp: 'SIP_PROXY_TCP', tls: 'SIP_PROXY_TLS' };

/** For setup(): the suite is skipped where this number of the PBX is not set. */
export const needsPbx = (number) => {
  if (env(number, '') === '') skip(`needs a PBX: ${number} is not set`);
};

/** The config of a user of the server: A (alice) to D (dave), or one with a way of its own. */
export const user = (letter, more = {}) => ({
  username: env(`${letter}_USER`),
  password: env(`${letter}_PASS`),
  domain: env('SIP_DOMAIN'),
  ...more,
});

/** The same behind the lab's proxy. */
export const labUser = (letter, more = {}) =>
  user(letter, { outbound: env(PROXY[more.transport ?? 'udp']), ...more });

/** Agents of these configs, registered. */
export const register = (...configs) => {
  const agents = configs.map((one) => agent(one.username, one));
  agents.forEach((one) => one.register());
  registered(...agents);
  return agents;
};

const all = (check) =>
  function (...agents) {
    await_until(() => agents.forEach(check));
  };
export const registered = all((one) => assert(one.registered).is_true());
export const established = all((one) => assert(one.state).equals(State.Established));
export const ringing = all((one) => assert(one.state).equals(State.Ringing));
export const idle = all((one) => assert(one.state).equals(State.Idle));
export const held = (one, how) => await_until(() => assert(one.held).equals(how));
export const received = (one, digits) =>
  await_until(() => assert(one.received_digits).equals(digits), '10s');

/** One calls the other, who answers. */
export const call = (caller, callee) => {
  caller.dial(callee);
  callee.accept();
  established(caller, callee);
};

/** alice and bob, serverless. */
export const pair = (options = {}, others = options) => [
  agent('alice', options),
  agent('bob', others),
];

/** alice and bob in a call. */
export const connected = (options = {}, others = options) => {
  const agents = pair(options, others);
  call(...agents);
  return agents;
};

/** The error of an action, or nothing. */
export const errorOf = (action) => {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
};

/** The action must fail, with this code and words. */
export const fails = (code, text, action) => {
  const error = errorOf(action);
  if (error === undefined) throw new Error(`did not fail with ${code}`);
  assert(error.code).equals(code);
  assert(error.message).contains(text);
};

/** Returns the value of an action; skips the scenario if this baresip cannot do it, and passes on any other error. */
export const wherePossible = (action) => {
  try {
    return action();
  } catch (error) {
    if (error.code !== 'E_CAPABILITY') throw error;
    return skip(error.message);
  }
};

/** CSeq of the requests that a server answered with this code; a response that was sent twice counts once. */
export const challenges = (agent, code) =>
  new Set(agent.sip.received(code).map((response) => response.header('CSeq')));
