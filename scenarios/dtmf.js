// DTMF between two agents, by RTP and by SIP INFO.
import {
  connected,
  established,
  fails,
  idle,
  received,
  ringing,
  wherePossible,
} from './lib/agents.js';

scenario('every digit, in both directions', { tags: ['serverless'] }, () => {
  const [alice, bob] = connected();
  assert(bob.received_dtmf).equals([]);
  assert(bob.received_digits).equals('');
  alice.dtmf('0123456789*#ABCD');
  received(bob, '0123456789*#ABCD');
  bob.received_dtmf.forEach(({ via }) => assert(via).equals('rtp'));
  bob.dtmf('4711');
  received(alice, '4711');
  assert(alice.received_dtmf[0]).contains({ digit: '4', via: 'rtp' });
  assert(bob.received_dtmf.length).equals(16);
});

scenario('equal digits in a row are all told', { tags: ['serverless'] }, () => {
  const [alice, bob] = connected();
  alice.dtmf('0000111122');
  received(bob, '0000111122');
});

scenario('it takes as long as the digits do', { tags: ['serverless'] }, () => {
  const [alice, bob] = connected();
  const began = Date.now();
  alice.dtmf('12345');
  assert(Date.now() - began).at_least(5 * 240);
  // whatever comes next, the last digit is out
  alice.hangup();
  idle(bob);
  assert(bob.received_digits).equals('12345');
});

scenario('a gap', { tags: ['serverless'] }, () => {
  const [alice, bob] = connected();
  alice.dtmf('123', '600ms');
  received(bob, '123');
  const [first, , third] = bob.received_dtmf.map(({ at }) => at);
  // Without gaps it would be less than half of that. On a busy machine, events are read up to half a second late.
  assert(third - first).at_least(700);
});

scenario('digits start empty with each call', { tags: ['serverless'] }, () => {
  const [alice, bob] = connected();
  alice.dtmf('1');
  received(bob, '1');
  alice.hangup();
  idle(bob);
  assert(bob.received_digits).equals('1');
  alice.dial(bob);
  bob.accept();
  established(bob);
  assert(bob.received_dtmf).is_empty();
});

scenario('of the call that is named', { tags: ['serverless'] }, () => {
  const [alice, bob] = connected();
  alice.dtmf('12', '300ms', alice.calls[0]);
  received(bob, '12');
});

scenario('by INFO', { tags: ['serverless', 'info'] }, () => {
  const [alice, bob] = wherePossible(() => connected({ dtmf_mode: 'info' }, {}));
  alice.dtmf('00123456789*#ABCD');
  // the last 200 is there, so bob has them; no digit is told twice
  wait('200ms');
  assert(bob.received_digits).equals('00123456789*#ABCD');
  bob.received_dtmf.forEach(({ via }) => assert(via).equals('info'));
  bob.dtmf('55');
  received(alice, '55');
  assert(alice.received_dtmf[1].via).equals('rtp');
});

scenario(
  'automatic: by RTP, since the other side takes it',
  { tags: ['serverless', 'info'] },
  () => {
    const [alice, bob] = wherePossible(() => connected({ dtmf_mode: 'auto' }, {}));
    alice.dtmf('12');
    received(bob, '12');
    assert(bob.received_dtmf[0].via).equals('rtp');
  },
);

scenario('what cannot be sent', { tags: ['serverless'] }, () => {
  const alice = agent('alice');
  const bob = agent('bob');
  fails('E_CALL_STATE', 'the agent has no call', () => alice.dtmf('1'));
  alice.dial(bob);
  ringing(bob);
  fails('E_CALL_STATE', 'is not established: ', () => alice.dtmf('1'));
  fails('E_CALL_STATE', 'is not established: Ringing', () => bob.dtmf('1'));
  bob.accept();
  established(alice);
  fails('E_ARGUMENT', '"digits" holds no digit', () => alice.dtmf(''));
  fails('E_ARGUMENT', 'holds "x", which is not a DTMF digit', () => alice.dtmf('12x'));
  fails('E_ARGUMENT', 'write A', () => alice.dtmf('a'));
  fails('E_ARGUMENT', '"digits" must be DTMF digits as text: got 12', () => alice.dtmf(12));
  fails('E_ARGUMENT', 'at most 64', () => alice.dtmf('1'.repeat(65)));
  fails('E_ARGUMENT', '"gap" is too short: 100 ms (at least 240 ms)', () =>
    alice.dtmf('12', '100ms'),
  );
  fails('E_ARGUMENT', '"gap" must be a duration', () => alice.dtmf('12', 'soon'));
  const old = alice.calls[0];
  alice.hangup();
  fails('E_CALL_STATE', 'has ended: bye by local', () => alice.dtmf('1', '1s', old));
});
