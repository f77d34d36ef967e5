// SIPREC (RFC 7865, 7866): a recording client and a recorder, both raw SIP peers.
suite({ tags: ['peer'], timeout: '30s' });

setup(() => ({ client: peer('client'), recorder: peer('recorder', { recorder: true }) }));

const ANNA = { aor: 'sip:anna@pbx.example', name: 'Anna' };
const BERT = { aor: 'sip:bert@pbx.example', name: 'Bert' };

function begin({ client, recorder }, options) {
  const session = client.record_session(recorder, options);
  recorder.answer();
  await_until(() => assert(session.final?.code).equals(200));
  await_until(() => assert(recorder.state).equals(State.Established));
  return session;
}

/** What the recorder hears in both streams at the same time. */
function hear(recorder, tones) {
  parallel(() => {
    for (const [stream, hz] of Object.entries(tones)) {
      recorder.verify_audio(hz, { stream, within: '10s' });
    }
  });
}

/** What `act` throws, as "CODE message". */
function thrown(act) {
  try {
    act();
  } catch (error) {
    return `${error.code} ${error.message}`;
  }
  return 'nothing';
}

function ended({ client, recorder }) {
  const bye = client.bye();
  await_until(() => assert(bye.final?.code).equals(200));
  await_until(() => assert(recorder.state).equals(State.Idle));
}

scenario('two streams, each with a source and a recording of its own', (peers) => {
  const { recorder } = peers;
  const session = begin(peers, {
    streams: [
      { label: 'caller', audio: tone(440) },
      { label: 'agent', audio: tone(620) },
    ],
    metadata: { participants: [ANNA, BERT] },
    headers: { 'X-Tenant': 'blue' },
  });

  const invite = recorder.expect('INVITE', { header: { Require: 'siprec', Contact: '+sip.src' } });
  assert(invite.header('X-Tenant')).equals('blue');
  assert(invite.parts?.map((one) => one.content_type)).equals([
    'application/sdp',
    'application/rs-metadata+xml',
  ]);
  const offer = invite.sdp?.media ?? [];
  assert(offer.map((one) => one.label)).equals(['caller', 'agent']);
  assert(offer.map((one) => one.direction)).equals(['sendonly', 'sendonly']);
  assert(session.final?.header('Contact')).contains('+sip.srs');
  const answer = session.final?.sdp?.media ?? [];
  assert(answer.map((one) => one.direction)).equals(['recvonly', 'recvonly']);
  const ports = [...offer, ...answer].map((one) => one.port);
  assert(new Set(ports).size).equals(4);

  hear(recorder, { caller: 440, agent: 620 });
  // without a label it is the first stream
  recorder.verify_audio(440);
  never(() => recorder.hears(620), '500ms');
  assert(recorder.held).equals('none');
  ended(peers);
});

scenario('metadata by their parts and as text, changed by UPDATE and re-INVITE', (peers) => {
  const { client, recorder } = peers;
  begin(peers, {
    metadata: {
      session: { start_time: '2026-05-01T10:00:00Z' },
      participants: [{ ...ANNA, sends: ['1'], receives: ['2'] }, BERT],
    },
  });
  const call = recorder.calls[0];
  const first = call.recording?.metadata;
  assert(first?.data_mode).equals('complete');
  assert(first?.session?.start_time).equals('2026-05-01T10:00:00Z');
  assert(first?.streams.map((one) => one.label)).equals(['1', '2']);
  assert(first?.participants.map((one) => one.name)).equals(['Anna', 'Bert']);
  assert(first?.participants.map((one) => one.sends)).equals([['1'], ['2']]);
  assert(first?.participants[0]).contains({ aor: ANNA.aor, receives: ['2'] });
  assert(call.recording?.text).matches(/^<\?xml .*<recording xmlns="urn:ietf:params:xml:ns:rec/s);
  assert(client.calls[0].recording?.text).equals(call.recording?.text);

  const carol = { aor: 'sip:carol@pbx.example', sends: ['2'] };
  const update = client.update({ metadata: { data_mode: 'partial', participants: [carol] } });
  await_until(() => assert(update.final?.code).equals(200));
  assert(update.request?.header('Content-Type')).equals('application/rs-metadata+xml');
  assert(update.request?.header('Content-Disposition')).equals('recording-session');
  assert(update.request?.header('Contact')).contains('+sip.src');
  const second = await_until(() =>
    assert(call.recording?.metadata).contains({ data_mode: 'partial' }).value(),
  );
  assert(second.session?.id).equals(first?.session?.id);
  assert(second.streams).equals(first?.streams);
  assert(second.participants.map((one) => one.aor)).equals([carol.aor]);

  const text = '<recording><datamode>complete</datamode></recording>';
  const again = client.reinvite({ metadata: text, metadata_type: 'application/rs-metadata' });
  await_until(() => assert(again.final?.code).equals(200));
  assert(again.request?.parts?.[1]).equals({ content_type: 'application/rs-metadata', body: text });
  assert(again.request?.sdp?.media.length).equals(2);
  assert(call.recording?.text).equals(text);
  ended(peers);
});

scenario('one stream is paused, and goes on', (peers) => {
  const { client, recorder } = peers;
  begin(peers, { streams: [{ audio: tone(440) }, { audio: tone(620) }] });
  hear(recorder, { 1: 440, 2: 620 });
  const pause = client.reinvite({ sdp: { streams: [{ label: '2', direction: 'inactive' }] } });
  await_until(() => assert(pause.final?.code).equals(200));
  assert(pause.final?.sdp?.media.map((one) => one.direction)).equals(['recvonly', 'inactive']);
  recorder.verify_audio(440, { stream: '1', for: '500ms', within: '10s' });
  const missing = thrown(() => recorder.verify_audio(620, { stream: '2', within: '500ms' }));
  assert(missing).matches(/^E_AUDIO .*no audio was received/);
  client.reinvite();
  hear(recorder, { 1: 440, 2: 620 });
  ended(peers);
});

scenario('a file and a capture, each after its delay', (peers) => {
  const { recorder } = peers;
  begin(peers, {
    streams: [
      { label: 'a', audio: file('../sounds/tone-440-600ms.wav'), delay: '3s' },
      { label: 'b', replay: 'captures/tone-620.pcap', delay: 0.3 },
    ],
    metadata: false,
  });
  assert(recorder.calls[0].recording).is_absent();
  parallel(() => {
    recorder.verify_silence({ stream: 'a', for: '300ms', within: '2500ms' });
    recorder.verify_audio(620, { stream: 'b', within: '10s' });
  });
  recorder.verify_audio(440, { stream: 'a', within: '10s' });
  ended(peers);
});

scenario('a refusal: 420 with the option that is not supported', ({ client }) => {
  const phone = peer('phone');
  const session = client.record_session(phone);
  phone.respond(420, undefined, { headers: { Unsupported: 'siprec' } });
  await_until(() => assert(session.final?.code).equals(420));
  assert(session.final?.header('Unsupported')).equals('siprec');
  await_until(() => assert(client.state).equals(State.Idle));
});

scenario('metadata that cannot be read: their text, and what is wrong with it', (peers) => {
  const { recorder } = peers;
  begin(peers, { metadata: '<!DOCTYPE recording [<!ENTITY a "b">]><recording>&a;</recording>' });
  const { recording } = recorder.calls[0];
  assert(recording?.metadata).is_absent();
  assert(recording?.problem).contains('line 1: a document type');
  assert(recording?.text).contains('<!ENTITY a "b">');
  ended(peers);
});

scenario('a recorder hears a phone as well', ({ recorder }) => {
  const bob = agent('bob');
  bob.send_audio(tone(440));
  bob.dial(recorder);
  recorder.answer();
  recorder.verify_audio(440);
  assert(bob.sip.received(200)[0]?.sdp?.media[0]?.direction).equals('recvonly');
  assert(recorder.calls[0].recording).is_absent();
  bob.hangup();
});

scenario('what a client must not do', ({ client, recorder }) => {
  const sdp = [
    ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
    ...['m=audio 9 RTP/AVP 0', 'a=label:1', ''],
  ].join('\r\n');
  const contact = `<${client.aor}>`;
  const session = client.record_session(recorder, { headers: { Require: null }, contact, sdp });
  const invite = recorder.expect('INVITE');
  assert(invite.header('Require')).is_absent();
  assert(invite.header('Contact')).equals(contact);
  assert(invite.parts?.[0]?.body).equals(sdp);
  recorder.answer();
  await_until(() => assert(session.final?.code).equals(200));
  client.bye();
});

scenario('a late offer: the INVITE has metadata alone', (peers) => {
  const { recorder } = peers;
  const streams = [{ label: 'one', audio: tone(440) }];
  const session = begin(peers, { late_offer: true, streams });
  assert(session.request?.header('Content-Type')).equals('application/rs-metadata+xml');
  assert(session.final?.sdp?.media[0]?.direction).equals('recvonly');
  assert(recorder.sip.received('ACK')[0]?.sdp?.media[0]).contains({ label: 'one' });
  recorder.verify_audio(440);
  ended(peers);
});

scenario('the recorder pauses a stream, the client switches one off', (peers) => {
  const { client, recorder } = peers;
  begin(peers, { streams: [{ audio: tone(440) }, { audio: tone(620) }] });
  hear(recorder, { 1: 440, 2: 620 });
  const pause = recorder.reinvite({ sdp: { streams: [{ label: '2', direction: 'inactive' }] } });
  await_until(() => assert(pause.final?.code).equals(200));
  assert(pause.final?.sdp?.media.map((one) => one.direction)).equals(['sendonly', 'inactive']);
  assert(pause.final?.header('Contact')).contains('+sip.src');
  const resume = recorder.reinvite();
  await_until(() => assert(resume.final?.code).equals(200));
  const off = client.reinvite({ sdp: { streams: [{ label: '1', port: 0 }] } });
  await_until(() => assert(off.final?.code).equals(200));
  assert(off.final?.sdp?.media.map((one) => one.port > 0)).equals([false, true]);
  recorder.verify_audio(620, { stream: '2' });
  client.reinvite();
  hear(recorder, { 1: 440, 2: 620 });
  ended(peers);
});

scenario('a peer that is no recorder takes the first stream', ({ client }) => {
  const phone = peer('phone');
  client.record_session(phone, { streams: [{ audio: tone(440) }, { audio: tone(620) }] });
  phone.answer();
  phone.verify_audio(440);
  assert(client.streams.map((one) => one.state)).equals(['active', 'refused']);
  client.bye();
});

scenario('a recorder takes 16 streams of audio, and no video', ({ client, recorder }) => {
  const audio = (n) => [`m=audio ${20000 + 2 * n} RTP/AVP 8`, `a=label:${n}`, 'a=sendonly'];
  const sdp = [
    ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
    ...['m=video 9 RTP/AVP 99', ...Array.from({ length: 20 }, (_, n) => audio(n)).flat(), ''],
  ].join('\r\n');
  const session = client.dial(recorder, { sdp });
  recorder.answer();
  await_until(() => assert(session.final?.code).equals(200));
  const media = session.final?.sdp?.media ?? [];
  assert(media.map((one) => one.port > 0)).equals([
    false,
    ...Array.from({ length: 20 }, (_, n) => n < 16),
  ]);
  client.bye();
});

scenario('encrypted: each stream with keys of its own', () => {
  const secured = { media_enc: 'srtp-mand' };
  const peers = {
    client: peer('client_srtp', secured),
    recorder: peer('recorder_srtp', { ...secured, recorder: true }),
  };
  begin(peers, {
    streams: [
      { label: 'caller', audio: tone(440) },
      { label: 'agent', audio: tone(620) },
    ],
  });
  const invite = peers.recorder.expect('INVITE', {});
  assert(invite.sdp?.media.map((one) => one.protocol)).equals(['RTP/SAVP', 'RTP/SAVP']);
  const keys = invite.parts?.[0]?.body.match(/inline:\S+/g) ?? [];
  assert(keys.length).at_least(4);
  assert(new Set(keys).size).equals(keys.length);
  hear(peers.recorder, { caller: 440, agent: 620 });
  ended(peers);
});

scenario(
  'a recorder without keys refuses the streams of a client that insists on them',
  (peers) => {
    const client = peer('insists', { media_enc: 'srtp-mand' });
    const session = client.record_session(peers.recorder, { streams: [{ label: 'caller' }] });
    peers.recorder.answer();
    await_until(() => assert(session.final?.code).equals(200));
    assert(session.final?.sdp?.media[0]?.port).equals(0);
  },
);
