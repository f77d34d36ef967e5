// What a phone cannot say by itself: a proxy of Offhook in front of the agents says it, on every version of baresip.
// Needs no server: offhook run examples/agent-proxy.js
setup(() => {
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => agent(name, { proxy: true }));
  return { alice, bob, carol };
});

scenario('an overloaded callee says when to try again', ({ alice, bob }) => {
  bob.respond_incoming(503, 'Overloaded', { headers: { 'Retry-After': '30' } });
  alice.dial(bob);
  await_until(() => assert(alice.status_code).equals(503));
  assert(alice.ended?.message?.header('Retry-After')).equals('30');
});

scenario('calls are sent to a colleague (302)', ({ alice, bob, carol }) => {
  bob.deflect(carol, { contacts: ['<sip:bob@mobile.example>;q=0.5'] });
  alice.dial(bob);
  carol.accept();
  await_until(() => assert(alice.state).equals(State.Established));
});

scenario('headers of one call, and of its end', ({ alice, bob }) => {
  alice.dial(bob, { headers: { 'X-Campaign': '42' } });
  bob.accept();
  await_until(() => assert(alice.state).equals(State.Established));
  assert(bob.sip.received('INVITE')[0]?.header('X-Campaign')).equals('42');
  alice.hangup({ headers: { Reason: 'Q.850;cause=16;text="Normal call clearing"' } });
  await_until(() => assert(bob.ended?.causes?.[0]?.cause).equals(16));
});

scenario('a digit as INFO, in the middle of the call', ({ alice, bob }) => {
  alice.dial(bob);
  bob.accept();
  await_until(() => assert(alice.state).equals(State.Established));
  const info = alice.request('INFO', {
    body: 'Signal=5\r\nDuration=160',
    content_type: 'application/dtmf-relay',
  });
  await_until(() => assert(info.final?.code).equals(200));
  await_until(() => assert(bob.received_digits).equals('5'));
});

scenario('an announcement before the answer (early media)', ({ alice }) => {
  const server = agent('server', { proxy: true, answer: { after: '2s', code: 183 } });
  server.send_audio(tone(440));
  alice.dial(server);
  alice.verify_audio(440, { within: '2s' });
  assert(server.state).equals(State.Ringing);
  await_until(() => assert(alice.state).equals(State.Established));
});
