import { established, number, register, user } from './pbx.js';

scenario('a redirected call reaches bob', () => {
  const [alice, bob] = [user('A'), user('B')];
  register(alice, bob);
  alice.dial(number('PBX_REDIRECTS_TO_BOB'));
  await_until(() => assert(bob.state).equals(State.Ringing), '10s');
  bob.accept();
  established(alice, bob);
});
