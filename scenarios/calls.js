// Serverless calls in every shape: who ends them and how, in the same words on every baresip version.
import { connected, established, idle, pair, ringing } from './lib/agents.js';

scenario.each([{ transport: 'udp' }, { transport: 'tcp' }, { transport: 'tls' }])(
  'caller hangs up over $transport',
  { tags: ['serverless'] },
  ({ transport }) => {
    const alice = agent('alice', {
      transport,
      display_name: 'Alice "the caller"'.replaceAll('"', ''),
    });
    const bob = agent('bob', { transport });
    assert(alice.aor).matches(/^sip:alice@127\.0\.0\.1:\d+$/);
    alice.dial(bob);
    ringing(bob);
    assert(bob.peer).contains({ number: 'alice' });
    assert(bob.peer.is(alice)).is_true();
    assert(bob.peer.is(bob)).is_false();
    assert(alice.peer.is(bob)).is_true();
    assert(alice.calls[0].peer.is(bob)).is_true();
    assert(bob.header('from')).contains('alice');
    assert(bob.headers['call-id']).is_present();
    bob.accept();
    established(alice, bob);
    assert(alice.calls[0].id).equals(bob.calls[0].id);
    alice.hangup();
    assert(alice.ended).contains({ by: 'local', how: 'bye' });
    idle(bob);
    assert(bob.ended).contains({ by: 'remote', how: 'bye' });
    assert(bob.ended.message).contains({ method: 'BYE', direction: 'received' });
    assert(bob.status_code).is_absent();
  },
);

scenario('callee hangs up', { tags: ['serverless'] }, () => {
  const [alice, bob] = connected();
  bob.hangup();
  idle(alice);
  assert(bob.ended).contains({ by: 'local', how: 'bye' });
  assert(alice.ended).contains({ by: 'remote', how: 'bye' });
});

scenario('callee rejects', { tags: ['serverless'] }, () => {
  const [alice, bob] = pair();
  alice.dial(bob);
  bob.reject();
  idle(alice);
  assert(bob.ended).contains({ by: 'local', how: 'rejected', code: 486 });
  assert(alice.ended).contains({ by: 'remote', how: 'rejected', code: 486 });
  await_until(() => alice.ended.message?.code === 486);
  assert(alice.status_code).equals(486);
  assert(alice.reason).is_not_empty();
});

scenario('caller cancels', { tags: ['serverless'] }, () => {
  const [alice, bob] = pair();
  alice.dial(bob);
  ringing(alice);
  // Without this, bob could still be Idle because the INVITE is not there yet.
  ringing(bob);
  alice.hangup();
  idle(bob);
  assert(alice.ended).contains({ by: 'local', how: 'cancel', code: 487 });
  assert(bob.ended).contains({ by: 'remote', how: 'cancel', code: 487 });
});

scenario('hanging up a waiting call rejects it', { tags: ['serverless'] }, () => {
  const [alice, bob] = pair();
  alice.dial(bob);
  ringing(bob);
  bob.hangup();
  idle(alice);
  assert(bob.ended).contains({ by: 'local', how: 'rejected', code: 486 });
});

scenario('nobody listens at the target', { tags: ['serverless'] }, () => {
  const alice = agent('alice', { transport: 'tcp' });
  alice.dial('sip:nobody@127.0.0.1:9;transport=tcp');
  idle(alice);
  assert(alice.ended).contains({ by: 'network', how: 'unreachable' });
});

scenario('an automatic callee', { tags: ['serverless'] }, () => {
  const alice = agent('alice');
  const bob = agent('bob', { answer: 'auto' });
  alice.dial(bob);
  established(alice, bob);
  assert(bob.peer).contains({ number: 'alice' });
  bob.hangup();
  idle(alice);
});

scenario('values of a call stay readable until the next one', { tags: ['serverless'] }, () => {
  const [alice, bob] = [agent('alice'), agent('bob', { metadata: { rack: 7 } })];
  alice.dial(bob);
  bob.reject();
  idle(alice, bob);
  assert(bob.peer).contains({ number: 'alice' });
  assert(bob.header('Call-ID')).equals(bob.header('i'));
  alice.dial(bob);
  assert(alice.ended).is_absent();
  assert(alice.state).not_equals(State.Idle);
  bob.accept();
  assert(bob.ended).is_absent();
  established(alice, bob);
  const info = bob.info();
  assert(info).contains({ name: 'bob', state: State.Established, metadata: { rack: 7 } });
  assert(JSON.parse(JSON.stringify(bob)).state).equals(State.Established);
});

scenario('who is called is not whoever has the same name', { tags: ['serverless'] }, () => {
  const alice = agent('alice');
  const [here, there] = ['here', 'there'].map((name) => agent(name, { username: 'bob' }));
  assert(alice.peer).is_absent();
  alice.dial(here);
  here.accept();
  established(alice, here);
  assert(alice.peer.is(here)).is_true();
  assert(alice.peer.is(there)).is_false();
  await_until(() => here.peer.is(alice));
  assert(here.peer).equals({ uri: alice.aor, number: 'alice' });
});
