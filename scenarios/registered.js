// Registration and calls through a real registrar and proxy. Needs the lab: offhook run --lab.
const user = (letter, more = {}) => ({
  username: env(`${letter}_USER`),
  password: env(`${letter}_PASS`),
  domain: env('SIP_DOMAIN'),
  outbound: env('SIP_PROXY'),
  ...more,
});
const registered = (...agents) =>
  await_until(() => agents.forEach((one) => assert(one.registered).is_true()));
const PROXY = { udp: 'SIP_PROXY', tcp: 'SIP_PROXY_TCP', tls: 'SIP_PROXY_TLS' };

scenario.each([{ transport: 'udp' }, { transport: 'tcp' }, { transport: 'tls' }])(
  'a call through the proxy over $transport',
  { tags: ['lab'] },
  ({ transport }) => {
    const over = { transport, outbound: env(PROXY[transport]) };
    const alice = agent('alice', user('A', over));
    const bob = agent('bob', user('B', over));
    alice.register();
    bob.register();
    registered(alice, bob);
    assert(alice.registration).contains({ state: 'registered', code: 200 });
    alice.dial(bob);
    await_until(() => assert(alice.state).equals(State.Ringing));
    bob.accept();
    await_until(() => assert(alice.state).equals(State.Established));
    await_until(() => assert(bob.state).equals(State.Established));
    assert(bob.peer).contains({ number: env('A_USER') });
    bob.hangup();
    await_until(() => assert(alice.ended).contains({ by: 'remote', how: 'bye' }));
  },
);

scenario('register, unregister, register again', { tags: ['lab'] }, () => {
  const alice = agent('alice', user('A'));
  assert(alice.registered).is_false();
  assert(alice.registration.state).equals('none');
  for (let i = 0; i < 5; i += 1) {
    alice.register();
    registered(alice);
    alice.unregister();
    await_until(() => assert(alice.registration.state).equals('none'));
    assert(alice.registered).is_false();
  }
});

scenario('a wrong password', { tags: ['lab'] }, () => {
  const alice = agent('alice', user('A', { password: 'wrong' }));
  alice.register();
  await_until(() => assert(alice.registration.state).equals('failed'));
  assert(alice.registration.code).at_least(401);
  assert(alice.registration.code).at_most(403);
});

scenario.each([404, 480, 486, 503, 603])('the server answers $row', { tags: ['lab'] }, (code) => {
  const alice = agent('alice', user('A'));
  alice.dial(`9${code}`);
  await_until(() => assert(alice.state).equals(State.Idle));
  assert(alice.status_code).equals(code);
  assert(alice.ended).contains({ by: 'remote', how: 'rejected' });
});

scenario('a user who is not registered', { tags: ['lab'] }, () => {
  const alice = agent('alice', user('A'));
  alice.dial(env('D_USER'));
  await_until(() => assert(alice.status_code).equals(480));
});

scenario('ringing for ever is cancelled', { tags: ['lab'] }, () => {
  const alice = agent('alice', user('A'));
  alice.dial('8002');
  await_until(() => assert(alice.state).equals(State.Ringing));
  alice.hangup();
  assert(alice.ended).contains({ by: 'local', how: 'cancel' });
});

scenario('only a 100 is cancelled', { tags: ['lab'] }, () => {
  const alice = agent('alice', user('A'));
  alice.dial('8001');
  alice.hangup();
  assert(alice.ended).contains({ by: 'local', how: 'cancel' });
});

scenario('what the registrar granted', { tags: ['lab'] }, () => {
  const alice = agent('alice', user('A', { regint: 60 }));
  alice.register();
  registered(alice);
  const { expires, contacts, refreshed_at, count } = alice.registration;
  assert(expires).greater_than(0).at_most(60);
  assert(contacts.some((one) => one.includes(`sip:${env('A_USER')}`))).is_true();
  assert(count).equals(1);
  // Sent at once, also by one who is registered already.
  alice.register();
  await_until(() => assert(alice.registration.refreshed_at).greater_than(refreshed_at));
  assert(alice.registered).is_true();
  assert(alice.registration.count).equals(1);
});

scenario('a registration is refreshed in time', { tags: ['lab'] }, () => {
  const alice = agent('alice', user('A', { regint: 5 }));
  alice.register();
  registered(alice);
  const first = alice.registration.refreshed_at;
  await_until(() => {
    assert(alice.registered).is_true();
    assert(alice.registration.count).equals(2);
  }, '7s');
  assert(alice.registration.refreshed_at).greater_than(first);
});

scenario('headers through the proxy', { tags: ['lab'] }, () => {
  const headers = { 'X-Tenant': ['blue', 'green'] };
  const alice = agent('alice', user('A', { headers, headers_compat: true }));
  const bob = agent('bob', user('B'));
  alice.register();
  bob.register();
  registered(alice, bob);
  alice.dial(bob);
  await_until(() => assert(bob.state).equals(State.Ringing));
  assert(bob.headers['x-tenant']).equals(headers['X-Tenant']);
  bob.reject();
  await_until(() => assert(alice.status_code).equals(486));
});
