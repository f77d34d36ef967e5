// What agents send and hear, without a server.
const established = (...agents) =>
  await_until(() => agents.forEach((one) => assert(one.state).equals(State.Established)));

const connected = (options = {}) => {
  const [alice, bob] = [agent('alice', options), agent('bob', options)];
  alice.dial(bob);
  bob.accept();
  established(alice, bob);
  return [alice, bob];
};

/** The error of what must fail. */
const errorOf = (act) => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
};

const tags = ['serverless'];

scenario.each(['PCMU', 'PCMA', 'G722', 'opus', 'L16'])('tones through $row', { tags }, (codec) => {
  const seen = errorOf(() => agent('probe', { codecs: [codec] }));
  if (seen?.code === 'E_CAPABILITY') skip(seen.message);
  const [alice, bob] = connected({ codecs: [codec] });
  alice.send_audio(tone(440));
  const heard = bob.verify_audio(440);
  assert(heard.level).greater_than(-16).less_than(-6);
  assert(Math.abs(heard.hz - 440)).less_than(5);
  alice.send_audio(tones([620, 1500]));
  await_until(() => {
    assert(bob.hears(620)).is_true();
    assert(bob.hears(1500)).is_true();
    assert(bob.hears(440)).is_false();
  });
  verify_audio_connection(alice, bob);
});

scenario('silence, and nothing of what is heard goes back', { tags }, () => {
  const [alice, bob] = connected();
  const quiet = bob.verify_silence({ for: '300ms', within: '2s' });
  assert(quiet.level).less_than(-60);
  alice.send_audio(tone(440));
  bob.verify_audio(440);
  alice.verify_silence({ for: '500ms', within: '2s' });
  await_until(() => assert(bob.received_level).greater_than(-12));
  alice.send_audio(silent());
  assert(alice.sending).equals('silent()');
  bob.verify_silence();
  await_until(() => assert(bob.received_level).less_than(-60));
});

scenario('a duration is demanded of what is received', { tags }, () => {
  const [alice, bob] = connected();
  alice.send_audio(tone(440));
  const heard = bob.verify_audio(440, { for: '1s', within: '3s' });
  assert(heard.detected_ms).at_least(950);
  const seen = errorOf(() => bob.verify_audio(440, { for: '1s', within: '400ms' }));
  assert(seen?.code).equals('E_AUDIO');
  assert(seen?.message).contains('there for');
});

scenario('hold, resume and mute', { tags }, () => {
  const [alice, bob] = connected();
  alice.send_audio(tone(440));
  bob.send_audio(tone(620));
  bob.verify_audio(440);
  for (const one of [alice, bob]) {
    one.hold();
    const held = errorOf(() => bob.verify_audio(440, '300ms'));
    assert(held?.message).matches(/no media: .*on hold/);
    one.resume();
    bob.verify_audio(440);
    alice.verify_audio(620);
  }
  alice.mute();
  bob.verify_silence();
  alice.unmute();
  bob.verify_audio(440);
});

scenario('hears tells of beginning and end', { tags }, () => {
  const [alice, bob] = connected();
  assert(bob.hears(440)).is_false();
  alice.send_audio(tone(440));
  await_sequence([() => bob.hears(440), () => !bob.hears(440)].slice(0, 1));
  alice.send_audio(tone(620));
  await_until(() => bob.hears(620) && !bob.hears(440));
  alice.hold();
  await_until(() => !bob.hears(620));
  alice.resume();
  await_until(() => bob.hears(620));
  alice.hangup();
  await_until(() => assert(bob.state).equals(State.Idle));
  assert(bob.hears(620)).is_false();
});

scenario('a tone is kept for the next call', { tags }, () => {
  const [alice, bob] = [agent('alice'), agent('bob')];
  alice.send_audio(tone(440));
  for (let round = 0; round < 2; round += 1) {
    alice.dial(bob);
    bob.accept();
    bob.verify_audio(440);
    assert(alice.sending).equals('tone(440)');
    alice.hangup();
    await_until(() => assert(bob.state).equals(State.Idle));
  }
});

scenario('one direction only', { tags }, () => {
  const [alice, bob] = connected();
  alice.mute();
  const seen = errorOf(() => verify_audio_connection(alice, bob, '500ms'));
  assert(seen?.code).equals('E_AUDIO');
  assert(seen?.message).contains('alice to bob: 1004 Hz not heard: silence');
  assert(seen?.message).contains('the other direction was heard');
  alice.unmute();
  const { a_to_b, b_to_a } = verify_audio_connection(alice, bob);
  assert(a_to_b.hz).at_least(1000);
  assert(b_to_a.hz).at_least(1600);
});

scenario.each([
  { what: 'silence', send: () => silent(), words: /silence, level/ },
  { what: 'another tone', send: () => tone(620), words: /wrong tone: strongest 62\d Hz/ },
  { what: 'a neighbour', send: () => tone(480), words: /wrong tone: strongest 480 Hz/ },
])('a failure says what was heard instead: $what', { tags }, ({ send, words }) => {
  const [alice, bob] = connected();
  alice.send_audio(send());
  wait('200ms');
  const seen = errorOf(() => bob.verify_audio(440, '400ms'));
  assert(seen?.code).equals('E_AUDIO');
  assert(seen?.message).matches(words);
});

scenario('two calls at once share one source', { tags }, () => {
  const [alice, bob] = connected();
  const carol = agent('carol');
  alice.send_audio(tone(440));
  bob.verify_audio(440);
  carol.dial(alice);
  alice.accept();
  carol.verify_audio(440);
  carol.hangup();
  await_until(() => assert(carol.state).equals(State.Idle));
  alice.resume(alice.calls[0]);
  bob.verify_audio(440);
});
