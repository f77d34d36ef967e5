// The SIP messages of agents as values, what provisional responses tell, and expectations about order.
import { call, established, fails, idle, pair, ringing } from './lib/agents.js';

scenario('messages of a call, from both ends', { tags: ['serverless'] }, () => {
  const [alice, bob] = pair();
  alice.dial(bob);
  await_sequence([
    () => assert(alice.sip.sent('INVITE')).is_not_empty(),
    () => assert(bob.sip.received('invite')).is_not_empty(),
    () => assert(bob.state).equals(State.Ringing),
  ]);
  await_until(() => assert(alice.sip.received(180)).is_not_empty());
  const [invite] = bob.sip.received('INVITE');
  assert(invite.call_id).equals(bob.calls[0].id);
  assert(invite).contains({ direction: 'received', method: 'INVITE' });
  assert(invite.code).is_absent();
  assert(invite.uri).contains('sip:bob@');
  assert(invite.header('f')).contains('alice');
  assert(invite.header('from')).equals(invite.headers('FROM').join(', '));
  assert(invite.header('P-Asserted-Identity')).is_absent();
  const offer = assert(invite.sdp?.media[0]).is_present().value();
  assert(offer).contains({ kind: 'audio', direction: 'sendrecv', protocol: 'RTP/AVP' });
  assert(offer.codecs.map((one) => one.name)).contains('PCMU');
  bob.accept();
  established(alice, bob);
  const [answer] = alice.sip.received(200);
  assert(answer).contains({ code: 200, method: 'INVITE' });
  assert(answer.reason).is_not_empty();
  assert(answer.sdp?.media[0]?.port).greater_than(0);
  assert(bob.sip.received('ACK').length).equals(1);
  assert(bob.sip.received('BYE')).is_empty();
  alice.hangup();
  await_until(() => assert(bob.sip.received('BYE')).is_not_empty());
  const times = alice.sip.all().map((one) => one.at);
  assert(times).equals([...times].sort((a, b) => a - b));
});

scenario('the next message of a kind, each given once', { tags: ['serverless'] }, () => {
  const [alice, bob] = pair();
  for (const round of [1, 2]) {
    alice.dial(bob);
    const invite = bob.expect('invite', { header: { From: /alice/ } });
    assert(invite.sdp).is_present();
    bob.accept();
    const answer = alice.expect(200, { in: invite });
    assert(answer.call_id).equals(invite.call_id);
    assert(bob.sip.received('INVITE').length).equals(round);
    established(alice, bob);
    alice.hangup();
    bob.expect('BYE', { in: answer });
    idle(alice, bob);
  }
  fails('E_AWAIT_TIMEOUT', 'agent "bob": expect: no BYE came (waited 100 ms)', () =>
    bob.expect('BYE', { within: '100ms' }),
  );
});

scenario('provisional responses', { tags: ['serverless'] }, () => {
  const [alice, bob] = pair();
  assert(alice.provisional).is_empty();
  alice.dial(bob);
  assert(alice.early_media).is_false();
  await_until(() => assert(alice.provisional).equals([180]));
  bob.accept();
  established(alice, bob);
  assert(alice.provisional).equals([180]);
  assert(bob.provisional).is_empty();
  assert(alice.early_media).is_false();
  alice.hangup();
  alice.dial(bob);
  // at the cursor, which stands where the INVITE was sent
  assert(await_until(() => alice.provisional)).is_empty();
});

scenario('a cancelled call, message by message', { tags: ['serverless'] }, () => {
  const [alice, bob] = pair();
  alice.dial(bob);
  ringing(bob);
  alice.hangup();
  await_sequence([
    () => assert(bob.sip.received('CANCEL')).is_not_empty(),
    () => assert(bob.sip.sent(487)).is_not_empty(),
    () => assert(bob.sip.received('ACK')).is_not_empty(),
  ]);
  assert(alice.sip.received(487)[0]?.reason).equals('Request Terminated');
  assert(bob.sip.received('BYE')).is_empty();
});

scenario('what must not happen', { tags: ['serverless'] }, () => {
  const [alice, bob, carol] = [agent('alice'), agent('bob'), agent('carol')];
  call(alice, bob);
  never(() => assert(carol.state).equals(State.Ringing), '200ms');
  never(() => alice.sip.all().some((one) => one.method === 'BYE'), '300ms');
  alice.hangup();
  idle(bob);
});

scenario('each call through all of its states, in order', { tags: ['serverless'] }, () => {
  const [alice, bob] = [agent('alice'), agent('bob', { answer: 'auto' })];
  for (let i = 0; i < 5; i += 1) {
    alice.dial(bob);
    await_sequence([
      () => assert(alice.state).equals(State.Calling),
      () => assert(alice.state).equals(State.Established),
      () => assert(bob.state).equals(State.Established),
    ]);
    alice.hangup();
    await_sequence([() => assert(bob.sip.received('BYE').length).equals(i + 1)]);
    idle(bob);
  }
});
