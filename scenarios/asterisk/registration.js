// Registration at a PBX. Needs its variables (see src/testing/asterisk.ts), or is skipped.
import { needsPbx, registered, user } from '../lib/agents.js';

setup(() => needsPbx('PBX_ECHO'));

scenario.each([{ transport: 'udp' }, { transport: 'tcp' }])(
  'register, unregister, register again over $transport',
  { tags: ['pbx'] },
  ({ transport }) => {
    const alice = agent('alice', user('A', { transport }));
    for (let i = 0; i < 3; i += 1) {
      alice.register();
      registered(alice);
      assert(alice.registration).contains({ state: 'registered', code: 200 });
      alice.unregister();
      await_until(() => assert(alice.registration.state).equals('none'));
    }
  },
);

scenario('a wrong password', { tags: ['pbx'] }, () => {
  const alice = agent('alice', user('A', { password: 'wrong' }));
  alice.register();
  await_until(() => assert(alice.registration).contains({ state: 'failed', code: 401 }));
  assert(alice.registered).is_false();
});

scenario('a user nobody knows', { tags: ['pbx'] }, () => {
  const nobody = agent('nobody', user('A', { username: 'nobody' }));
  nobody.register();
  await_until(() => assert(nobody.registration.state).equals('failed'));
  assert(nobody.registration.code).at_least(401);
  assert(nobody.registration.code).at_most(404);
});

scenario('agents that register again and again are never refused', { tags: ['pbx'] }, () => {
  for (let i = 0; i < 8; i += 1) {
    const alice = agent(`alice ${i}`, user('A'));
    alice.register();
    registered(alice);
  }
});
