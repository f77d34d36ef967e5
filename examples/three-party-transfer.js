// Alice calls Bob and hands him over to Carol: without a word (blind), or after asking her (attended).
// `offhook run --lab examples/three-party-transfer.js` brings a server of its own and sets these variables;
// for your own PBX set them in three-party-transfer.env beside this file, or with --set.
/** @param {'A' | 'B' | 'C'} letter */
const user = (letter) => ({
  domain: env('SIP_DOMAIN'),
  outbound: env('SIP_PROXY'),
  username: env(`${letter}_USER`),
  password: env(`${letter}_PASS`),
  proxy: true, // so that baresip 1.x takes part in an attended transfer without a PBX, too
});
/** @param {Agent[]} agents */
const established = (...agents) =>
  await_until(() => agents.forEach((one) => assert(one.state).equals(State.Established)));

/**
 * Alice and Bob in a call; Carol answers whoever calls.
 * @returns {[Agent, Agent, Agent]}
 */
const inCall = () => {
  const alice = agent('alice', user('A'));
  const bob = agent('bob', user('B'));
  const carol = agent('carol', { ...user('C'), answer: 'auto' });
  /** @type {[Agent, Agent, Agent]} */
  const all = [alice, bob, carol];
  all.forEach((one) => one.register());
  await_until(() => all.forEach((one) => assert(one.registered).is_true()));
  alice.dial(bob);
  bob.accept();
  established(alice, bob);
  return all;
};

/**
 * Bob and Carol talk, and nobody else does.
 * @param {Agent} alice
 * @param {Agent} bob
 * @param {Agent} carol
 */
const handedOver = (alice, bob, carol) => {
  await_until(() => assert(alice.transfer_state).contains({ accepted: true, final: 200 }));
  await_until(() => assert(alice.state).equals(State.Idle));
  await_until(() => [bob, carol].forEach((one) => assert(one.calls.length).equals(1)));
  established(bob, carol);
  for (const one of [bob, carol]) one.verify_media();
  carol.hangup();
  await_until(() => assert(bob.state).equals(State.Idle));
};

scenario('blind transfer', () => {
  const [alice, bob, carol] = inCall();
  alice.transfer(carol);
  await_until(() => assert(alice.ended).contains({ how: 'transferred' }));
  handedOver(alice, bob, carol);
});

scenario('attended transfer', () => {
  const [alice, bob, carol] = inCall();
  step('Alice asks Carol, Bob is on hold', () => {
    alice.attended_transfer(carol);
    established(alice, carol);
  });
  step('Alice leaves them to each other', () => {
    alice.complete_transfer();
  });
  handedOver(alice, bob, carol);
});
