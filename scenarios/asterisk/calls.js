// Calls through and to a PBX. Needs its variables (see src/testing/asterisk.ts), or is skipped.
import { established, idle, needsPbx, register, ringing, user } from '../lib/agents.js';

setup(() => needsPbx('PBX_ECHO'));

const WAYS = [
  { to: 'B_USER', who: 'caller', from: env('A_USER', '') },
  { to: 'B_USER', who: 'callee', from: env('A_USER', '') },
  { to: 'PBX_BOB_BY_TRUNK', who: 'caller', from: '+4930555000' },
  { to: 'PBX_BOB_BY_TRUNK', who: 'callee', from: '+4930555000' },
];

scenario.each(WAYS)(
  'alice calls bob by $to, the $who hangs up',
  { tags: ['pbx'] },
  ({ to, who, from }) => {
    const [alice, bob] = register(user('A'), user('B'));
    alice.dial(env(to));
    ringing(alice);
    ringing(bob);
    assert(bob.peer).contains({ number: from });
    // a trunk presents another number, which nobody sees through
    assert(bob.peer.is(alice)).equals(from === env('A_USER'));
    assert(alice.peer.is(bob)).equals(to === 'B_USER');
    bob.accept();
    established(alice, bob);
    // two calls, the PBX between them
    assert(alice.calls[0].id).not_equals(bob.calls[0].id);
    wait('300ms');
    const [first, second] = who === 'caller' ? [alice, bob] : [bob, alice];
    first.hangup();
    // not cut short by the end of the other's call
    wait('200ms');
    await_until(() => assert(second.ended).contains({ by: 'remote', how: 'bye' }));
    assert(first.ended).contains({ by: 'local', how: 'bye' });
  },
);

scenario('bob rejects', { tags: ['pbx'] }, () => {
  const [alice, bob] = register(user('A'), user('B'));
  alice.dial(env('B_USER'));
  bob.reject();
  await_until(() => assert(alice.ended).contains({ by: 'remote', how: 'rejected', code: 486 }));
});

scenario('alice gives up', { tags: ['pbx'] }, () => {
  const [alice, bob] = register(user('A'), user('B'));
  alice.dial(env('B_USER'));
  ringing(bob);
  alice.hangup();
  await_until(() => assert(bob.ended).contains({ by: 'remote', how: 'cancel' }));
  assert(alice.ended).contains({ by: 'local', how: 'cancel' });
});

scenario('bob is not registered', { tags: ['pbx'] }, () => {
  const [alice] = register(user('A'));
  alice.dial(env('B_USER'));
  await_until(() => assert(alice.status_code).equals(480));
});

scenario('a wrong password', { tags: ['pbx'] }, () => {
  const alice = agent('alice', user('A', { password: 'wrong' }));
  alice.dial(env('PBX_ECHO'));
  await_until(() => assert(alice.ended).contains({ how: 'rejected', code: 401 }));
});

scenario.each([
  { number: 'PBX_FORBIDDEN', code: 403 },
  { number: 'PBX_NOT_FOUND', code: 404 },
  { number: 'PBX_UNAVAILABLE', code: 480 },
  { number: 'PBX_BUSY', code: 486 },
  { number: 'PBX_NOT_ACCEPTABLE', code: 488 },
  { number: 'PBX_OVERLOADED', code: 503 },
])('$number: $code', { tags: ['pbx'] }, ({ number, code }) => {
  const alice = agent('alice', user('A'));
  alice.dial(env(number));
  await_until(() => assert(alice.ended).contains({ by: 'remote', how: 'rejected', code }));
});

scenario('no answer', { tags: ['pbx'] }, () => {
  const alice = agent('alice', user('A'));
  alice.dial(env('PBX_NO_ANSWER'));
  ringing(alice);
  await_until(() => assert(alice.status_code).equals(480));
});

scenario.each(['PBX_RINGS', 'PBX_TRYING'])(
  '$row: no answer, cancelled',
  { tags: ['pbx'] },
  (number) => {
    const alice = agent('alice', user('A'));
    alice.dial(env(number));
    if (number === 'PBX_RINGS') ringing(alice);
    wait('300ms');
    alice.hangup();
    assert(alice.ended).contains({ by: 'local', how: 'cancel', code: 487 });
  },
);

scenario('rings for 3 seconds, then answers', { tags: ['pbx'] }, () => {
  const alice = agent('alice', user('A'));
  alice.dial(env('PBX_RINGS_3S'));
  ringing(alice);
  established(alice);
  alice.hangup();
});

scenario('early media, then an answer', { tags: ['pbx'] }, () => {
  const alice = agent('alice', user('A'));
  alice.dial(env('PBX_EARLY_MEDIA'));
  ringing(alice);
  established(alice);
  alice.hangup();
  assert(alice.ended).contains({ by: 'local', how: 'bye' });
});

scenario('early media, then busy', { tags: ['pbx'] }, () => {
  const alice = agent('alice', user('A'));
  alice.dial(env('PBX_EARLY_BUSY'));
  ringing(alice);
  await_until(() => assert(alice.ended).contains({ by: 'remote', how: 'rejected', code: 486 }));
});

scenario('the PBX hangs up', { tags: ['pbx'] }, () => {
  const alice = agent('alice', user('A'));
  alice.dial(env('PBX_HANGS_UP'));
  established(alice);
  await_until(() => assert(alice.ended).contains({ by: 'remote', how: 'bye' }));
  assert(alice.ended.cause).contains('cause=16');
});

scenario.each(['PBX_ECHO', 'PBX_TONE', 'PBX_NO_RTP', 'PBX_MUSIC', 'PBX_CONFERENCE', 'PBX_IVR'])(
  '$row answers and stays',
  { tags: ['pbx'] },
  (number) => {
    const alice = agent('alice', user('A'));
    alice.dial(env(number));
    established(alice);
    wait('300ms');
    alice.hangup();
    assert(alice.ended).contains({ by: 'local', how: 'bye' });
  },
);

scenario('redirected to bob', { tags: ['pbx'] }, () => {
  const [alice, bob] = register(user('A'), user('B'));
  alice.dial(env('PBX_REDIRECTS_TO_BOB'));
  ringing(bob);
  bob.accept();
  established(alice, bob);
  bob.hangup();
  idle(alice);
});

scenario('redirected to the echo', { tags: ['pbx'] }, () => {
  const alice = agent('alice', user('A'));
  alice.dial(env('PBX_REDIRECTS_TO_ECHO'));
  established(alice);
  alice.hangup();
});
