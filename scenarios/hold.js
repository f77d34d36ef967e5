// Hold, mute and several calls between serverless agents: the same words on every baresip version.
import { call, connected, established, held, idle } from './lib/agents.js';

scenario.each([{ who: 'caller' }, { who: 'callee' }])(
  'the $who holds and resumes',
  { tags: ['serverless'] },
  ({ who }) => {
    const agents = connected();
    const [one, other] = who === 'caller' ? agents : agents.reverse();
    assert(one.held).equals('none');
    for (let times = 0; times < 2; times += 1) {
      one.hold();
      assert(one.held).equals('local');
      assert(one.calls[0].held).equals('local');
      assert(one.media.direction).equals('sendonly');
      held(other, 'remote');
      assert(other.media.direction).equals('recvonly');
      one.hold();
      assert(one.held).equals('local');
      one.resume();
      assert(one.held).equals('none');
      held(other, 'none');
      one.resume();
      assert(one.media.direction).equals('sendrecv');
    }
    other.hangup();
    idle(one);
  },
);

scenario('both hold, one after the other', { tags: ['serverless'] }, () => {
  const [alice, bob] = connected();
  alice.hold();
  held(bob, 'remote');
  bob.hold();
  assert(bob.held).equals('both');
  held(alice, 'both');
  alice.resume();
  assert(alice.held).equals('remote');
  held(bob, 'local');
  bob.resume();
  assert(bob.held).equals('none');
  held(alice, 'none');
});

scenario('no RTP while held, RTP after it', { tags: ['serverless'] }, () => {
  const [alice, bob] = connected();
  await_until(() => [alice, bob].forEach((one) => assert(one.rtp?.flowing).is_true()));
  alice.hold();
  held(bob, 'remote');
  await_until(() => [alice, bob].forEach((one) => assert(one.rtp?.flowing).is_false()));
  const { received } = bob.rtp;
  alice.resume();
  await_until(() => [alice, bob].forEach((one) => assert(one.rtp?.flowing).is_true()));
  assert(bob.rtp.received).greater_than(received);
});

scenario('mute and unmute', { tags: ['serverless'] }, () => {
  const [alice, bob] = connected();
  assert(alice.muted).is_false();
  alice.mute();
  alice.mute();
  assert(alice.muted).is_true();
  assert(bob.muted).is_false();
  const { received } = await_until(() => assert(bob.rtp).is_present().value());
  await_until(() => assert(bob.rtp.received).greater_than(received));
  alice.hold();
  alice.resume();
  assert(alice.muted).is_true();
  alice.unmute();
  alice.unmute();
  assert(alice.muted).is_false();
});

scenario('call waiting: the first call is held, and stays so', { tags: ['serverless'] }, () => {
  const [alice, bob] = connected();
  const carol = agent('carol');
  carol.dial(alice);
  await_until(() => assert(alice.calls.length).equals(2));
  const [first, second] = alice.calls;
  alice.accept(second);
  assert(first.held).equals('local');
  established(carol);
  held(bob, 'remote');
  assert(second.held).equals('none');
  carol.hangup();
  idle(second);
  assert(alice.calls.length).equals(1);
  assert(alice.state).equals(State.Established);
  wait('300ms');
  assert(first.held).equals('local');
  // baresip 1.0 takes the call off hold when the other call ends, and Offhook puts it back
  held(bob, 'remote');
  alice.resume();
  held(bob, 'none');
  assert(first.held).equals('none');
});

scenario('from call to call, without a pause', { tags: ['serverless'] }, () => {
  const [alice, bob] = connected();
  const carol = agent('carol');
  carol.dial(alice);
  alice.accept();
  established(alice, carol);
  const [first, second] = alice.calls;
  for (let times = 0; times < 3; times += 1) {
    alice.resume(first);
    assert([first.held, second.held].join(' ')).equals('none local');
    alice.resume(second);
    assert([first.held, second.held].join(' ')).equals('local none');
  }
  // the end of one call, and the other one at once
  alice.hangup();
  alice.resume();
  assert(first.held).equals('none');
  assert(alice.media.direction).equals('sendrecv');
  alice.verify_media();
  bob.verify_media();
});

scenario('a consultation call, and back', { tags: ['serverless'] }, () => {
  const [alice, bob] = connected();
  const carol = agent('carol');
  const [first] = alice.calls;
  alice.hold();
  call(alice, carol);
  const second = alice.calls[1];
  assert(first.held).equals('local');
  assert(second.held).equals('none');
  assert(alice.peer).equals(second.peer);
  // to and fro: the other one is held by itself
  alice.resume();
  assert([first.held, second.held].join(' ')).equals('none local');
  held(carol, 'remote');
  held(bob, 'none');
  assert(alice.peer).equals(first.peer);
  alice.resume(second);
  assert([first.held, second.held].join(' ')).equals('local none');
  held(bob, 'remote');
  alice.hangup(second);
  idle(carol);
  wait('300ms');
  assert(first.held).equals('local');
  // baresip 1.0 takes the call off hold when the other call ends, and Offhook puts it back
  held(bob, 'remote');
  alice.resume();
  held(bob, 'none');
  alice.hangup();
  idle(bob);
});
