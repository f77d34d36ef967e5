import { established, register, user } from './pbx.js';

scenario('one account calls another', () => {
  const [alice, bob] = [user('A'), user('B')];
  register(alice, bob);
  alice.dial(env('B_USER'));
  await_until(() => assert(bob.state).equals(State.Ringing));
  assert(bob.peer?.number).equals(env('A_USER'));
  bob.accept();
  established(alice, bob);
  verify_audio_connection(alice, bob);
  alice.hangup();
  await_until(() => assert(bob.ended).contains({ by: 'remote', how: 'bye' }));
});
