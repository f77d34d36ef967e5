// Registration and calls through a real registrar and proxy. Needs the lab: offhook run --lab.
import { established, idle, labUser, registered, ringing } from './lib/agents.js';

scenario.each([{ transport: 'udp' }, { transport: 'tcp' }, { transport: 'tls' }])(
  'a call through the proxy over $transport',
  { tags: ['lab'] },
  ({ transport }) => {
    const alice = agent('alice', labUser('A', { transport }));
    const bob = agent('bob', labUser('B', { transport }));
    alice.register();
    bob.register();
    registered(alice, bob);
    assert(alice.registration).contains({ state: 'registered', code: 200 });
    alice.dial(bob);
    ringing(alice);
    bob.accept();
    established(alice);
    established(bob);
    assert(bob.peer).contains({ number: env('A_USER') });
    assert(bob.peer.is(alice)).is_true();
    assert(alice.peer.is(bob)).is_true();
    assert(alice.peer.is(alice)).is_false();
    bob.hangup();
    await_until(() => assert(alice.ended).contains({ by: 'remote', how: 'bye' }));
  },
);

scenario('register, unregister, register again', { tags: ['lab'] }, () => {
  const alice = agent('alice', labUser('A'));
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
  const alice = agent('alice', labUser('A', { password: 'wrong' }));
  alice.register();
  await_until(() => assert(alice.registration.state).equals('failed'));
  assert(alice.registration.code).at_least(401);
  assert(alice.registration.code).at_most(403);
});

scenario.each([404, 480, 486, 503, 603])('the server answers $row', { tags: ['lab'] }, (code) => {
  const alice = agent('alice', labUser('A'));
  alice.dial(`9${code}`);
  idle(alice);
  assert(alice.status_code).equals(code);
  assert(alice.ended).contains({ by: 'remote', how: 'rejected' });
});

scenario('a user who is not registered', { tags: ['lab'] }, () => {
  const alice = agent('alice', labUser('A'));
  alice.dial(env('D_USER'));
  await_until(() => assert(alice.status_code).equals(480));
});

scenario('ringing for ever is cancelled', { tags: ['lab'] }, () => {
  const alice = agent('alice', labUser('A'));
  alice.dial('8002');
  ringing(alice);
  alice.hangup();
  assert(alice.ended).contains({ by: 'local', how: 'cancel' });
});

scenario('only a 100 is cancelled', { tags: ['lab'] }, () => {
  const alice = agent('alice', labUser('A'));
  alice.dial('8001');
  alice.hangup();
  assert(alice.ended).contains({ by: 'local', how: 'cancel' });
});

scenario('what the registrar granted', { tags: ['lab'] }, () => {
  const alice = agent('alice', labUser('A', { regint: 60 }));
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
  const alice = agent('alice', labUser('A', { regint: 5 }));
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
  const alice = agent('alice', labUser('A', { headers, headers_compat: true }));
  const bob = agent('bob', labUser('B'));
  alice.register();
  bob.register();
  registered(alice, bob);
  alice.dial(bob);
  ringing(bob);
  assert(bob.headers['x-tenant']).equals(headers['X-Tenant']);
  bob.reject();
  await_until(() => assert(alice.status_code).equals(486));
});
