// Verbs at the same time: parallel(), with agents in two calls.
import { call, connected, established, fails, idle, received } from './lib/agents.js';

/** alice calls bob, carol calls dave. */
const twoCalls = () => {
  const agents = ['alice', 'bob', 'carol', 'dave'].map((name) => agent(name));
  const [alice, bob, carol, dave] = agents;
  call(alice, bob);
  call(carol, dave);
  return agents;
};

scenario('two send digits while a third listens', { tags: ['serverless'] }, () => {
  const [alice, bob, carol, dave] = twoCalls();
  dave.send_audio(tone(440));
  const began = Date.now();
  const [one, two, heard] = parallel(() => {
    alice.dtmf('12341234');
    bob.dtmf('56785678');
    carol.verify_audio(440, { for: '1600ms' });
  });
  // Eight digits take 2 s and the tone 1.6 s: one after another they would take 5.4 s.
  assert(Date.now() - began).between(1900, 4500);
  assert([one, two]).equals([undefined, undefined]);
  assert(heard.hz).at_least(430).at_most(450);
  received(bob, '12341234');
  received(alice, '56785678');
});

scenario('an agent listens while it sends', { tags: ['serverless'] }, () => {
  const [alice, bob] = connected();
  bob.send_audio(tone(440));
  parallel(() => {
    alice.verify_audio(440);
    alice.dtmf('12');
  });
  received(bob, '12');
});

scenario('a call is dialled and accepted', { tags: ['serverless'] }, () => {
  const [alice, bob] = [agent('alice'), agent('bob')];
  parallel(() => {
    alice.dial(bob);
    bob.accept();
  });
  established(alice, bob);
});

scenario('nothing of the time meanwhile is lost, nothing from before passes', () => {
  const [alice, bob] = connected();
  const carol = agent('carol', { answer: 'auto' });
  const dave = agent('dave');
  alice.send_audio(tone(440));
  bob.verify_audio(440);
  alice.hold();
  alice.resume();
  wait('200ms');
  parallel(() => {
    bob.verify_audio(440);
    alice.dtmf('12345');
    dave.dial(carol);
  });
  await_until(() => assert(carol.state).equals(State.Ringing));
  fails('E_AWAIT_TIMEOUT', 'never', () =>
    await_until(() => assert(bob.held).equals('remote'), '200ms'),
  );
});

scenario('digits that came after another verb had ended are seen', { tags: ['serverless'] }, () => {
  const [alice, bob] = connected();
  alice.send_audio(tone(440));
  bob.verify_audio(440);
  parallel(() => {
    bob.verify_audio(440);
    alice.dtmf('12345');
  });
  await_until(() => assert(bob.received_digits).equals('12'));
});

scenario('both sides hang up', { tags: ['serverless'] }, () => {
  const [alice, bob] = connected();
  parallel(() => {
    alice.hangup();
    bob.hangup();
  });
  idle(alice, bob);
});

scenario('one that fails is told after all have ended', { tags: ['serverless'] }, () => {
  const [alice, bob, carol] = twoCalls();
  carol.hangup();
  const began = Date.now();
  fails('E_CALL_STATE', 'agent "carol": dtmf', () =>
    parallel(() => {
      alice.dtmf('1234');
      carol.dtmf('5');
      bob.verify_silence();
    }),
  );
  assert(Date.now() - began).at_least(960);
  received(bob, '1234');
});
