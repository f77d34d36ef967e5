// Calls of a raw SIP peer with real agents: what it sends, what it answers, and what a phone would never do.
suite({ tags: ['peer'], timeout: '30s' });

setup(() => ({ p: peer('peer'), bob: agent('bob') }));

/** A call from the peer to bob that is up. */
function called(p, bob, options) {
  const call = p.dial(bob, options);
  bob.accept();
  await_until(() => assert(call.final?.code).equals(200));
  await_until(() => assert(bob.state).equals(State.Established));
  return call;
}

scenario('a call from the peer, with headers of its own', ({ p, bob }) => {
  const call = p.dial(bob, {
    headers: { 'X-Campaign': '42', Diversion: ['<sip:1@pbx>', '<sip:2@pbx>'], 'User-Agent': null },
    from: '"Anna" <sip:+4930123@carrier.example>',
  });
  assert(call.method).equals('INVITE');
  await_until(() => assert(bob.state).equals(State.Ringing));
  assert(bob.header('X-Campaign')).equals('42');
  assert(bob.headers['diversion']).equals(['<sip:1@pbx>', '<sip:2@pbx>']);
  assert(bob.headers['user-agent']).is_absent();
  assert(bob.peer?.name).equals('Anna');
  assert(bob.peer?.number).equals('+4930123');
  await_until(() => assert(p.state).equals(State.Ringing));
  assert(call.provisional.map((one) => one.code)).contains(180);
  bob.accept();
  await_until(() => assert(p.state).equals(State.Established));
  assert(p.media?.codec).equals('PCMU');
  bob.hangup();
  await_until(() => assert(p.state).equals(State.Idle));
  assert(p.ended).contains({ by: 'remote', how: 'bye' });
});

scenario('a call to the peer, answered by verbs', ({ p, bob }) => {
  bob.dial(p);
  const invite = p.expect('INVITE');
  assert(invite.sdp?.media[0]?.codecs.map((one) => one.name)).contains('PCMU');
  p.respond(180);
  await_until(() => assert(bob.state).equals(State.Ringing));
  p.respond(183, 'Here It Comes', { sdp: {} });
  await_until(() => assert(bob.early_media).is_true());
  p.answer({ sdp: { codecs: ['PCMA'] }, headers: { 'X-Node': 'b' } });
  await_until(() => assert(p.state).equals(State.Established));
  await_until(() => assert(bob.media?.codec).equals('PCMA'));
  assert(bob.sip.received(200)[0]?.header('X-Node')).equals('b');
  p.hangup();
  await_until(() => assert(bob.ended).contains({ by: 'remote', how: 'bye' }));
});

scenario('an offer that comes late: the ACK has the answer', ({ p, bob }) => {
  called(p, bob, { late_offer: true });
  const invite = bob.sip.received('INVITE')[0];
  assert(invite?.body).equals('');
  assert(bob.sip.sent(200)[0]?.sdp).is_present();
  const ack = await_until(() => assert(bob.sip.received('ACK')[0]).is_present().value());
  assert(ack.sdp?.media[0]?.kind).equals('audio');
  await_until(() => assert(p.media?.codec).is_present());
  p.hangup();
});

scenario(
  'an ACK that never comes: the 200 is sent again, then the script acknowledges',
  ({ p, bob }) => {
    const call = p.dial(bob, { ack: 'drop' });
    bob.accept();
    // 0.5 s, 1 s: the intervals of RFC 3261, 17.1.1.2
    await_until(() => assert(call.finals.length).at_least(3), '20s');
    assert(p.sip.sent('ACK')).is_empty();
    call.ack();
    await_until(() => assert(p.state).equals(State.Established));
    await_until(() => assert(bob.state).equals(State.Established));
    p.hangup();
  },
);

scenario('an ACK that comes late', ({ p, bob }) => {
  const call = p.dial(bob, { ack: '800ms' });
  bob.accept();
  const answer = await_until(() => assert(call.final).is_present().value());
  const ack = await_until(() => assert(p.sip.sent('ACK')[0]).is_present().value());
  assert(ack.at - answer.at).at_least(790);
  await_until(() => assert(bob.state).equals(State.Established));
  p.hangup();
});

scenario('CANCEL, from the response it belongs to', ({ p, bob }) => {
  const call = p.dial(bob);
  await_until(() => assert(p.state).equals(State.Ringing));
  const cancel = p.cancel({ headers: { Reason: 'SIP;cause=200;text="Call completed elsewhere"' } });
  await_until(() => assert(cancel.final?.code).equals(200));
  await_until(() => assert(call.final?.code).equals(487));
  await_until(() => assert(p.ended).contains({ by: 'local', how: 'cancel', code: 487 }));
  await_until(() => assert(bob.ended).contains({ by: 'remote', how: 'cancel' }));
  assert(bob.ended?.causes?.[0]?.text).equals('Call completed elsewhere');
});

scenario('CANCEL takes the Route that the script gave its INVITE', ({ p, bob: _bob }) => {
  const proxy = peer('proxy');
  const call = p.dial('sip:anybody@127.0.0.1:9', { headers: { Route: `<${proxy.aor};lr>` } });
  proxy.respond(180);
  await_until(() => assert(p.state).equals(State.Ringing));
  p.cancel();
  assert(proxy.expect('CANCEL').header('Route')).equals(`<${proxy.aor};lr>`);
  await_until(() => assert(call.final?.code).equals(487));
});

scenario('a fork: two branches ring, one answers', ({ p, bob }) => {
  p.on_invite([
    [180, { tag: 'a' }],
    [183, { tag: 'b' }],
    ['300ms', 200, { tag: 'b' }],
  ]);
  bob.dial(p);
  await_sequence([
    () => assert(bob.sip.received(180)[0]?.header('To')).contains(';tag=a'),
    () => assert(bob.sip.received(183)[0]?.header('To')).contains(';tag=b'),
    () => assert(bob.state).equals(State.Established),
  ]);
  assert(bob.sip.sent('ACK')[0]?.header('To')).contains(';tag=b');
  p.bye();
  await_until(() => assert(bob.state).equals(State.Idle));
});

scenario('302 with two contacts and q', ({ p, bob }) => {
  const first = peer('first');
  p.on_invite([[200]]);
  first.on_invite([
    [302, { headers: { Contact: [`<${p.aor}>;q=0.9`, '<sip:nobody@127.0.0.1:9>;q=0.1'] } }],
  ]);
  bob.dial(first);
  await_until(() => assert(p.sip.received('INVITE')).is_not_empty());
  await_until(() => assert(bob.state).equals(State.Established));
  p.bye();
});

scenario.each([
  { code: 404, reason: undefined, shown: 'Not Found' },
  { code: 486, reason: 'Busy As Can Be', shown: 'Busy As Can Be' },
  { code: 503, reason: 'Overloaded', shown: 'Overloaded' },
  { code: 603, reason: undefined, shown: 'Decline' },
])('the peer refuses with $code', ({ code, reason, shown }, { p, bob }) => {
  bob.dial(p);
  p.respond(code, reason, { headers: { 'Retry-After': '30', Warning: '399 pbx "too many"' } });
  await_until(() => assert(bob.status_code).equals(code));
  assert(bob.reason).equals(shown);
  assert(bob.ended?.message?.header('Retry-After')).equals('30');
  assert(p.ended).contains({ by: 'local', how: 'rejected', code });
});

scenario('a reliable 183 and its PRACK', ({ p, bob: _bob }) => {
  const other = peer('other');
  const call = other.dial(p, { require: ['100rel'] });
  p.respond(183, undefined, { reliable: true, sdp: {} });
  const prack = await_until(() => assert(p.sip.received('PRACK')[0]).is_present().value());
  assert(prack.header('RAck')).equals('1 1 INVITE');
  await_until(() => assert(other.sip.received(200)[0]?.method).equals('PRACK'));
  p.answer();
  await_until(() => assert(call.final?.code).equals(200));
  assert(call.provisional.at(-1)?.header('RSeq')).equals('1');
  other.hangup();
});

scenario('hold, resume and a change of codec by re-INVITE', ({ p, bob }) => {
  called(p, bob, {});
  const hold = p.reinvite({ sdp: { direction: 'sendonly' } });
  await_until(() => assert(hold.final?.code).equals(200));
  await_until(() => assert(bob.held).equals('remote'));
  await_until(() => assert(p.held).equals('local'));
  const resume = p.reinvite({ sdp: { codecs: ['PCMA'] } });
  await_until(() => assert(resume.final?.code).equals(200));
  await_until(() => assert(bob.media?.codec).equals('PCMA'));
  await_until(() => assert(bob.held).equals('none'));
  const late = p.reinvite({ sdp: false });
  await_until(() => assert(late.final?.sdp).is_present());
  await_until(() => assert(p.sip.sent('ACK').at(-1)?.sdp).is_present());
  p.hangup();
});

scenario('bob holds the peer: its re-INVITE is answered', ({ p, bob }) => {
  called(p, bob, {});
  bob.hold();
  await_until(() => assert(p.held).equals('remote'));
  bob.resume();
  await_until(() => assert(p.held).equals('none'));
  bob.hangup();
  await_until(() => assert(p.state).equals(State.Idle));
});

scenario('a session refreshed by UPDATE', ({ p, bob: _bob }) => {
  const other = peer('other');
  p.on_invite([[200, { session_timer: { expires: 2, refresher: 'uac' } }]]);
  const call = other.dial(p, {
    session_timer: { expires: 2, min_se: 1, refresher: 'uac', method: 'UPDATE' },
  });
  await_until(() => assert(call.final?.header('Session-Expires')).equals('2;refresher=uac'));
  const began = call.final?.at ?? 0;
  const refresh = p.expect('UPDATE', {
    header: { 'Session-Expires': 'refresher=uac' },
    within: '10s',
  });
  assert(refresh.at - began)
    .at_least(900)
    .at_most(1900);
  p.expect('UPDATE', { within: '10s' });
  other.bye();
  await_until(() => assert(p.state).equals(State.Idle));
});

scenario('a refresher that does not refresh', ({ p, bob: _bob }) => {
  const other = peer('other');
  p.on_invite([[200, { session_timer: { expires: 1, refresher: 'uac' } }]]);
  other.dial(p, { session_timer: { expires: 1, refresher: 'uac', refresh: false } });
  await_until(() => assert(other.state).equals(State.Established));
  never(() => assert(p.sip.received('INVITE').length).at_least(2), '1.5s');
  other.hangup();
});

scenario('the peer asks bob to call carol', ({ p, bob }) => {
  const carol = peer('carol');
  carol.on_invite([[180], [200]]);
  called(p, bob, {});
  p.refer(carol);
  const refer = await_until(() => assert(bob.sip.received('REFER')[0]).is_present().value());
  assert(refer.header('Refer-To')).contains(carol.aor);
  await_until(() => assert(p.transfer_state?.final).equals(200), '10s');
  await_until(() => assert(carol.state).equals(State.Established));
});

scenario('bob transfers the peer: the peer takes the REFER and reports by NOTIFY', ({ p, bob }) => {
  called(p, bob, {});
  bob.transfer('sip:600@127.0.0.1:9');
  const refer = p.expect('REFER');
  assert(refer.header('Refer-To')).contains('sip:600@127.0.0.1:9');
  p.notify({
    in: refer,
    event: 'refer',
    headers: { 'Subscription-State': 'terminated;reason=noresource' },
    body: 'SIP/2.0 404 Not Found\r\n',
    content_type: 'message/sipfrag',
  });
  await_until(() => assert(bob.transfer_state?.final).equals(404));
});

scenario('INFO inside a call, and BYE with a reason', ({ p, bob }) => {
  called(p, bob, {});
  const info = p.info({
    body: 'Signal=5\r\nDuration=160',
    content_type: 'application/dtmf-relay',
  });
  await_until(() => assert(info.final?.code).equals(200));
  await_until(() => assert(bob.received_digits).equals('5'));
  p.bye({ headers: { Reason: 'Q.850;cause=16;text="Normal call clearing"' } });
  await_until(() => assert(bob.ended?.causes?.[0]?.cause).equals(16));
});

scenario('two calls beside each other', ({ p, bob }) => {
  const carol = agent('carol');
  const first = p.dial(bob);
  const second = p.dial(carol);
  bob.accept();
  carol.accept();
  await_until(() => assert(first.final?.code).equals(200));
  await_until(() => assert(second.final?.code).equals(200));
  assert(p.calls.length).equals(2);
  p.hangup(p.calls[0]);
  await_until(() => assert(bob.state).equals(State.Idle));
  await_until(() => assert(carol.state).equals(State.Established));
  p.hangup();
  await_until(() => assert(carol.state).equals(State.Idle));
});

scenario('a tel URI as the Request-URI, From and To', ({ p }) => {
  const carrier = peer('carrier');
  carrier.on_invite([[180]]);
  const dialled = { request_uri: 'tel:+49-30-123456', from: '<tel:+4940654321>' };
  const call = p.dial(carrier, dialled);
  const invite = carrier.expect('INVITE');
  assert(invite.uri).equals('tel:+49-30-123456');
  assert(invite.header('To')).equals('<tel:+49-30-123456>');
  await_until(() => assert(carrier.peer?.number).equals('+4940654321'));
  assert(p.peer?.uri).equals('tel:+49-30-123456');
  // the refusal is acknowledged, and the CANCEL sent, with the same URI to the same place
  p.cancel();
  await_until(() => assert(call.final?.code).equals(487));
  assert(carrier.sip.received('CANCEL')[0]?.uri).equals('tel:+49-30-123456');
  await_until(() => assert(carrier.sip.received('ACK')[0]?.uri).equals('tel:+49-30-123456'));
  // in the call the contact is what counts
  carrier.on_invite([[200]]);
  const again = p.dial(carrier, dialled);
  await_until(() => assert(again.final?.code).equals(200));
  await_until(() => assert(carrier.state).equals(State.Established));
  assert(carrier.sip.received('ACK').at(-1)?.uri).matches(/^sip:carrier@127/);
  p.bye();
  await_until(() => assert(carrier.state).equals(State.Idle));
});
