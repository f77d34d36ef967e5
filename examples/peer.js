// What a phone is too polite for: a raw SIP peer beside real agents. Needs no server.
suite({ tags: ['peer'] });

setup(() => ({ carrier: peer('carrier'), bob: agent('bob') }));

scenario('overload: 503 with Retry-After', ({ carrier, bob }) => {
  carrier.on_invite([[503, { headers: { 'Retry-After': '30' } }]]);
  bob.dial(carrier);
  await_until(() => assert(bob.status_code).equals(503));
  assert(bob.ended?.message?.header('Retry-After')).equals('30');
});

scenario('a fork: two phones ring, one answers', ({ carrier, bob }) => {
  carrier.on_invite([
    [180, { tag: 'desk' }],
    [180, { tag: 'mobile' }],
    ['1s', 200, { tag: 'mobile' }],
  ]);
  bob.dial(carrier);
  await_until(() => assert(bob.state).equals(State.Established));
  assert(bob.sip.sent('ACK')[0]?.header('To')).contains('tag=mobile');
});

scenario('302 with two contacts: the first is tried', ({ carrier, bob }) => {
  const support = peer('support');
  support.on_invite([[200]]);
  const contacts = [`<${support.aor}>;q=0.9`, '<sip:nobody@127.0.0.1:9>;q=0.1'];
  carrier.on_invite([[302, { headers: { Contact: contacts } }]]);
  bob.dial(carrier);
  await_until(() => assert(support.state).equals(State.Established));
});

scenario('a late offer: the ACK has the answer', ({ carrier, bob }) => {
  const call = carrier.dial(bob, { late_offer: true });
  bob.accept();
  await_until(() => assert(call.final?.sdp).is_present());
  await_until(() => assert(bob.sip.received('ACK')[0]?.sdp).is_present());
});

scenario('a lost ACK: the answer comes again until there is one', ({ carrier, bob }) => {
  const call = carrier.dial(bob, { ack: 'drop' });
  bob.accept();
  await_until(() => assert(call.finals.length).at_least(3), '5s');
  call.ack();
  await_until(() => assert(bob.state).equals(State.Established));
});

scenario('a caller gives up while it rings', ({ carrier, bob }) => {
  const call = carrier.dial(bob);
  await_until(() => assert(bob.state).equals(State.Ringing));
  carrier.cancel({ headers: { Reason: 'SIP;cause=200;text="Call completed elsewhere"' } });
  await_until(() => assert(call.final?.code).equals(487));
  await_until(() => assert(bob.ended).contains({ by: 'remote', how: 'cancel' }));
});

scenario('the session is refreshed by UPDATE', ({ carrier }) => {
  const trunk = peer('trunk');
  trunk.on_invite([[200, { session_timer: { expires: 2, refresher: 'uac' } }]]);
  carrier.dial(trunk, { session_timer: { expires: 2, refresher: 'uac', method: 'UPDATE' } });
  trunk.expect('UPDATE', { header: { 'Session-Expires': '2;refresher=uac' }, within: '3s' });
});

scenario('a tel URI is dialled, and the contact counts from then on', ({ carrier }) => {
  const trunk = peer('trunk');
  trunk.on_invite([[200]]);
  carrier.dial(trunk, { request_uri: 'tel:+49-30-123456', from: '<tel:+4940654321>' });
  await_until(() => assert(trunk.state).equals(State.Established));
  assert(trunk.sip.received('INVITE')[0]?.uri).equals('tel:+49-30-123456');
  assert(trunk.peer?.number).equals('+4940654321');
  carrier.bye();
});

scenario('two hops record their route: requests of the call pass them in order', ({ carrier }) => {
  const [edge, trunk] = [peer('edge'), peer('trunk')];
  const hop = `<${edge.aor};lr>`;
  trunk.on_invite([[200]]);
  carrier.dial(trunk, { headers: { 'Record-Route': [hop, '<sip:127.0.0.1:9;lr>'] } });
  await_until(() => assert(trunk.sip.sent(200)[0]?.headers('Record-Route').length).equals(2));
  trunk.info({ body: 'x' });
  const info = edge.expect('INFO');
  assert(info.headers('Route')).equals([hop, '<sip:127.0.0.1:9;lr>']);
});

scenario('an alarm as a MESSAGE (SCAIP)', ({ carrier }) => {
  const center = peer('center');
  const alarm = '<mrq><ref>1</ref><cid>0123</cid><dty>0002</dty></mrq>';
  carrier.message(center, alarm, { content_type: 'application/scaip+xml' });
  assert(center.expect('MESSAGE').body).equals(alarm);
});

scenario('a malformed REGISTER does no harm', ({ carrier, bob }) => {
  carrier.send(
    carrier.message_text({
      start: 'REGISTER sip:pbx.example SIP/2.0',
      headers: [['Via', 'SIP/2.0/UDP nowhere'], ['CSeq', '-1 REGISTER'], 'Max-Forwards'],
    }),
    bob,
  );
  assert(carrier.ping(bob).status).equals(200);
});
