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
  alice.send_audio(tones([620, 1000]));
  await_until(() => {
    assert(bob.hears(620)).is_true();
    assert(bob.hears(1000)).is_true();
    assert(bob.hears(440)).is_false();
  });
  verify_audio_connection(alice, bob);
});

scenario.each(['srtp', 'dtls_srtp'])('a tone through $row', { tags }, (media_enc) => {
  const [alice, bob] = connected({ media_enc });
  alice.send_audio(tone(440));
  bob.verify_audio(440);
  alice.hold();
  alice.resume();
  bob.verify_audio(440);
});

scenario('silence, and nothing of what is heard goes back', { tags }, () => {
  const [alice, bob] = connected();
  const quiet = bob.verify_silence({ for: '300ms', within: '10s' });
  assert(quiet.level).less_than(-60);
  alice.send_audio(tone(440));
  bob.verify_audio(440);
  alice.verify_silence({ for: '500ms', within: '10s' });
  await_until(() => assert(bob.received_level).greater_than(-12));
  alice.send_audio(silent());
  assert(alice.sending).equals('silent()');
  bob.verify_silence();
  await_until(() => assert(bob.received_level).less_than(-60));
});

scenario('a duration is demanded of what is received', { tags }, () => {
  const [alice, bob] = connected();
  alice.send_audio(tone(440));
  const heard = bob.verify_audio(440, { for: '1s', within: '10s' });
  assert(heard.detected_ms).at_least(950);
  alice.send_audio(silent());
  bob.verify_silence();
  alice.send_audio(file('sounds/tone-440-600ms.wav'));
  const seen = errorOf(() => bob.verify_audio(440, { for: '1s', within: '1500ms' }));
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

scenario('what was heard before a verb has proved the contrary does not pass', { tags }, () => {
  const [alice, bob] = connected();
  alice.send_audio(tone(440));
  await_until(() => bob.hears(440));
  alice.send_audio(silent());
  bob.verify_silence();
  never(() => bob.hears(440), '200ms');
  alice.send_audio(tone(440));
  await_until(() => bob.hears(440));
  alice.hold();
  bob.verify_no_media('500ms');
  never(() => bob.hears(440), '200ms');
});

scenario('hears tells of beginning and end', { tags }, () => {
  const [alice, bob] = connected();
  assert(bob.hears(440)).is_false();
  alice.send_audio(tone(440));
  await_until(() => bob.hears(440));
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

scenario('what was heard before it was asked for is known at once', { tags }, () => {
  const [alice, bob] = connected();
  alice.send_audio(tone(440));
  bob.send_audio(tone(620));
  bob.verify_audio(440, { for: '600ms', within: '10s' });
  never(() => !bob.hears(440) || bob.hears(860), '200ms');
  assert(bob.received_level).greater_than(-12);
  assert(alice.hears(620)).is_true();
  assert(alice.hears(440)).is_false();
});

scenario('what was heard before a hold is not', { tags }, () => {
  const [alice, bob] = connected();
  alice.send_audio(tone(440));
  bob.verify_audio(440, { for: '600ms', within: '10s' });
  alice.hold();
  bob.verify_no_media('500ms');
  assert(bob.hears(440)).is_false();
  assert(bob.received_level).is_absent();
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
  const seen = errorOf(() => verify_audio_connection(alice, bob, '3s'));
  assert(seen?.code).equals('E_AUDIO');
  assert(seen?.message).contains('alice to bob: 540 Hz not heard: silence');
  assert(seen?.message).contains('the other direction was heard');
  alice.unmute();
  const { a_to_b, b_to_a } = verify_audio_connection(alice, bob);
  assert(Math.abs(a_to_b.hz - 540)).less_than(10);
  assert(Math.abs(b_to_a.hz - 1020)).less_than(10);
});

scenario.each([
  { what: 'silence', send: () => silent(), words: /silence, level/ },
  { what: 'another tone', send: () => tone(620), words: /wrong tone: strongest 62\d Hz/ },
  { what: 'a neighbour', send: () => tone(480), words: /wrong tone: strongest 480 Hz/ },
])('a failure says what was heard instead: $what', { tags }, ({ send, words }) => {
  const [alice, bob] = connected();
  alice.send_audio(send());
  wait('200ms');
  const seen = errorOf(() => bob.verify_audio(440, '2s'));
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
  // The BYE may reach alice before, while or after she puts that call on hold.
  alice.resume(alice.calls[0]);
  bob.verify_audio(440);
});

scenario.each(['the first', 'the second'])(
  '$row call, held by the other side while the agent talks in another one, sounds again',
  { tags },
  (which) => {
    const alice = agent('alice');
    const [bob, carol] = [agent('bob'), agent('carol')];
    alice.send_audio(tone(440));
    const call = (one) => {
      one.dial(alice);
      alice.accept();
      established(alice, one);
      return alice.calls.at(-1);
    };
    const [held, other] = which === 'the first' ? [bob, carol] : [carol, bob];
    let before;
    if (held === carol) before = call(bob);
    const first = call(held);
    held.hold();
    await_until(() => assert(first.held).not_equals('none'));
    if (before === undefined) call(other);
    else alice.resume(before);
    // another source, given while the held call has none
    alice.send_audio(tone(620));
    other.verify_audio(620);
    alice.send_audio(tone(860));
    other.verify_audio(860);
    held.resume();
    await_until(() => assert(first.held).equals('local'));
    alice.resume(first);
    held.verify_audio(860);
    // and a third call begins with what is sent now
    const dave = agent('dave');
    call(dave);
    dave.verify_audio(860);
  },
);

scenario('a file is sent once, and its end is an event', { tags }, () => {
  const [alice, bob] = connected();
  alice.send_audio(file('sounds/busy-us.wav'));
  assert(alice.sending).equals('file("sounds/busy-us.wav")');
  const busy = bob.verify_signal('busy', { country: 'us', within: '10s' });
  assert(busy.detect_ms).at_least(1900).less_than(3000);
  await_until(() => assert(alice.sending).equals('silent()'));
  bob.verify_silence();
});

scenario('another signal', { tags }, () => {
  const [alice, bob] = connected();
  alice.send_audio(file('sounds/busy-us.wav'));
  const seen = errorOf(() => bob.verify_signal('busy', { country: 'de', within: '1s' }));
  assert(seen?.code).equals('E_AUDIO');
  assert(seen?.message).contains('signal "busy" (de) not heard');
  assert(errorOf(() => bob.verify_signal('bussy'))?.hint).equals('did you mean "busy"?');
});

scenario.each(['PCMU', 'PCMA', 'G722', 'opus'])(
  'digits as sound through $row',
  { tags },
  (codec) => {
    const seen = errorOf(() => agent('probe', { codecs: [codec] }));
    if (seen?.code === 'E_CAPABILITY') skip(seen.message);
    const [alice, bob] = connected({ codecs: [codec] });
    // 1 as two tones, held; then 1, 5, 9 and # of 80 ms each
    alice.send_audio(tones([697, 1209]));
    const one = bob.verify_signal('dtmf', { digits: '1', within: '10s' });
    assert(one.detect_ms).at_least(35).at_most(80);
    // what lies above 1 kHz is damped by baresip 1.x there
    if (codec === 'G722') return;
    alice.send_audio(silent());
    bob.verify_silence();
    // together: listening that begins a moment later misses the first digit
    const [, four] = parallel(() => {
      alice.send_audio(file('sounds/dtmf-159.wav'));
      bob.verify_signal('dtmf', { digits: '159#', within: '10s' });
    });
    assert(four.seen).contains('"159#"');
    assert(four.detect_ms).at_least(440).at_most(620);
    // sound is no RTP event
    assert(bob.received_digits).equals('');
  },
);

scenario('other digits, and none', { tags }, () => {
  const [alice, bob] = connected();
  const other = errorOf(() =>
    parallel(() => {
      alice.send_audio(file('sounds/dtmf-159.wav'));
      bob.verify_signal('dtmf', { digits: '195', within: '4s' });
    }),
  );
  assert(other?.code).equals('E_AUDIO');
  assert(other?.message).matches(/signal "dtmf" "195" not heard: heard "159#", \d+, \d+/);
  alice.send_audio(tone(697));
  const none = errorOf(() => bob.verify_signal('dtmf', { digits: '1', within: '2s' }));
  assert(none?.message).contains('no digit, strongest 697 Hz');
  const codes = [
    ['dtmf', {}],
    ['dtmf'],
    ['dtmf', { digits: '1', country: 'us' }],
    ['dtmf', { digits: '' }],
    ['dtmf', { digits: 1 }],
    ['busy', { digits: '1' }],
  ].map((args) => errorOf(() => bob.verify_signal(...args))?.code);
  assert(new Set(codes)).equals(new Set(['E_ARGUMENT']));
});

scenario('a recording is known again, another one is not', { tags }, () => {
  const [alice, bob] = connected();
  const hear = () => {
    alice.send_audio(file('sounds/prompt.wav'));
    return bob.verify_recording('sounds/prompt.wav');
  };
  let heard;
  try {
    heard = hear();
  } catch {
    // Where other programs take the cores, baresip sends some frames late or never: the recording is played once more.
    heard = hear();
  }
  assert(heard.similarity).at_least(0.8);
  assert(Math.abs(heard.offset_ms)).less_than(500);
  alice.send_audio(file('sounds/other.wav'));
  const seen = errorOf(() => bob.verify_recording('sounds/prompt.wav', { within: '3500ms' }));
  assert(seen?.code).equals('E_AUDIO');
  assert(seen?.message).contains('"sounds/prompt.wav" not heard: similarity 0.');
});

scenario('timing of a conversation', { tags }, () => {
  const [alice, bob] = connected();
  assert(alice.speech.first_sound_ms).is_absent();
  // alice speaks, bob answers half a second after her end and is interrupted
  alice.send_audio(tone(440));
  wait('600ms');
  alice.send_audio(silent());
  wait('500ms');
  bob.send_audio(tone(620));
  await_until(() => assert(alice.speech.response_ms).is_present());
  assert(alice.speech.response_ms).at_least(300).less_than(3000);
  assert(alice.speech.first_sound_ms).greater_than(1000);
  assert(alice.speech.dead_air_ms).at_least(300);
  assert(alice.speech.talk_over_ms).equals(0);
  alice.send_audio(tone(440));
  wait('400ms');
  bob.send_audio(silent());
  await_until(() => assert(alice.speech.talk_over_ms).at_least(200).less_than(3000));
  await_until(() => assert(alice.speech.speaking).is_false());
});

scenario('without a call, and when it ends', { tags }, () => {
  const [alice, bob] = [agent('alice'), agent('bob')];
  assert(errorOf(() => alice.verify_audio(440))?.code).equals('E_CALL_STATE');
  assert(errorOf(() => alice.send_audio(file('sounds/prompt.wav')))?.code).equals('E_CALL_STATE');
  alice.dial(bob);
  const seen = errorOf(() => alice.verify_audio(440, '200ms'));
  assert(seen?.message).contains('there was no answer with media yet');
});

scenario('what is not right is told', { tags }, () => {
  const [alice, bob] = connected();
  const codes = [
    () => alice.send_audio('440'),
    () => alice.send_audio(file('../../etc/passwd')),
    () => alice.send_audio(file('sounds/missing.wav')),
    () => alice.send_audio(file('audio.js')),
    () => tone(0),
    () => tone('440'),
    () => tones([]),
    () => file(''),
    () => bob.verify_audio('440'),
    () => bob.verify_audio(440, { four: '1s' }),
    () => bob.verify_audio(440, { for: '2s', within: '1s' }),
    () => bob.verify_audio(440, '0s'),
    () => bob.verify_audio(440, 'soon'),
    () => bob.verify_audio(3950, '300ms'),
    () => bob.verify_recording('sounds/prompt.wav', { min_similarity: 2 }),
    () => verify_audio_connection(alice, alice),
    () => bob.hears(5),
  ].map((act) => errorOf(act)?.code);
  assert(codes).equals([
    'E_ARGUMENT',
    'E_READ_DENIED',
    'E_READ_FAILED',
    'E_AUDIO_FILE',
    'E_ARGUMENT',
    'E_ARGUMENT',
    'E_ARGUMENT',
    'E_ARGUMENT',
    'E_ARGUMENT',
    'E_ARGUMENT',
    'E_ARGUMENT',
    'E_ARGUMENT',
    'E_ARGUMENT',
    'E_ARGUMENT',
    'E_ARGUMENT',
    'E_ARGUMENT',
    'E_ARGUMENT',
  ]);
});

scenario('an agent that does not listen says so', { tags }, () => {
  const [alice, bob] = [agent('alice'), agent('bob', { audio: false })];
  alice.dial(bob);
  bob.accept();
  established(alice, bob);
  assert(errorOf(() => bob.verify_audio(440))?.hint).contains('audio: true');
});
