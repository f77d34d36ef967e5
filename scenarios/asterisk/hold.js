// Hold and media through a PBX. Needs its variables (see src/testing/asterisk.ts), or is skipped.
import { established, idle, needsPbx, register, user } from '../lib/agents.js';

setup(() => needsPbx('PBX_ECHO'));

scenario('hold with music: the held side goes on receiving', { tags: ['pbx'] }, () => {
  const [alice, bob] = register(user('A'), user('B'));
  alice.dial(env('B_USER'));
  bob.accept();
  established(alice, bob);
  alice.verify_media();
  bob.verify_media();
  alice.hold();
  assert(alice.held).equals('local');
  // the PBX keeps the hold to itself, and plays music
  bob.verify_media();
  wait('1.5s', { media: true });
  assert(bob.held).equals('none');
  alice.resume();
  assert(alice.held).equals('none');
  alice.verify_media();
  bob.verify_media();
  bob.hold();
  alice.verify_media();
  bob.resume();
  bob.verify_media();
  alice.hangup();
  idle(bob);
});

scenario('an echo held and resumed, again and again', { tags: ['pbx'] }, () => {
  const alice = agent('alice', user('A'));
  alice.dial(env('PBX_ECHO'));
  established(alice);
  for (let times = 0; times < 5; times += 1) {
    alice.hold();
    assert(alice.media.direction).equals('sendonly');
    alice.resume();
    assert(alice.media.direction).equals('sendrecv');
  }
  alice.verify_media();
  alice.hangup();
});

scenario('media of an answer that sends no RTP', { tags: ['pbx'] }, () => {
  const alice = agent('alice', user('A'));
  alice.dial(env('PBX_NO_RTP'));
  established(alice);
  assert(alice.media).contains({ direction: 'sendrecv', encryption: 'none' });
  alice.verify_no_media('1s');
  await_until(() => assert(alice.rtp?.sent).greater_than(10));
  assert(alice.rtp).contains({ received: 0, flowing: false });
  for (const check of [() => wait('3s', { media: true }), () => alice.verify_media('300ms')]) {
    let seen = 'nothing wrong';
    try {
      check();
    } catch (error) {
      seen = error.message;
    }
    assert(seen).contains('no RTP received');
  }
  alice.hangup();
});

scenario('early media is media', { tags: ['pbx'] }, () => {
  const alice = agent('alice', user('A'));
  alice.dial(env('PBX_EARLY_MEDIA'));
  await_until(() => assert(alice.media).is_present());
  assert(alice.state).equals(State.Ringing);
  alice.verify_media('3s');
  assert(alice.state).equals(State.Ringing);
  established(alice);
  alice.hangup();
});

scenario('two calls to the PBX, one on hold', { tags: ['pbx'] }, () => {
  const alice = agent('alice', user('A'));
  alice.dial(env('PBX_ECHO'));
  established(alice);
  alice.hold();
  alice.dial(env('PBX_TONE'));
  established(alice);
  const [echo, tone] = alice.calls;
  assert([echo.held, tone.held].join(' ')).equals('local none');
  alice.verify_media();
  alice.resume();
  assert([echo.held, tone.held].join(' ')).equals('none local');
  alice.hangup();
  idle(echo);
  wait('300ms');
  assert(tone.held).equals('local');
  alice.resume();
  alice.verify_media();
  alice.hangup();
  assert(alice.state).equals(State.Idle);
});

scenario('the music of a held call is heard, hold after hold', { tags: ['pbx'] }, () => {
  const [alice, bob] = register(user('A'), user('B'));
  alice.dial(env('B_USER'));
  bob.accept();
  established(alice, bob);
  for (const [holder, held] of [
    [alice, bob],
    [bob, alice],
    [alice, bob],
  ]) {
    held.verify_silence({ for: '300ms', within: '10s' });
    holder.hold();
    // the melody of the PBX: two tones in turns
    held.verify_audio(523);
    held.verify_audio(659);
    await_until('the level of music', () => assert(held.received_level).between(-40, 0));
    holder.resume();
  }
  bob.verify_silence({ for: '300ms', within: '10s' });
  verify_audio_connection(alice, bob);
  alice.hangup();
  idle(bob);
});
