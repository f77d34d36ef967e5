// The phone is unplugged, switched off, and comes back. The last ones need the lab: offhook run --lab.
import { connected, established, fails, idle, labUser, pair, registered } from './lib/agents.js';

/** A verb of an agent that is off. */
const isOff = (verb, action) =>
  fails('E_AGENT_GONE', `the agent is off: ${verb}() was called`, action);

scenario('unplugged in a call, and back', { tags: ['serverless'] }, () => {
  const [alice, bob] = connected();
  const { aor } = bob;
  bob.kill();
  assert(bob.state).equals(State.Idle);
  assert(bob.ended).contains({ by: 'local', how: 'stopped' });
  assert(bob.calls).is_empty();
  isOff('kill', () => bob.dial(alice));
  isOff('kill', () => bob.kill());
  isOff('kill', () => bob.send_audio(tone(440)));
  // nothing was sent: the other side does not know
  never('alice hears of it', () => alice.state !== State.Established, '300ms');
  alice.verify_no_media('500ms');
  assert(bob.sip.sent('BYE')).is_empty();

  bob.start();
  assert(bob.aor).equals(aor);
  fails('E_AGENT_START', 'the agent is on', () => bob.start());
  // the new process knows nothing of the call
  alice.hangup();
  assert(alice.ended).contains({ by: 'local', how: 'bye' });
  bob.dial(alice);
  alice.accept();
  established(alice, bob);
  assert(alice.peer.is(bob)).is_true();
  verify_audio_connection(alice, bob);
  await_until(() => assert(bob.rtp?.received).greater_than(10));
});

scenario('switched off in a call, and back, more than once', { tags: ['serverless'] }, () => {
  const [alice, bob] = pair();
  bob.send_audio(tone(440));
  for (let i = 0; i < 2; i += 1) {
    alice.dial(bob);
    bob.accept();
    established(alice, bob);
    if (i === 0) alice.verify_audio(440);
    else alice.verify_silence({ for: '300ms', within: '10s' });
    bob.stop();
    idle(alice);
    assert(alice.ended).contains({ by: 'remote', how: 'bye' });
    assert(bob.ended).contains({ by: 'local' });
    isOff('stop', () => bob.accept());
    bob.start();
    assert(bob.sending).equals('silent()');
    assert(bob.sip.sent('BYE').length).equals(i + 1);
  }
});

scenario('whoever calls an agent that is off gets no answer', { tags: ['serverless'] }, () => {
  const [alice, bob] = pair();
  bob.kill();
  alice.dial(bob);
  const sent = 'alice sent her INVITE again';
  await_until(sent, () => assert(alice.sip.sent('INVITE').length).at_least(2));
  assert(alice.state).equals(State.Calling);
  // her INVITE goes on, ever more slowly, and reaches the phone that is back
  bob.start();
  await_until('it rings', () => assert(bob.state).equals(State.Ringing), '20s');
  bob.accept();
  established(alice, bob);
});

scenario('unplugged while it rings', { tags: ['serverless'] }, () => {
  const [alice, bob] = pair();
  alice.dial(bob);
  await_until(() => assert(bob.state).equals(State.Ringing));
  bob.kill();
  assert(bob.state).equals(State.Idle);
  bob.start();
  bob.stop();
  alice.hangup();
});

scenario('an unplugged phone stays registered until that expires', { tags: ['lab'] }, () => {
  const alice = agent('alice', labUser('A', { regint: 5 }));
  const bob = agent('bob', labUser('B'));
  alice.register();
  registered(alice);
  alice.kill();
  assert(alice.registered).is_false();
  // the registrar sends the call to the dead phone
  bob.dial(alice);
  never('bob is refused at once', () => bob.state === State.Idle, '500ms');
  bob.hangup();
  wait('6s');
  bob.dial(alice);
  await_until(() => assert(bob.status_code).is_one_of([404, 480]));
  alice.start();
  never('alice registers by herself', () => alice.registered, '500ms');
  alice.register();
  registered(alice);
  bob.dial(alice);
  alice.accept();
  established(alice, bob);
});

scenario('a phone that is switched off un-registers', { tags: ['lab'] }, () => {
  const [alice, bob] = [agent('alice', labUser('A')), agent('bob', labUser('B'))];
  alice.register();
  registered(alice);
  alice.stop();
  assert(alice.registration.state).equals('none');
  assert(alice.sip.sent('REGISTER').at(-1).header('Contact')).contains('expires=0');
  bob.dial(alice);
  await_until(() => assert(bob.status_code).is_one_of([404, 480]));
});
