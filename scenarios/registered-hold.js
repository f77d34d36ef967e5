// Hold and several calls through a real proxy. Needs the lab: offhook run --lab.
const PROXY = { udp: 'SIP_PROXY', tcp: 'SIP_PROXY_TCP', tls: 'SIP_PROXY_TLS' };
const user = (letter, transport = 'udp') => ({
  username: env(`${letter}_USER`),
  password: env(`${letter}_PASS`),
  domain: env('SIP_DOMAIN'),
  outbound: env(PROXY[transport]),
  transport,
});
const registered = (letters, transport) => {
  const agents = letters.map((letter) => agent(env(`${letter}_USER`), user(letter, transport)));
  agents.forEach((one) => one.register());
  await_until(() => agents.forEach((one) => assert(one.registered).is_true()));
  return agents;
};
const established = (...agents) =>
  await_until(() => agents.forEach((one) => assert(one.state).equals(State.Established)));
const held = (one, how) => await_until(() => assert(one.held).equals(how));

scenario.each([{ transport: 'udp' }, { transport: 'tcp' }, { transport: 'tls' }])(
  'both sides hold and resume over $transport',
  { tags: ['lab'] },
  ({ transport }) => {
    const [alice, bob] = registered(['A', 'B'], transport);
    alice.dial(bob);
    bob.accept();
    established(alice, bob);
    for (const [one, other] of [
      [alice, bob],
      [bob, alice],
    ]) {
      one.hold();
      held(other, 'remote');
      other.verify_no_media('300ms');
      one.resume();
      held(other, 'none');
      other.verify_media();
    }
    bob.hangup();
    await_until(() => assert(alice.state).equals(State.Idle));
  },
);

scenario('a consultation call, then the first one again', { tags: ['lab'] }, () => {
  const [alice, bob, carol] = registered(['A', 'B', 'C']);
  alice.dial(bob);
  bob.accept();
  established(alice, bob);
  alice.hold();
  alice.dial(carol);
  carol.accept();
  established(alice, carol);
  held(bob, 'remote');
  carol.verify_media();
  carol.hangup();
  await_until(() => assert(alice.calls.length).equals(1));
  alice.resume();
  held(bob, 'none');
  bob.verify_media();
  alice.hangup();
  await_until(() => assert(bob.state).equals(State.Idle));
});
