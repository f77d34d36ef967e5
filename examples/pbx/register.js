import { register, user } from './pbx.js';

scenario('an account registers and unregisters', () => {
  const alice = user('A');
  register(alice);
  assert(alice.registration).contains({ state: 'registered', code: 200 });
  alice.unregister();
  await_until(() => assert(alice.registration.state).equals('none'));
});

scenario('a wrong password is refused', () => {
  const alice = user('A', { password: 'wrong' });
  alice.register();
  await_until(() => assert(alice.registration.state).equals('failed'));
  assert(alice.registered).is_false();
});
