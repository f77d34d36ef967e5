// What a PBX says in its messages. Needs its variables (see src/testing/asterisk.ts), or is skipped.
import { idle, needsPbx, user } from '../lib/agents.js';

setup(() => {
  needsPbx('PBX_ECHO');
  return { alice: agent('alice', user('A')) };
});

scenario('early media, then the answer', { tags: ['pbx'] }, ({ alice }) => {
  alice.dial(env('PBX_EARLY_MEDIA'));
  await_sequence([
    () => assert(alice.early_media).is_false(),
    () => assert(alice.early_media).is_true(),
    () => assert(alice.state).equals(State.Established),
  ]);
  assert(alice.provisional).equals([183]);
  const [progress] = alice.sip.received(183);
  assert(progress?.sdp?.media[0]?.kind).equals('audio');
  assert(alice.timing.ring_ms).greater_than(1500);
  alice.hangup();
});

scenario('ringing is not early media', { tags: ['pbx'] }, ({ alice }) => {
  alice.dial(env('PBX_RINGS'));
  await_until(() => assert(alice.provisional).equals([180]));
  never(() => alice.early_media, '300ms');
  alice.hangup();
});

scenario('the cause of a clearing', { tags: ['pbx'] }, ({ alice }) => {
  alice.dial(env('PBX_BUSY'));
  idle(alice);
  assert(alice.sip.received(486)[0]?.header('Reason')).matches(/Q\.850;\s*cause=17/);
});
