// Two agents on this machine call each other directly: no server, no account.
const alice = agent('alice');
const bob = agent('bob');

alice.dial(bob);
await_until(() => assert(bob.state).equals(State.Ringing));
assert(bob.peer).contains({ number: 'alice' });

bob.accept();
await_until(() => assert(alice.state).equals(State.Established));
await_until(() => assert(bob.state).equals(State.Established));

alice.hangup();
await_until(() => assert(bob.state).equals(State.Idle));
assert(bob.ended).contains({ by: 'remote', how: 'bye' });
