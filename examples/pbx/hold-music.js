import { established, register, user } from './pbx.js';

scenario('who is on hold hears music', () => {
  const [alice, bob] = [user('A'), user('B')];
  register(alice, bob);
  alice.dial(env('B_USER'));
  bob.accept();
  established(alice, bob);
  alice.hold();
  assert(alice.held).equals('local');
  bob.verify_media(); // the PBX plays music: packets go on
  await_until(() => assert(bob.received_level).greater_than(-50));
  alice.resume();
  verify_audio_connection(alice, bob);
});
