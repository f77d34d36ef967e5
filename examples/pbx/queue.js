import { established, number, register, user } from './pbx.js';

suite({ locks: ['queue:sales'] }); // one scenario at a time may use it

scenario('the caller waits with music until a member of the queue answers', () => {
  const [customer, member] = [user('A'), user('B')];
  register(member);
  customer.dial(number('PBX_QUEUE'));
  await_until(() => assert(member.state).equals(State.Ringing), '30s');
  await_until(() => assert(customer.received_level).greater_than(-50)); // music
  member.accept();
  established(customer, member);
  verify_audio_connection(customer, member);
});
