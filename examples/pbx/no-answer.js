import { number, user } from './pbx.js';

scenario('nobody answers, and the PBX gives up', () => {
  const alice = user('A');
  alice.dial(number('PBX_NO_ANSWER'));
  await_until(() => assert(alice.state).equals(State.Ringing));
  await_until(() => assert(alice.ended).contains({ by: 'remote', code: 480 }), '60s');
  assert(alice.timing.ring_ms).greater_than(1000);
});
