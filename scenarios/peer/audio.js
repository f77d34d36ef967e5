// Audio of a raw SIP peer: it speaks, listens and sends digits like an agent, without a phone behind it.
import { wherePossible } from '../lib/agents.js';

suite({ tags: ['peer'], timeout: '40s' });

setup(() => {
  const [p, bob] = [peer('peer'), agent('bob')];
  return { p, bob };
});

function up(p, bob, options) {
  const call = p.dial(bob, options);
  bob.accept();
  await_until(() => assert(call.final?.code).equals(200));
  await_until(() => assert(bob.state).equals(State.Established));
}

scenario.each([{ codec: 'PCMU' }, { codec: 'PCMA' }, { codec: 'G722' }, { codec: 'opus' }])(
  'both hear each other by $codec',
  ({ codec }) => {
    const p = peer('peer-' + codec, { codecs: [codec] });
    const bob = wherePossible(() => agent('bob-' + codec, { codecs: [codec] }));
    up(p, bob, {});
    assert(p.media?.codec).equals(codec);
    verify_audio_connection(p, bob);
    p.send_audio(tone(440));
    const heard = bob.verify_audio(440);
    assert(heard.hz).at_least(435).at_most(445);
    bob.send_audio(tone(700));
    p.verify_audio(700);
    p.verify_media();
    p.hangup();
  },
);

scenario('digits both ways', ({ p, bob }) => {
  up(p, bob, {});
  p.verify_media();
  p.dtmf('42#');
  await_until(() => assert(bob.received_digits).equals('42#'));
  bob.dtmf('159*');
  await_until(() => assert(p.received_digits).equals('159*'));
  p.hangup();
});

scenario('opus becomes PCMA and opus again in one call, with digits between', () => {
  const [one, other] = ['one', 'other'].map((name) => peer(name, { codecs: ['opus', 'PCMA'] }));
  other.on_invite([[200]]);
  one.dial(other);
  await_until(() => assert(one.state).equals(State.Established));
  other.send_audio(tone(700));
  for (const [codecs, digits] of [
    [['opus'], '12'],
    [['PCMA'], '34'],
    [['opus'], '56'],
  ]) {
    const change = one.reinvite({ sdp: { codecs } });
    await_until(() => assert(change.final?.sdp?.media[0]?.codecs[0]?.name).equals(codecs[0]));
    await_until(() => assert(other.media?.codec).equals(codecs[0]));
    one.verify_audio(700);
    one.dtmf(digits);
  }
  await_until(() => assert(other.received_digits).equals('123456'));
  one.bye();
});

scenario('no audio while held, audio again after', ({ p, bob }) => {
  up(p, bob, {});
  bob.send_audio(tone(700));
  p.verify_audio(700);
  const hold = p.reinvite({ sdp: { direction: 'inactive' } });
  await_until(() => assert(hold.final?.code).equals(200));
  p.verify_no_media('1s');
  p.reinvite({ sdp: { direction: 'sendrecv' } });
  p.verify_audio(700);
  p.hangup();
});

scenario('early media from the peer', ({ p, bob }) => {
  bob.dial(p);
  p.respond(183, undefined, { sdp: {} });
  p.send_audio(tone(440));
  bob.verify_audio(440);
  assert(bob.state).equals(State.Ringing);
  p.answer();
  await_until(() => assert(bob.state).equals(State.Established));
  bob.verify_audio(440);
  p.hangup();
});

scenario('a stream of a capture is replayed', ({ p, bob }) => {
  up(p, bob, {});
  parallel(() => {
    p.replay('captures/tone-620.pcap');
    bob.verify_audio(620);
  });
  try {
    p.replay('captures/tone-620.pcap', 4000);
    throw new Error('was replayed');
  } catch (error) {
    assert(error.code).equals('E_AUDIO_FILE');
    assert(error.message).contains('holds no RTP stream of port 4000');
  }
  p.hangup();
});

scenario('more calls at once than a peer has ports at first: each has audio', ({ p }) => {
  const trunk = peer('trunk');
  trunk.on_invite([[200]]);
  const calls = Array.from({ length: 12 }, () => p.dial(trunk));
  await_until(() => assert(calls.filter((one) => one.final?.code === 200).length).equals(12));
  const ports = [...trunk.sip.received('INVITE'), ...p.sip.received(200)].map(
    ({ sdp }) => sdp?.media[0]?.port,
  );
  assert(new Set(ports).size).equals(24);
  trunk.send_audio(tone(440));
  const open = p.calls;
  parallel(() => {
    for (const call of open) p.verify_audio(440, '10s', call);
  });
  for (const call of open) p.bye({}, call);
  await_until(() => assert(p.calls).is_empty());
});
