// Listening that the text of a scenario does not announce: this file names no function that listens.
const tags = ['serverless'];

/** The name of a function, put together. */
const named = (...parts) => parts.join('');

const connected = () => {
  const [alice, bob] = [agent('alice'), agent('bob')];
  alice.dial(bob);
  bob.accept();
  await_until(() => [alice, bob].forEach((one) => assert(one.state).equals(State.Established)));
  return [alice, bob];
};

scenario('verbs of computed names hear', { tags }, () => {
  const [alice, bob] = connected();
  const verify = (kind, ...args) => bob[named('verify', '_', kind)](...args);
  assert(verify('silence', { for: '300ms', within: '10s' }).level).less_than(-60);
  alice.send_audio(tone(440));
  assert(Math.abs(verify('audio', 440).hz - 440)).less_than(5);
  alice.hold();
  alice.resume();
  verify('audio', 440);
});

scenario('a getter of a computed name knows what comes in', { tags }, () => {
  const [alice, bob] = connected();
  alice.send_audio(tone(440));
  await_until(() => assert(bob[named('hea', 'rs')](440)).is_true());
  await_until(() => assert(bob[named('received', '_level')]).greater_than(-20));
});

scenario('a conversation is timed before anybody asks', { tags }, () => {
  const [alice, bob] = connected();
  alice.send_audio(tone(440));
  wait('600ms');
  alice.send_audio(silent());
  wait('500ms');
  bob.send_audio(tone(620));
  // Longer than between two looks at audio that nobody asks about.
  wait('2500ms');
  bob.send_audio(silent());
  wait('500ms');
  const timing = () => alice[named('spe', 'ech')];
  await_until(() => assert(timing().response_ms).is_present());
  assert(timing().response_ms).at_least(300).less_than(2500);
  assert(timing().first_sound_ms).greater_than(1000).less_than(3000);
  await_until(() => assert(timing().speaking).is_false());
});
