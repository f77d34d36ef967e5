// Requests of a raw SIP peer outside of calls, and what it answers: transactions, logins, timers.
suite({ tags: ['peer'], timeout: '30s' });

setup(() => ({ p: peer('peer'), q: peer('other') }));

scenario('OPTIONS to an agent: the transaction has its responses', ({ p }) => {
  const bob = agent('bob');
  const probe = p.request('OPTIONS', bob, { headers: { 'X-Probe': '1' } });
  const answer = await_until(() => assert(probe.final).is_present().value());
  assert(answer.code).equals(200);
  assert(probe.request?.header('X-Probe')).equals('1');
  assert(probe.provisional).is_empty();
  assert(p.ping(bob).status).equals(200);
  assert(bob.ping(p).status).equals(200);
});

scenario('a method of no standard is answered with 405', ({ p, q }) => {
  const odd = p.request('FLY', q, { body: 'high' });
  const request = q.expect('FLY');
  assert(request.body).equals('high');
  assert(request.header('Content-Length')).equals('4');
  await_until(() => assert(odd.final?.code).equals(405));
});

scenario('a MESSAGE with any content type (SCAIP)', ({ p }) => {
  const center = agent('center');
  const alarm =
    '<?xml version="1.0"?><mrq><ref>1</ref><cid>0123</cid><dty>0002</dty><stc>0010</stc></mrq>';
  const sent = p.message(center, alarm, { content_type: 'application/scaip+xml' });
  const message = await_until(() => assert(center.sip.received('MESSAGE')[0]).is_present().value());
  assert(message.header('Content-Type')).equals('application/scaip+xml');
  assert(message.body).equals(alarm);
  await_until(() => assert(sent.final).is_present());
});

scenario('an agent sends the peer a message', ({ p }) => {
  agent('alice').message(p, 'lunch?');
  await_until(() => assert(p.messages[0]?.text).equals('lunch?'));
});

scenario('SUBSCRIBE, NOTIFY in its dialog, and the end of it', ({ p, q }) => {
  const asked = p.subscribe('dialog', q, {
    expires: 60,
    headers: { Accept: 'application/dialog-info+xml' },
  });
  const subscribe = q.expect('SUBSCRIBE', { header: { Event: 'dialog' } });
  await_until(() => assert(asked.final?.code).equals(200));
  q.notify({
    in: subscribe,
    event: 'dialog',
    headers: { 'Subscription-State': 'active;expires=60' },
    body: '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full"/>',
    content_type: 'application/dialog-info+xml',
  });
  const notify = p.expect('NOTIFY', { header: { 'Subscription-State': /^active/ } });
  assert(notify.call_id).equals(asked.call_id);
  const end = p.request('SUBSCRIBE', { in: asked, event: 'dialog', expires: 0 });
  await_until(() => assert(end.final?.code).equals(200));
  assert(q.expect('SUBSCRIBE').header('Expires')).equals('0');
});

scenario('PUBLISH', ({ p, q }) => {
  const sent = p.publish('presence', q, {
    body: '<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:a@b"/>',
    content_type: 'application/pidf+xml',
    expires: 30,
  });
  await_until(() => assert(sent.final?.header('SIP-ETag')).is_present());
});

scenario('requests are left to the script', () => {
  const q = peer('quiet', { automatic: { answer: false } });
  const p = peer('asking');
  const first = p.request('OPTIONS', q);
  const second = p.request('MESSAGE', q, { body: 'hello' });
  const message = q.expect('MESSAGE');
  q.respond(202, 'Later', { to: message, headers: { 'X-Order': 'second first' } });
  await_until(() => assert(second.final?.code).equals(202));
  assert(first.final).is_absent();
  q.respond(200);
  await_until(() => assert(first.final?.code).equals(200));
});

scenario.each([{ what: 'peer' }, { what: 'agent' }])(
  'registered until the registrar has answered the un-REGISTER: $what',
  ({ what }) => {
    const registrar = peer('registrar', { automatic: { answer: false } });
    const domain = registrar.aor.replace(/^.*@/, '');
    const alice = (what === 'peer' ? peer : agent)('alice', { domain, password: 'any' });
    const grants = (request, expires) => {
      const contact = `${request.header('Contact').replace(/;expires=\d+/, '')};expires=${expires}`;
      registrar.respond(200, 'OK', {
        to: request,
        headers: expires === 0 ? {} : { Contact: contact },
      });
    };
    alice.register();
    grants(registrar.expect('REGISTER'), 60);
    await_until(() => assert(alice.registered).is_true());
    alice.unregister();
    const leaving = registrar.expect('REGISTER');
    assert(alice.registered).is_true();
    assert(alice.registration.state).equals('unregistering');
    grants(leaving, 0);
    await_until(() => assert(alice.registered).is_false());
    assert(alice.registration).contains({ state: 'none', code: 200 });
  },
);

scenario.each([
  { algorithm: 'MD5', qop: true, proxy: false },
  { algorithm: 'MD5', qop: false, proxy: true },
  { algorithm: 'SHA-256', qop: true, proxy: false },
  { algorithm: 'SHA-256', qop: false, proxy: false },
])('a login, asked for and given: $algorithm, qop $qop, proxy $proxy', (challenge) => {
  const registrar = peer('registrar', {
    challenge: { username: 'alice', password: 's3cr3t-Pass', realm: 'pbx.example', ...challenge },
  });
  const domain = registrar.aor.replace(/^.*@/, '');
  const alice = peer('alice', { domain, password: 's3cr3t-Pass' });
  const register = alice.register({ expires: 120 });
  await_until(() => assert(alice.registered).is_true());
  assert(register.final?.code).equals(200);
  assert(alice.registration.expires).equals(120);
  const field = challenge.proxy ? 'Proxy-Authorization' : 'Authorization';
  assert(register.request?.header(field)).contains(`algorithm=${challenge.algorithm}`);
  const mallory = peer('mallory', { username: 'alice', domain, password: 'wrong-password' });
  mallory.register();
  await_until(() => assert(mallory.registration).contains({ state: 'failed', code: 403 }));
  alice.unregister();
  await_until(() => assert(alice.registered).is_false());
});

scenario(
  'a login that is asked for inside a dialog: the next request follows the repetition',
  () => {
    const q = peer('strict', { automatic: { answer: false } });
    const p = peer('asking', { password: 's3cr3t-Pass' });
    const subscribe = p.subscribe('dialog', q);
    q.respond(200);
    await_until(() => assert(subscribe.final?.code).equals(200));
    const first = p.request('INFO', { in: subscribe });
    q.respond(407, undefined, {
      headers: { 'Proxy-Authenticate': 'Digest realm="pbx", nonce="1", qop="auth"' },
    });
    const again = q.expect('INFO', { header: { 'Proxy-Authorization': 'qop=auth' } });
    q.respond(200);
    await_until(() => assert(first.final?.code).equals(200));
    p.request('INFO', { in: subscribe, body: 'next' });
    const numbers = await_until(() => {
      const received = q.sip.received('INFO');
      assert(received.length).equals(3);
      return received.map((one) => Number.parseInt(one.header('CSeq'), 10));
    });
    assert(numbers).equals([2, 3, 4]);
    assert(again.header('CSeq')).equals('3 INFO');
    q.respond(200);
  },
);

scenario('an agent logs in at the peer', () => {
  const registrar = peer('registrar', {
    challenge: { username: 'bob', password: 's3cr3t-Pass' },
  });
  const bob = agent('bob', { domain: registrar.aor.replace(/^.*@/, ''), password: 's3cr3t-Pass' });
  bob.register();
  await_until(() => assert(bob.registered).is_true());
});

scenario('REGISTER with outbound, q and instance', ({ q }) => {
  const p = peer('phone', { domain: q.aor.replace(/^.*@/, '') });
  const contact = '<sip:phone@127.0.0.1:9>;reg-id=1;+sip.instance="<urn:uuid:0001>";q=0.5';
  p.register({ contact, headers: { Supported: 'outbound, path' } });
  const register = q.expect('REGISTER', { header: { Supported: 'outbound' } });
  assert(register.header('Contact')).equals(contact);
  await_until(() => assert(p.registered).is_true());
});

scenario('what is not answered is sent again: T1, 2 T1, 4 T1 (RFC 3261, 17.1.2)', () => {
  const p = peer('asking');
  const q = peer('silent', { automatic: { answer: false } });
  p.request('OPTIONS', q);
  const times = await_until(() => {
    const sent = p.sip.sent('OPTIONS');
    assert(sent.length).equals(4);
    return sent.map((one) => one.at);
  }, '6s');
  const gaps = times.slice(1).map((at, index) => at - times[index]);
  for (const [index, gap] of gaps.entries()) {
    assert(gap)
      .at_least(500 * 2 ** index * 0.9)
      .less_than(500 * 2 ** (index + 1) * 0.9);
  }
});

scenario('nothing is sent again where the script says so', () => {
  const p = peer('asking', { automatic: { retransmit: false } });
  const q = peer('silent', { automatic: { answer: false, trying: false } });
  const bob = agent('bob');
  p.request('OPTIONS', q);
  never(() => assert(q.sip.received('OPTIONS').length).at_least(2), '1.2s');
  bob.dial(q);
  // without a 100 bob sends its INVITE again
  await_until(() => assert(q.sip.received('INVITE').length).at_least(2));
  assert(q.sip.sent(100)).is_empty();
  q.respond(486);
  await_until(() => assert(bob.status_code).equals(486));
});

scenario.each([{ transport: 'tcp' }, { transport: 'tls' }])('over $transport', ({ transport }) => {
  const p = peer('peer-' + transport, { transport });
  const bob = agent('bob', { transport });
  const call = p.dial(bob);
  bob.accept();
  await_until(() => assert(call.final?.code).equals(200));
  assert(bob.sip.received('INVITE')[0]?.header('Via')).contains(
    `SIP/2.0/${transport.toUpperCase()}`,
  );
  bob.hangup();
  await_until(() => assert(p.state).equals(State.Idle));
  bob.dial(p);
  p.answer();
  await_until(() => assert(bob.state).equals(State.Established));
  p.hangup();
});

scenario('a request to nobody: no answer, and no connection', ({ p }) => {
  try {
    p.request('OPTIONS', 'sip:x@127.0.0.1:9;transport=tcp');
    throw new Error('was sent');
  } catch (error) {
    assert(error.code).equals('E_PEER');
    assert(error.message).contains('ECONNREFUSED');
  }
});
