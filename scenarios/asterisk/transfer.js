// Transfers through a PBX, which reads the REFER itself. Needs its variables (see src/testing/asterisk.ts), or is skipped.
import { established, idle, needsPbx, register, ringing, user } from '../lib/agents.js';

setup(() => needsPbx('PBX_ECHO'));

const number = (letter) => env(`${letter}_USER`);
/** alice and bob in a call, carol registered, too. */
const inCall = () => {
  const [alice, bob, carol] = register(user('A'), user('B'), user('C'));
  alice.dial(number('B'));
  bob.accept();
  established(alice, bob);
  // the PBX may still be connecting both media
  wait('200ms');
  return [alice, bob, carol];
};

scenario('blind, by the caller', { tags: ['pbx'] }, () => {
  const [alice, bob, carol] = inCall();
  alice.transfer(carol);
  ringing(carol);
  carol.accept();
  await_until(() => assert(alice.ended).contains({ by: 'local', how: 'transferred' }));
  assert(alice.transfer_state).contains({ accepted: true, final: 200, done: true });
  established(bob, carol);
  wait('300ms');
  carol.hangup();
  idle(bob);
});

scenario('blind, by the callee, to a number', { tags: ['pbx'] }, () => {
  const [alice, bob] = inCall();
  bob.transfer(env('PBX_ECHO'));
  await_until(() => assert(bob.ended).contains({ by: 'local', how: 'transferred' }));
  wait('300ms');
  assert(alice.state).equals(State.Established);
  alice.hangup();
});

scenario('blind, to one who is busy', { tags: ['pbx'] }, () => {
  const [alice, bob] = inCall();
  alice.transfer(env('PBX_BUSY'));
  await_until(() => assert(alice.transfer_state).contains({ accepted: true, final: 503 }));
  // this PBX ends both calls then; alice's not always, where 4.x takes it off hold at that very moment
  idle(bob);
  assert(bob.ended.cause).contains('cause=17');
  alice.hangup();
  idle(alice);
});

scenario('attended', { tags: ['pbx'] }, () => {
  const [alice, bob, carol] = inCall();
  alice.attended_transfer(carol);
  assert(alice.peer?.number).equals(number('C'));
  carol.accept();
  established(alice, carol);
  assert(alice.calls.length).equals(2);
  alice.complete_transfer();
  await_until(() => assert(alice.transfer_state).contains({ accepted: true, final: 200 }));
  idle(alice);
  wait('300ms');
  established(bob, carol);
  carol.hangup();
  idle(bob);
});

scenario('attended, aborted after the answer', { tags: ['pbx'] }, () => {
  const [alice, bob, carol] = inCall();
  alice.attended_transfer(number('C'));
  carol.accept();
  established(alice, carol);
  alice.abort_transfer();
  idle(carol);
  assert(alice.calls.length).equals(1);
  assert(alice.peer).contains({ number: number('B') });
  wait('300ms');
  assert(bob.state).equals(State.Established);
  alice.hangup();
  idle(bob);
});

scenario('attended, aborted while it rings', { tags: ['pbx'] }, () => {
  const [alice, bob, carol] = inCall();
  alice.attended_transfer(carol);
  ringing(carol);
  alice.abort_transfer();
  idle(carol);
  bob.hangup();
  idle(alice);
});

scenario('attended, the target is busy', { tags: ['pbx'] }, () => {
  const [alice, bob] = inCall();
  alice.attended_transfer(env('PBX_BUSY'));
  await_until(() => assert(alice.status_code).equals(486));
  alice.abort_transfer();
  assert(alice.peer).contains({ number: number('B') });
  assert(bob.state).equals(State.Established);
});

scenario('the PBX transfers the agent', { tags: ['pbx'] }, () => {
  const alice = agent('alice', user('A'));
  alice.dial(env('PBX_REFERS_TO_TONE'));
  established(alice);
  // the new call comes beside the old one, which this PBX leaves to the agent
  await_until(() => assert(alice.calls.length).equals(2));
  assert(alice.peer?.number).equals(env('PBX_REFERS_TO_TONE'));
  await_until(() => assert(alice.calls[1]?.state).equals(State.Established));
  alice.hangup();
  assert(alice.peer?.number).equals(env('PBX_TONE'));
  wait('300ms');
  assert(alice.state).equals(State.Established);
  alice.hangup();
});
