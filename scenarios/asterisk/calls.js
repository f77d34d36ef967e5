// Calls through and to a PBX. Needs its variables (see src/testing/asterisk.ts), or is skipped.
setup(() => {
  if (env('PBX_ECHO', '') === '') skip('needs a PBX: PBX_ECHO is not set');
});

const user = (letter, more = {}) => ({
  username: env(`${letter}_USER`),
  password: env(`${letter}_PASS`),
  domain: env('SIP_DOMAIN'),
  ...more,
});
/** Agents of these users, registered. */
const registered = (...letters) => {
  const agents = letters.map((letter) => agent(env(`${letter}_USER`), user(letter)));
  agents.forEach((one) => one.register());
  await_until(() => agents.forEach((one) => assert(one.registered).is_true()));
  return agents;
};
const established = (...agents) =>
  await_until(() => agents.forEach((one) => assert(one.state).equals(State.Established)));

scenario.each([{ who: 'caller' }, { who: 'callee' }])(
  'alice calls bob, the $who hangs up',
  { tags: ['pbx'] },
  ({ who }) => {
    const [alice, bob] = registered('A', 'B');
    alice.dial(env('B_USER'));
    await_until(() => assert(alice.state).equals(State.Ringing));
    await_until(() => assert(bob.state).equals(State.Ringing));
    assert(bob.peer).contains({ number: env('A_USER') });
    bob.accept();
    established(alice, bob);
    // two calls, the PBX between them
    assert(alice.calls[0].id).not_equals(bob.calls[0].id);
    wait('300ms');
    const [first, second] = who === 'caller' ? [alice, bob] : [bob, alice];
    first.hangup();
    await_until(() => assert(second.ended).contains({ by: 'remote', how: 'bye' }));
    assert(first.ended).contains({ by: 'local', how: 'bye' });
  },
);

scenario('bob rejects', { tags: ['pbx'] }, () => {
  const [alice, bob] = registered('A', 'B');
  alice.dial(env('B_USER'));
  bob.reject();
  await_until(() => assert(alice.ended).contains({ by: 'remote', how: 'rejected', code: 486 }));
});

scenario('alice gives up', { tags: ['pbx'] }, () => {
  const [alice, bob] = registered('A', 'B');
  alice.dial(env('B_USER'));
  await_until(() => assert(bob.state).equals(State.Ringing));
  alice.hangup();
  await_until(() => assert(bob.ended).contains({ by: 'remote', how: 'cancel' }));
  assert(alice.ended).contains({ by: 'local', how: 'cancel' });
});

scenario('bob is not registered', { tags: ['pbx'] }, () => {
  const [alice] = registered('A');
  alice.dial(env('B_USER'));
  await_until(() => assert(alice.status_code).equals(480));
});

scenario('a wrong password', { tags: ['pbx'] }, () => {
  const alice = agent('alice', user('A', { password: 'wrong' }));
  alice.dial(env('PBX_ECHO'));
  await_until(() => assert(alice.ended).contains({ how: 'rejected', code: 401 }));
});

scenario.each([
  { number: 'PBX_FORBIDDEN', code: 403 },
  { number: 'PBX_NOT_FOUND', code: 404 },
  { number: 'PBX_UNAVAILABLE', code: 480 },
  { number: 'PBX_BUSY', code: 486 },
  { number: 'PBX_NOT_ACCEPTABLE', code: 488 },
  { number: 'PBX_OVERLOADED', code: 503 },
])('$number: $code', { tags: ['pbx'] }, ({ number, code }) => {
  const alice = agent('alice', user('A'));
  alice.dial(env(number));
  await_until(() => assert(alice.ended).contains({ by: 'remote', how: 'rejected', code }));
});

scenario('no answer', { tags: ['pbx'] }, () => {
  const alice = agent('alice', user('A'));
  alice.dial(env('PBX_NO_ANSWER'));
  await_until(() => assert(alice.state).equals(State.Ringing));
  await_until(() => assert(alice.status_code).equals(480));
});

scenario.each(['PBX_RINGS', 'PBX_TRYING'])(
  '$row: no answer, cancelled',
  { tags: ['pbx'] },
  (number) => {
    const alice = agent('alice', user('A'));
    alice.dial(env(number));
    if (number === 'PBX_RINGS') await_until(() => assert(alice.state).equals(State.Ringing));
    wait('300ms');
    alice.hangup();
    assert(alice.ended).contains({ by: 'local', how: 'cancel', code: 487 });
  },
);

scenario('rings for 3 seconds, then answers', { tags: ['pbx'] }, () => {
  const alice = agent('alice', user('A'));
  alice.dial(env('PBX_RINGS_3S'));
  await_until(() => assert(alice.state).equals(State.Ringing));
  established(alice);
  alice.hangup();
});

scenario('early media, then an answer', { tags: ['pbx'] }, () => {
  const alice = agent('alice', user('A'));
  alice.dial(env('PBX_EARLY_MEDIA'));
  await_until(() => assert(alice.state).equals(State.Ringing));
  established(alice);
  alice.hangup();
  assert(alice.ended).contains({ by: 'local', how: 'bye' });
});

scenario('early media, then busy', { tags: ['pbx'] }, () => {
  const alice = agent('alice', user('A'));
  alice.dial(env('PBX_EARLY_BUSY'));
  await_until(() => assert(alice.state).equals(State.Ringing));
  await_until(() => assert(alice.ended).contains({ by: 'remote', how: 'rejected', code: 486 }));
});

scenario('the PBX hangs up', { tags: ['pbx'] }, () => {
  const alice = agent('alice', user('A'));
  alice.dial(env('PBX_HANGS_UP'));
  established(alice);
  await_until(() => assert(alice.ended).contains({ by: 'remote', how: 'bye' }));
  assert(alice.ended.cause).contains('cause=16');
});

scenario.each(['PBX_ECHO', 'PBX_TONE', 'PBX_NO_RTP', 'PBX_MUSIC', 'PBX_CONFERENCE', 'PBX_IVR'])(
  '$row answers and stays',
  { tags: ['pbx'] },
  (number) => {
    const alice = agent('alice', user('A'));
    alice.dial(env(number));
    established(alice);
    wait('300ms');
    alice.hangup();
    assert(alice.ended).contains({ by: 'local', how: 'bye' });
  },
);

scenario('redirected to bob', { tags: ['pbx'] }, () => {
  const [alice, bob] = registered('A', 'B');
  alice.dial(env('PBX_REDIRECTS_TO_BOB'));
  await_until(() => assert(bob.state).equals(State.Ringing));
  bob.accept();
  established(alice, bob);
  bob.hangup();
  await_until(() => assert(alice.state).equals(State.Idle));
});

scenario('redirected to the echo', { tags: ['pbx'] }, () => {
  const alice = agent('alice', user('A'));
  alice.dial(env('PBX_REDIRECTS_TO_ECHO'));
  established(alice);
  alice.hangup();
});
