// SIPREC: is a call recorded as it should be? Two peers stand for both ends; put a server of yours in the place of either.
// RECORDER=sip:rec@sbc.example offhook run examples/siprec.js tests a recorder. Needs no server by itself.
suite({ tags: ['peer'] });

const participants = [
  { aor: 'sip:anna@pbx.example', name: 'Anna' },
  { aor: 'sip:bert@pbx.example', name: 'Bert' },
];

scenario('a call is recorded: who speaks, and what each one says', () => {
  const client = peer('client');
  const uri = env('RECORDER', '');
  const recorder = uri === '' ? peer('recorder', { recorder: true }) : undefined;
  const session = client.record_session(recorder ?? uri, {
    streams: [
      { label: 'anna', audio: tone(440) },
      { label: 'bert', audio: tone(620), delay: '200ms' }, // or replay: 'captures/bert.pcap'
    ],
    metadata: { participants },
  });
  recorder?.answer();
  await_until(() => assert(session.final?.code).equals(200));
  assert(session.final?.header('Contact')).contains('+sip.srs');
  assert(session.final?.sdp?.media.map((one) => one.direction)).equals(['recvonly', 'recvonly']);

  // Bert's stream is paused, then the metadata say that he has left
  const pause = client.reinvite({
    sdp: { streams: [{ label: 'bert', direction: 'inactive' }] },
  });
  await_until(() => assert(pause.final?.code).equals(200));
  const update = client.update({
    metadata: { data_mode: 'partial', participants: participants.slice(0, 1) },
  });
  await_until(() => assert(update.final?.code).equals(200));
  const bye = client.bye();
  await_until(() => assert(bye.final?.code).equals(200));
});

scenario('what a recording client sends', () => {
  const [client, recorder] = [peer('client'), peer('recorder', { recorder: true })];
  client.record_session(recorder, {
    streams: [
      { label: 'anna', audio: tone(440) },
      { label: 'bert', audio: tone(620) },
    ],
    metadata: { participants },
  });
  const invite = recorder.expect('INVITE', { header: { Require: 'siprec', Contact: '+sip.src' } });
  assert(invite.sdp?.media.map((one) => one.label)).equals(['anna', 'bert']);
  recorder.answer();
  await_until(() => assert(recorder.state).equals(State.Established));

  const metadata = recorder.calls[0]?.recording?.metadata;
  assert(metadata?.participants.map((one) => one.name)).equals(['Anna', 'Bert']);
  assert(metadata?.participants.map((one) => one.sends)).equals([['anna'], ['bert']]);
  parallel(() => {
    recorder.verify_audio(440, { stream: 'anna', within: '3s' });
    recorder.verify_audio(620, { stream: 'bert', within: '3s' });
  });
});

scenario('a server that does not record refuses', () => {
  const [client, phone] = [peer('client'), peer('phone')];
  phone.on_invite([[420, { headers: { Unsupported: 'siprec' } }]]);
  const session = client.record_session(phone);
  await_until(() => assert(session.final?.code).equals(420));
});
