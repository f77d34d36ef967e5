// Transfers between serverless agents: no PBX, every agent sees the REFER and what comes of it itself.
import { call, errorOf, established, fails, idle, ringing } from './lib/agents.js';

/** alice and bob in a call, carol idle. */
const inCall = (options = {}) => {
  const agents = ['alice', 'bob', 'carol'].map((name) => agent(name, options));
  call(agents[0], agents[1]);
  return agents;
};
const uriOf = (one) => one.aor;

scenario.each([
  { to: 'agent', transport: 'udp' },
  { to: 'URI', transport: 'udp' },
  { to: 'agent', transport: 'tcp' },
])('blind, by the caller, to an $to over $transport', { tags: ['serverless'] }, (row) => {
  const [alice, bob, carol] = inCall({ transport: row.transport });
  const first = bob.calls[0].id;
  alice.transfer(row.to === 'agent' ? carol : uriOf(carol));
  assert(alice.transfer_state.accepted).is_true();
  ringing(carol);
  assert(carol.peer).contains({ number: 'bob' });
  // the new call is there, but not the current one while the first is up
  await_until(() => assert(bob.calls.length).equals(2));
  assert(bob.calls[0].id).equals(first);
  assert(bob.peer).contains({ number: 'alice' });
  carol.accept();
  await_until(() => assert(alice.ended).contains({ by: 'local', how: 'transferred' }));
  assert(alice.transfer_state).contains({ accepted: true, final: 200, done: true });
  await_until(() => assert(bob.peer?.number).equals('carol'));
  established(bob, carol);
  assert(bob.calls.length).equals(1);
  assert(bob.calls[0].direction).equals('outgoing');
  assert(bob.ended).contains({ by: 'remote', how: 'bye' });
  bob.hangup();
  idle(carol);
  assert(carol.ended).contains({ by: 'remote', how: 'bye' });
});

scenario('blind, by the callee', { tags: ['serverless'] }, () => {
  const [alice, bob, carol] = inCall();
  bob.transfer(carol);
  carol.accept();
  await_until(() => assert(bob.ended).contains({ how: 'transferred' }));
  await_until(() => assert(alice.peer?.number).equals('carol'));
  established(alice, carol);
  carol.hangup();
  idle(alice);
});

scenario('blind, of a call that is named', { tags: ['serverless'] }, () => {
  const [alice, bob, carol] = inCall();
  alice.transfer(carol, alice.calls[0]);
  carol.accept();
  await_until(() => assert(alice.ended).contains({ how: 'transferred' }));
  established(bob, carol);
});

scenario('blind, the target is busy', { tags: ['serverless'] }, () => {
  const [alice, bob, carol] = inCall();
  alice.transfer(carol);
  carol.reject();
  await_until(() => assert(alice.transfer_state).contains({ final: 486, done: true }));
  assert(alice.transfer_state.reason).is_not_empty();
  // 1.0 ends the call then, newer versions go on with it
  idle(carol);
  await_until(() => assert(bob.calls.length).less_than(2));
  if (errorOf(() => wait('300ms')) !== undefined || alice.state === State.Idle) {
    await_until(() => assert(alice.ended).contains({ by: 'error', how: 'transferred' }));
    assert(alice.ended.reason).contains('486');
    idle(bob);
  } else {
    assert(bob.peer).contains({ number: 'alice' });
    established(alice, bob);
    alice.hangup();
    idle(bob);
    assert(alice.ended).contains({ by: 'local', how: 'bye' });
  }
});

scenario('blind, nobody listens at the target', { tags: ['serverless'] }, () => {
  const [alice, bob, carol] = inCall();
  alice.transfer('sip:nobody@127.0.0.1:9;transport=tcp');
  await_until(() => assert(alice.transfer_state?.final).at_least(400));
  await_until(() => assert(bob.calls.length).less_than(2));
  assert(carol.state).equals(State.Idle);
});

scenario('attended', { tags: ['serverless'] }, () => {
  const [alice, bob, carol] = inCall();
  alice.attended_transfer(carol);
  assert(alice.peer?.number).equals('carol');
  assert(alice.calls.length).equals(2);
  carol.accept();
  established(alice, carol);
  const error = errorOf(() => alice.complete_transfer());
  if (error !== undefined) {
    // below 2.0 the target cannot replace its call; the calls are as they were
    assert(error.code).equals('E_CAPABILITY');
    assert(error.message).contains('2.0.0');
    alice.abort_transfer();
    idle(carol);
    assert(alice.peer?.number).equals('bob');
    alice.hangup();
    idle(bob);
    skip(error.message);
  }
  // the call that replaces the consultation rings, too
  await_until(() => assert(carol.peer?.number).equals('bob'));
  carol.accept();
  await_until(() => assert(alice.transfer_state).contains({ final: 200, done: true }));
  idle(alice);
  await_until(() => assert(bob.peer?.number).equals('carol'));
  established(bob, carol);
  bob.hangup();
  idle(carol);
});

scenario.each([{ answered: true }, { answered: false }])(
  'attended, aborted; the target has answered: $answered',
  { tags: ['serverless'] },
  ({ answered }) => {
    const [alice, bob, carol] = inCall();
    alice.attended_transfer(carol);
    if (answered) carol.accept();
    await_until(() => assert(carol.state).equals(answered ? State.Established : State.Ringing));
    if (answered) established(alice);
    alice.abort_transfer();
    idle(carol);
    assert(alice.calls.length).equals(1);
    assert(alice.peer).contains({ number: 'bob' });
    assert(alice.transfer_state).is_absent();
    established(alice, bob);
    // and once more
    alice.attended_transfer(carol);
    ringing(carol);
    alice.abort_transfer();
    idle(carol);
    bob.hangup();
    idle(alice);
  },
);

scenario('attended, refused by the target', { tags: ['serverless'] }, () => {
  const [alice, bob, carol] = inCall();
  alice.attended_transfer(carol);
  carol.reject();
  await_until(() => assert(alice.status_code).equals(486));
  const error = errorOf(() => alice.complete_transfer());
  assert(error?.code).equals('E_CALL_STATE');
  assert(error?.message).contains('rejected by remote');
  alice.abort_transfer();
  assert(alice.peer).contains({ number: 'bob' });
  established(alice, bob);
});

scenario('attended, the first call ends meanwhile', { tags: ['serverless'] }, () => {
  const [alice, bob, carol] = inCall();
  alice.attended_transfer(carol);
  carol.accept();
  established(alice, carol);
  bob.hangup();
  await_until(() => assert(alice.calls.length).equals(1));
  assert(errorOf(() => alice.complete_transfer())?.code).equals('E_CALL_STATE');
  alice.abort_transfer();
  idle(alice, carol);
});

scenario('what cannot be transferred', { tags: ['serverless'] }, () => {
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => agent(name));
  const both = (code, text, target) => {
    fails(code, text, () => alice.transfer(target));
    fails(code, text, () => alice.attended_transfer(target));
  };
  both('E_CALL_STATE', 'the agent has no call', carol);
  fails('E_CALL_STATE', 'no consultation', () => alice.complete_transfer());
  fails('E_CALL_STATE', 'no consultation', () => alice.abort_transfer());
  alice.dial(bob);
  ringing(alice);
  both('E_CALL_STATE', 'is not answered: Ringing', carol);
  bob.accept();
  established(alice, bob);
  both('E_TARGET', 'the agent itself', alice);
  both('E_TARGET', 'the agent itself', uriOf(alice));
  both('E_TARGET', 'other side of the call', bob);
  both('E_TARGET', 'transfer: "600" needs a domain', '600');
  both('E_TARGET', 'control character', 'sip:a\r\nX: y@b');
  both('E_TARGET', 'headers', 'sip:carol@127.0.0.1?Replaces=x');
  both('E_ARGUMENT', '"target" must be', 600);
  alice.attended_transfer(carol);
  fails('E_CALL_STATE', 'not answered', () => alice.complete_transfer());
  fails('E_CALL_STATE', 'under way', () => alice.attended_transfer(carol, alice.calls[0]));
  alice.abort_transfer();
  alice.hangup();
  both('E_CALL_STATE', 'the agent has no call', carol);
});
