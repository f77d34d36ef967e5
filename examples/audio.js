// Two agents hear each other, and only what is sent to them. Needs no server:
//   offhook run examples/audio.js
const connected = () => {
  const [alice, bob] = [agent('alice'), agent('bob')];
  alice.dial(bob);
  bob.accept();
  await_until(() => {
    assert(alice.state).equals(State.Established);
    assert(bob.state).equals(State.Established);
  });
  return { alice, bob };
};

scenario('both directions', () => {
  const { alice, bob } = connected();
  const { a_to_b } = verify_audio_connection(alice, bob);
  log(`bob heard alice after ${a_to_b.detected_ms} ms, ${a_to_b.level} dBFS`);
});

scenario('a tone, for half a second, and silence after it', () => {
  const { alice, bob } = connected();
  alice.send_audio(tone(440));
  bob.verify_audio(440, { for: '500ms', within: '5s' });
  alice.verify_silence();
  alice.send_audio(silent());
  bob.verify_silence();
});

scenario('on hold nothing is heard, after it all is', () => {
  const { alice, bob } = connected();
  alice.send_audio(tones([440, 620]));
  await_until(() => bob.hears(440) && bob.hears(620));
  alice.hold();
  bob.verify_no_media('500ms');
  alice.resume();
  await_until(() => bob.hears(440) && bob.hears(620));
});

scenario('a digit sent as sound, for what takes no RTP events', () => {
  const { alice, bob } = connected();
  alice.send_audio(tones([770, 1336]));
  const { detect_ms } = bob.verify_signal('dtmf', { digits: '5' });
  log(`the digit was certain after ${detect_ms} ms of it`);
});
