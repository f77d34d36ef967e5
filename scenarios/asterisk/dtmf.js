// DTMF to and from a PBX. Needs its variables (see src/testing/asterisk.ts), or is skipped.
import {
  established,
  idle,
  needsPbx,
  received,
  register,
  ringing,
  user,
  wherePossible,
} from '../lib/agents.js';

setup(() => needsPbx('PBX_IVR'));

const inCall = (number, letter = 'A', more = {}) => {
  const caller = agent('caller', user(letter, more));
  caller.dial(env(number));
  established(caller);
  return caller;
};

scenario('the IVR calls bob', { tags: ['pbx', 'dtmf'] }, () => {
  const [bob] = register(user('B'));
  const caller = inCall('PBX_IVR');
  caller.dtmf('3');
  ringing(bob);
  bob.accept();
  established(bob);
  caller.hangup();
  idle(bob);
});

scenario('a digit the IVR does not know', { tags: ['pbx', 'dtmf'] }, () => {
  const caller = inCall('PBX_IVR');
  caller.dtmf('9');
  await_until(() => assert(caller.ended).contains({ by: 'remote', how: 'bye' }));
});

scenario('the right PIN', { tags: ['pbx', 'dtmf'] }, () => {
  const caller = inCall('PBX_PIN');
  caller.dtmf('1234#');
  wait('1s');
  assert(caller.state).equals(State.Established);
  caller.hangup();
});

scenario.each(['1243#', '1224#', '12234#'])(
  'the wrong PIN $row',
  { tags: ['pbx', 'dtmf'] },
  (pin) => {
    const caller = inCall('PBX_PIN');
    caller.dtmf(pin);
    await_until(() => assert(caller.ended).contains({ by: 'remote', how: 'bye' }));
    assert(caller.ended.cause).contains('cause=21');
  },
);

scenario.each([
  { pin: '1234#', right: true },
  { pin: '4321#', right: false },
])('in early media: $pin', { tags: ['pbx', 'dtmf'] }, ({ pin, right }) => {
  const caller = agent('caller', user('A'));
  caller.dial(env('PBX_EARLY_PIN'));
  await_until(() => assert(caller.early_media).is_true());
  caller.dtmf(pin);
  if (right) established(caller);
  else await_until(() => assert(caller.ended).contains({ how: 'rejected', code: 403 }));
});

scenario('digits the PBX sends', { tags: ['pbx', 'dtmf'] }, () => {
  const caller = inCall('PBX_SENDS_DTMF');
  received(caller, '12345*0#');
  caller.received_dtmf.forEach(({ via }) => assert(via).equals('rtp'));
});

scenario('sent back, with a gap', { tags: ['pbx', 'dtmf'] }, () => {
  const caller = inCall('PBX_DTMF_BACK');
  caller.dtmf('1559*A', '300ms');
  caller.dtmf('#');
  received(caller, '1559*A');
});

scenario('by INFO, both ways', { tags: ['pbx', 'dtmf', 'info'] }, () => {
  const caller = wherePossible(() => inCall('PBX_DTMF_BACK', 'INFO', { dtmf_mode: 'info' }));
  caller.dtmf('4711#');
  received(caller, '4711');
  caller.received_dtmf.forEach(({ via }) => assert(via).equals('info'));
});

scenario('automatic: the PBX takes INFO only', { tags: ['pbx', 'dtmf', 'info'] }, () => {
  const caller = wherePossible(() => inCall('PBX_PIN', 'INFO', { dtmf_mode: 'auto' }));
  caller.dtmf('1234#');
  wait('1s');
  assert(caller.state).equals(State.Established);
});

scenario('messages through the PBX', { tags: ['pbx', 'message'] }, () => {
  const [alice, bob] = register(user('A'), user('B'));
  alice.message(bob, 'hello bob');
  await_until(() => assert(bob.messages.map(({ text }) => text)).equals(['hello bob']));
  assert(bob.messages[0].from.number).equals(env('A_USER'));
  assert(alice.ping(`sip:ping@${env('SIP_DOMAIN')}`).status).at_least(200);
});
