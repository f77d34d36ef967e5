// What a script may do wrong with a raw SIP peer: a clear error each time, nothing malformed on the wire but by send().
suite({ tags: ['peer'], timeout: '30s' });

/** What `act` throws, as "CODE message". */
function thrown(act) {
  try {
    act();
  } catch (error) {
    return `${error.code} ${error.message}`;
  }
  return 'nothing';
}

scenario.each([
  { name: 'a line break in a name', options: { headers: { 'A\r\nB': 'x' } } },
  { name: 'a line break in a value', options: { headers: { A: 'x\r\nB: y' } } },
  { name: 'a line break in one of several', options: { headers: { A: ['x', 'y\n'] } } },
  { name: 'a control character', options: { headers: { A: '\u0000' } } },
  { name: 'half a character', options: { headers: { A: '\ud800' } } },
  { name: 'no name', options: { headers: { '': 'x' } } },
  { name: 'a blank in a name', options: { headers: { 'A B': 'x' } } },
  { name: 'a number', options: { headers: { A: 5 } } },
  { name: 'no values', options: { headers: { A: [] } } },
  { name: 'a line break in From', options: { from: '<sip:a@b>\r\nX: y' } },
  { name: 'a blank in the Request-URI', options: { request_uri: 'tel:1 2' } },
  { name: 'a line break in the Request-URI', options: { request_uri: 'tel:1\r\nX: y' } },
  { name: 'a line break in To', options: { to: '<sip:a@b>\nX: y' } },
  { name: 'a line break in Contact', options: { contact: '\r\n' } },
  { name: 'a line break in Event', options: { event: 'a\r\nb' } },
  { name: 'a line break in Content-Type', options: { content_type: 'a\r\nb' } },
  { name: 'a body that is no text', options: { body: 5 } },
  { name: 'a negative expiry', options: { expires: -1 } },
  { name: 'a codec that is none', options: { sdp: { codecs: ['constructor'] } } },
  { name: 'no codecs', options: { sdp: { codecs: [] } } },
  { name: 'a line of SDP that is two', options: { sdp: { lines: ['a=x\r\na=y'] } } },
  { name: 'packets that are decipherable in part', options: { sdp: { undecipherable: 'yes' } } },
  { name: 'a key with a line break', options: { sdp: { lines: ['a=crypto:1 X inline:A\n'] } } },
  { name: 'an option that does not exist', options: { header: {} } },
])('request: $name', ({ options }) => {
  const [p, q] = [peer('p'), peer('q')];
  assert(thrown(() => p.request('OPTIONS', q, options))).matches(/^E_ARGUMENT /);
  assert(p.ping(q).status).equals(200);
  assert(q.sip.received('OPTIONS').length).equals(1);
});

scenario('values of other verbs', () => {
  const [p, q] = [peer('p'), peer('q')];
  const acts = {
    method: () => p.request('A\r\nB', q),
    'no method': () => p.request('', q),
    event: () => p.subscribe('a\r\nb', q),
    reason: () => p.respond(486, 'Busy\r\nX: y'),
    code: () => p.respond(99),
    tag: () => p.respond(200, 'OK', { tag: 'a;b' }),
    'a header of a step': () => p.on_invite([[200, { headers: { A: '\r\n' } }]]),
    'a step': () => p.on_invite([['soon', 200]]),
    'an option tag': () => p.dial(q, { require: ['100rel\r\nX: y'] }),
    ack: () => p.dial(q, { ack: 'never' }),
    'a header of the peer': () => peer('r', { headers: { A: 'x\r\ny' } }),
    'an encryption that is none': () => peer('r', { media_enc: 'zrtp' }),
    'an encryption of agents': () => peer('r', { media_enc: 'dtls_srtp' }),
    'an encryption in other letters': () => peer('r', { media_enc: 'SRTP' }),
    'an encryption by another name': () => peer('r', { srtp: true }),
    'no octet': () => p.send('\u20ac', q, 'latin1'),
    'nothing to send': () => p.send('', q),
    encoding: () => p.send('x', q, 'utf16'),
    'a part of a message': () => p.message_text({ start: 'x', headers: [['a', 5]] }),
  };
  for (const [name, act] of Object.entries(acts)) {
    assert(`${name}: ${thrown(act)}`).matches(/: E_ARGUMENT /);
  }
  assert(q.sip.all()).is_empty();
});

scenario.each([
  { name: 'no streams', options: { streams: [] } },
  { name: 'streams that are none', options: { streams: 'caller' } },
  { name: 'a stream that is none', options: { streams: ['caller'] } },
  { name: 'a field no stream has', options: { streams: [{ source: tone(440) }] } },
  { name: 'a label with a blank', options: { streams: [{ label: 'a b' }] } },
  { name: 'a label with a line break', options: { streams: [{ label: 'a\r\nb' }] } },
  { name: 'a label twice', options: { streams: [{ label: 'a' }, { label: 'a' }] } },
  { name: 'the label of a number twice', options: { streams: [{ label: '2' }, {}] } },
  { name: 'a sound that is none', options: { streams: [{ audio: 'tone' }] } },
  { name: 'a tone nobody can send', options: { streams: [{ audio: { sound: 'tone', hz: [1] } }] } },
  { name: 'two sources', options: { streams: [{ audio: tone(440), replay: 'x.pcap' }] } },
  { name: 'a port without a capture', options: { streams: [{ port: 4000 }] } },
  { name: 'a port that is none', options: { streams: [{ replay: 'x.pcap', port: 0 }] } },
  { name: 'a delay that is none', options: { streams: [{ delay: 'soon' }] } },
  { name: 'too many streams', options: { streams: Array.from({ length: 17 }, () => ({})) } },
  { name: 'metadata that are true', options: { metadata: true } },
  { name: 'metadata that are a number', options: { metadata: 5 } },
  { name: 'a media type that is none', options: { metadata_type: 'text/xml' } },
  { name: 'a field no metadata have', options: { metadata: { sessions: [] } } },
  { name: 'a mode that is none', options: { metadata: { data_mode: 'whole' } } },
  { name: 'a session that is none', options: { metadata: { session: 'x' } } },
  { name: 'a time that is none', options: { metadata: { session: { start_time: 'now' } } } },
  { name: 'a participant without address', options: { metadata: { participants: [{}] } } },
  { name: 'participants that are none', options: { metadata: { participants: {} } } },
  { name: 'a name of octets', options: { metadata: { participants: [{ aor: 'a', name: '\0' }] } } },
  { name: 'streams of one', options: { metadata: { participants: [{ aor: 'a', sends: '1' }] } } },
  { name: 'a stream without label', options: { metadata: { streams: [{ id: 'x' }] } } },
  { name: 'a stream of SDP that is not there', options: { sdp: { streams: [{ label: '9' }] } } },
  { name: 'a stream of SDP without label', options: { sdp: { streams: [{}] } } },
  { name: 'an option tag', options: { require: ['a b'] } },
  { name: 'a body', options: { body: 'x' } },
])('record_session: $name', ({ options }) => {
  const [p, q] = [peer('p'), peer('q')];
  assert(thrown(() => p.record_session(q, options))).matches(/^E_ARGUMENT /);
  assert(q.sip.all()).is_empty();
  assert(p.ping(q).status).equals(200);
});

scenario('options of recording sessions where there is none', () => {
  const [p, q] = [peer('p'), peer('q')];
  const wrong = (stream) => thrown(() => p.record_session(q, { streams: [stream] }));
  assert(wrong({ audio: file('missing.wav') })).matches(/^E_READ_/);
  assert(wrong({ replay: 'missing.pcap' })).matches(/^E_READ_/);
  assert(wrong({ replay: 'captures/tone-620.pcap', port: 9 })).matches(/^E_AUDIO_FILE .*port 9/);
  assert(thrown(() => p.request('OPTIONS', q, { metadata: {} }))).matches(
    /^E_ARGUMENT .*change a rec/,
  );
  assert(thrown(() => p.request('OPTIONS', q, { metadata: 5 }))).matches(/^E_ARGUMENT /);
  assert(thrown(() => peer('r', { recorder: 'yes' }))).matches(/^E_ARGUMENT .*true or false/);
  assert(q.sip.all()).is_empty();

  q.on_invite([[200]]);
  p.dial(q);
  await_until(() => assert(p.state).equals(State.Established));
  const streams = { streams: [{ label: '1', direction: 'inactive' }] };
  assert(thrown(() => p.reinvite({ sdp: streams }))).matches(/^E_ARGUMENT .*without a label/);
  assert(thrown(() => p.update({ body: 'x', metadata: {} }))).matches(/^E_ARGUMENT .*both/);
  assert(thrown(() => p.verify_audio(440, { stream: 5 }))).matches(
    /^E_ARGUMENT .*label of a stream/,
  );
  const missing = thrown(() => p.verify_audio(440, { stream: 'x', within: '200ms' }));
  assert(missing).matches(/^E_AUDIO .*no stream with the label "x"/);
  p.hangup();
});

scenario('targets that lead nowhere', () => {
  const p = peer('p');
  const to = (target) => thrown(() => p.request('OPTIONS', target));
  assert(to('sip:a\r\nX: y')).matches(/^E_TARGET .*control character/);
  assert(to('sip:a b')).matches(/^E_TARGET /);
  assert(to('http://x')).matches(/^E_TARGET /);
  assert(to('sip:x@127.0.0.1:99999')).matches(/^E_PEER .*is not from 1 to 65535/);
  assert(to('sip:x@127.0.0.1;transport=sctp')).matches(/^E_PEER .*transport sctp/);
  assert(to('sip:x@127.0.0.1:9;transport=tcp')).matches(/^E_PEER .*ECONNREFUSED/);
  assert(to('sip:x@127.0.0.1:9;transport=tls')).matches(/^E_PEER .*ECONNREFUSED/);
  assert(to('sip:x@127.0.0.1:9;transport=ws')).matches(/^E_PEER .*no WebSocket at.*ECONNREFUSED/);
  const long = thrown(() => p.request('OPTIONS', 'sip:x@127.0.0.1:9', { body: 'x'.repeat(70000) }));
  assert(long).matches(/^E_PEER .*do not fit into a datagram/);
});

scenario('names, ports and addresses that are taken or foreign', () => {
  const a = peer('a');
  const port = Number(a.aor.replace(/^.*:/, ''));
  assert(thrown(() => agent('a'))).matches(/^E_AGENT_NAME /);
  assert(thrown(() => peer('a'))).matches(/^E_AGENT_NAME /);
  assert(thrown(() => peer('b', { local_port: port }))).matches(/^E_PORTS /);
  // TLS listens on the next port
  assert(thrown(() => peer('c', { local_port: port + 1 }))).matches(/^E_PORTS /);
  assert(thrown(() => peer('d', { local_address: '192.0.2.1' }))).matches(/^E_ARGUMENT /);
  assert(thrown(() => peer('e', { ca_file: 'missing.pem' }))).matches(/^E_READ_FAILED /);
  assert(a.ping(peer('f')).status).equals(200);
});

scenario('verbs of a call without a call', () => {
  const p = peer('p');
  for (const verb of ['hangup', 'bye', 'cancel', 'reinvite', 'update', 'info', 'notify']) {
    assert(`${verb}: ${thrown(() => p[verb]())}`).matches(/: E_CALL_STATE /);
  }
});

scenario('a peer that dials itself', () => {
  const p = peer('p');
  p.on_invite([[180], [200]]);
  const call = p.dial(p.aor);
  await_until(() => assert(call.final?.code).equals(200));
  p.hangup();
  assert(p.ping(p.aor).status).equals(200);
});

scenario('a refusal behind the 200 does not end the call', () => {
  const [p, q] = [peer('p'), peer('q')];
  q.on_invite([[200], ['10ms', 486]]);
  p.dial(q);
  await_until(() => assert(q.sip.sent(486)).is_not_empty());
  await_until(() => assert(p.state).equals(State.Established));
  await_until(() => assert(q.state).equals(State.Established));
  const bye = p.bye();
  await_until(() => assert(bye.final?.code).equals(200));
});

scenario('two peers that call each other back without an end', () => {
  const [p, q] = [peer('p'), peer('q')];
  for (const one of [p, q]) one.on_invite([[180], ['20ms', 486]]);
  for (let round = 0; round < 10; round += 1) {
    const [there, back] = [p.dial(q), q.dial(p)];
    await_until(() => assert(there.final?.code).equals(486));
    await_until(() => assert(back.final?.code).equals(486));
  }
  p.dial(q, { ack: 'drop' });
});

scenario('many calls of one peer, open at the end', () => {
  const [p, q] = [peer('p'), peer('q')];
  q.on_invite([[200]]);
  const calls = Array.from({ length: 30 }, () => p.dial(q));
  await_until(() => assert(calls.filter((one) => one.final?.code === 200).length).equals(30));
});
