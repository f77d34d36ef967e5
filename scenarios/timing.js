// How long the parts of a call take, as values. Serverless; register_ms is in the lab's scenario.
import { established, idle, labUser, pair, registered, ringing } from './lib/agents.js';

scenario('a call that is answered', { tags: ['serverless'] }, () => {
  const [alice, bob] = pair();
  assert(alice.timing).equals({});
  alice.dial(bob);
  assert(alice.timing.setup_ms).is_absent();
  ringing(alice);
  ringing(bob);
  assert(alice.timing.post_dial_delay_ms).at_least(0).less_than(5000);
  assert(alice.timing.ring_ms).is_absent();
  wait('300ms');
  bob.accept();
  established(alice, bob);
  const { post_dial_delay_ms = 0, ring_ms = 0, setup_ms = 0 } = alice.timing;
  assert(ring_ms).at_least(290).less_than(3000);
  assert(Math.abs(setup_ms - post_dial_delay_ms - ring_ms)).less_than(1);
  // the callee's call begins ringing
  assert(bob.timing.post_dial_delay_ms).is_absent();
  assert(bob.timing.ring_ms).equals(bob.timing.setup_ms);
  assert(alice.timing.talk_ms).is_absent();
  wait('300ms');
  alice.hangup();
  idle(bob);
  assert(alice.timing.talk_ms).at_least(290).less_than(3000);
  assert(bob.timing.talk_ms).at_least(290).less_than(3000);
  alice.dial(bob);
  assert(alice.timing.talk_ms).is_absent();
});

scenario('a call that is not answered', { tags: ['serverless'] }, () => {
  const [alice, bob] = pair();
  alice.dial(bob);
  ringing(alice);
  ringing(bob);
  wait('200ms');
  bob.reject();
  idle(alice);
  assert(alice.timing.ring_ms).at_least(190).less_than(3000);
  assert(alice.timing.setup_ms).is_absent();
  assert(alice.timing.talk_ms).is_absent();
});

scenario('the time to register', { tags: ['lab'] }, () => {
  if (env('SIP_PROXY', '') === '') skip('needs a registrar: offhook run --lab');
  const alice = agent('alice', labUser('A'));
  assert(alice.timing.register_ms).is_absent();
  alice.register();
  registered(alice);
  assert(alice.timing.register_ms).greater_than(0).less_than(5000);
  // challenged first
  assert(alice.sip.sent('REGISTER').length).equals(2);
  assert(alice.sip.received(401)[0]?.header('WWW-Authenticate')).contains('Digest');
  assert(alice.sip.received(200)[0]?.headers('Contact').length).at_least(1);
});

scenario('matchers for measured values, and labels of conditions', () => {
  const [alice, bob] = pair();
  alice.dial(bob);
  bob.accept();
  await_until(
    'both up',
    () => {
      assert(alice.state).equals(State.Established);
      assert(bob.state).equals(State.Established);
    },
    '20s',
  );
  never('bob hangs up', () => bob.state === State.Idle, '300ms');
  bob.hangup();
  await_sequence([['alice hears of it', () => assert(alice.ended).contains({ how: 'bye' })]]);
  assert(alice.state).is_one_of([State.Idle, State.Ringing]);
  assert(alice.timing.talk_ms).between(290, 3000).about(1600, 1350).about(1600, '85%');
});
