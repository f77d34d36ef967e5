// The event log: no transient state is lost, no stale one passes. The callee answers at once, so that
// ringing lasts a few milliseconds. TIMES repeats each case.
const TIMES = Number(env('TIMES', '100'));

setup(() => ({
  alice: agent('alice'),
  bob: agent('bob', { answer: 'auto' }),
}));

const BETWEEN = {
  nothing: () => undefined,
  'a getter': ({ alice }) => alice.state,
  'a log': ({ alice }) => log(alice.state),
  'a pause': () => wait('15ms'),
  'a responder': ({ alice, mock }) => {
    const { before, states } = http('GET', `${mock.url}/state`).expect_status(200).json();
    assert(states).equals([before, before]);
  },
  "another agent's verbs": ({ carol, dave }) => {
    carol.dial(dave);
    carol.hangup();
  },
};

scenario.each(Object.keys(BETWEEN))(
  'ringing is seen with $row in between',
  { timeout: '5m' },
  (kind, { alice, bob }) => {
    const carol = agent('carol');
    const dave = agent('dave');
    const mock = mock_server();
    // reads what has arrived, and takes nothing from what the script sees later
    mock.on('/state', () => {
      const before = alice.state;
      return json_response({ before, states: [alice.state, alice.info().state] });
    });
    for (let i = 0; i < TIMES; i += 1) {
      alice.dial(bob);
      BETWEEN[kind]({ alice, carol, dave, mock });
      await_until(() => assert(alice.state).equals(State.Ringing), '20s');
      await_until(() => assert(alice.state).equals(State.Established), '20s');
      alice.hangup();
      await_until(() => assert(bob.state).equals(State.Idle), '20s');
    }
  },
);

scenario('a new call never shows the old one', { timeout: '5m' }, ({ alice }) => {
  const bob = agent('manual');
  const ids = new Set();
  for (let i = 0; i < TIMES; i += 1) {
    alice.dial(bob);
    assert(alice.state).not_equals(State.Established);
    const at = await_until(() => {
      assert(bob.state).equals(State.Ringing);
      return bob.calls[0].id;
    }, '20s');
    ids.add(at);
    bob.accept();
    await_until(() => {
      assert(alice.state).equals(State.Established);
      assert(bob.state).equals(State.Established);
      assert(bob.calls[0].id).equals(at);
      assert(alice.calls[0].id).equals(at);
    }, '20s');
    alice.hangup();
  }
  assert(ids.size).equals(TIMES);
  await_until(() => assert(bob.state).equals(State.Idle));
});

scenario('idle after dial means refused', { timeout: '5m' }, ({ alice }) => {
  const bob = agent('refusing');
  for (let i = 0; i < TIMES; i += 1) {
    alice.dial(bob);
    bob.reject();
    await_until(() => assert(alice.state).equals(State.Idle), '20s');
    assert(alice.status_code).equals(486);
  }
});

scenario('idle after the other side hung up is not the idle from before', { timeout: '5m' }, () => {
  const [alice, bob] = [agent('caller'), agent('automatic', { answer: 'auto' })];
  for (let i = 0; i < TIMES; i += 1) {
    alice.dial(bob);
    await_until(() => assert(alice.state).equals(State.Established), '20s');
    alice.hangup();
    const ended = await_until(() => {
      assert(bob.state).equals(State.Idle);
      return bob.ended;
    }, '20s');
    assert(ended).contains({ by: 'remote', how: 'bye' });
  }
});

scenario(
  'a wait after hangup() is not cut short by the end at the other side',
  { timeout: '5m' },
  () => {
    const both = [agent('caller'), agent('automatic', { answer: 'auto' })];
    const [caller, callee] = both;
    for (let i = 0; i < TIMES; i += 1) {
      const [one, other] = i % 2 === 0 ? [caller, callee] : [callee, caller];
      caller.dial(callee);
      await_until(
        () => both.forEach(({ state }) => assert(state).equals(State.Established)),
        '20s',
      );
      one.hangup();
      wait('20ms');
      await_until(() => assert(other.state).equals(State.Idle), '20s');
    }
  },
);
