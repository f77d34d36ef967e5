// Audio from and through a PBX. Needs its variables (see src/testing/asterisk.ts), or is skipped.
setup(() => {
  if (env('PBX_ECHO', '') === '') skip('needs a PBX: PBX_ECHO is not set');
});

const tags = ['pbx', 'audio'];

/** The message of what must fail. */
const failure = (act) => {
  try {
    act();
  } catch (error) {
    return error.message;
  }
  return 'it passed';
};

const caller = (letter = 'A', more = {}) =>
  agent(`caller ${letter}`, {
    username: env(`${letter}_USER`),
    password: env(`${letter}_PASS`),
    domain: env('SIP_DOMAIN'),
    ...more,
  });

scenario.each(['PCMU', 'PCMA'])('a milliwatt of 1004 Hz in $row', { tags }, (codec) => {
  const alice = caller('A', { codecs: [codec] });
  alice.dial(env('PBX_TONE'));
  const heard = alice.verify_audio(1004);
  assert(Math.abs(heard.hz - 1004)).less_than(5);
  // 0 dBm0 is 3 dB below full scale
  assert(heard.level).greater_than(-6).less_than(0);
  await_until(() => assert(alice.received_level).greater_than(-6));
});

scenario('a weak tone, a wrong one and silence are told apart', { tags }, () => {
  const alice = caller();
  alice.dial(env('PBX_QUIET_TONE'));
  assert(failure(() => alice.verify_audio(800, '3s'))).matches(
    /weak tone: -5\d(\.\d)? dBFS \(at least -50 dBFS\)/,
  );
  assert(failure(() => alice.verify_audio(440, '3s'))).matches(/wrong tone: strongest 800 Hz/);
  alice.hangup();
  alice.dial(env('PBX_TONE'));
  assert(failure(() => alice.verify_audio(800, '3s'))).matches(/wrong tone: strongest 1004 Hz/);
  alice.hangup();
  alice.dial(env('PBX_ECHO'));
  alice.send_audio(silent());
  assert(failure(() => alice.verify_audio(800, '3s'))).matches(/silence, level -\d+/);
});

scenario('2 s of tone, 3 s of silence', { tags }, () => {
  const alice = caller();
  alice.dial(env('PBX_CADENCE'));
  alice.verify_silence({ for: '2500ms', within: '6s' });
  const { level } = alice.verify_audio(1000, { for: '1800ms', within: '5s' });
  assert(level).greater_than(-20).less_than(-5);
  assert(failure(() => alice.verify_audio(1000, { for: '2500ms', within: '6s' }))).matches(
    /there for (2(\.\d)? s|1\.9\d* s|19\d\d ms|20\d\d ms) only/,
  );
  await_until(() => alice.hears(1000), '6s');
  await_until(() => !alice.hears(1000), '10s');
});

scenario('early media are heard before the answer', { tags }, () => {
  const alice = caller();
  alice.dial(env('PBX_EARLY_MEDIA'));
  alice.verify_audio(700, '3s');
  assert(alice.state).equals(State.Ringing);
  await_until(() => assert(alice.state).equals(State.Established));
  alice.send_audio(tone(440));
  alice.verify_audio(440);
});

scenario('an echo, over hold and resume', { tags }, () => {
  const alice = caller();
  alice.send_audio(tone(440));
  alice.dial(env('PBX_ECHO'));
  alice.verify_audio(440);
  alice.hold();
  alice.resume();
  alice.verify_audio(440, { for: '300ms', within: '5s' });
  alice.send_audio(silent());
  alice.verify_silence();
});

scenario('a DTMF menu answers with tones', { tags }, () => {
  const alice = caller();
  alice.dial(env('PBX_IVR'));
  alice.verify_audio(600);
  alice.dtmf('2');
  alice.verify_audio(1200);
});

scenario('each of three hears the two others in a conference', { tags }, () => {
  const members = [
    { letter: 'A', hz: 440 },
    { letter: 'B', hz: 620 },
    { letter: 'C', hz: 860 },
  ].map(({ letter, hz }) => ({ hz, one: caller(letter) }));
  for (const { one, hz } of members) {
    one.send_audio(tone(hz));
    one.dial(env('PBX_CONFERENCE'));
  }
  await_until(() => {
    for (const { one } of members)
      for (const { one: other, hz } of members) assert(one.hears(hz)).equals(one !== other);
  }, '10s');
  never(() => members.some(({ one, hz }) => one.hears(hz)), '1s');
});
