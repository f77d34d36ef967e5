// Several scenarios in one file. Each runs in a fresh sandbox with fresh agents.
//   offhook run examples/suite.js --tag smoke
//   offhook run examples/suite.js --scenario "busy"
setup(() => {
  const alice = agent('alice');
  const bob = agent('bob');
  return { alice, bob };
});

teardown(({ alice }) => {
  log('alice ended', alice.ended ?? 'no call');
});

scenario('an answered call', { tags: ['smoke'] }, ({ alice, bob }) => {
  alice.dial(bob);
  bob.accept();
  await_until(() => assert(alice.state).equals(State.Established));

  step('bob hangs up', () => {
    bob.hangup();
    await_until(() => assert(alice.state).equals(State.Idle));
  });
  assert(alice.ended).contains({ by: 'remote', how: 'bye' });
});

scenario('bob is busy', { tags: ['smoke', 'refused'] }, ({ alice, bob }) => {
  alice.dial(bob);
  bob.reject();
  await_until(() => assert(alice.state).equals(State.Idle));
  assert(alice.status_code).equals(486);
});

scenario('alice changes her mind', { tags: ['refused'], timeout: '30s' }, ({ alice, bob }) => {
  alice.dial(bob);
  await_until(() => assert(bob.state).equals(State.Ringing));
  alice.hangup();
  await_until(() => assert(bob.ended).contains({ by: 'remote', how: 'cancel' }));
});

scenario('alice leaves a message', { skip: 'needs the number of a voicemail box' }, () => {});
