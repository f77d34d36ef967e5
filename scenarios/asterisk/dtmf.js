// DTMF to and from a PBX. Needs its variables (see src/testing/asterisk.ts), or is skipped.
setup(() => {
  if (env('PBX_IVR', '') === '') skip('needs a PBX: PBX_IVR is not set');
});

const inCall = (number, letter = 'A', more = {}) => {
  const caller = agent('caller', {
    username: env(`${letter}_USER`),
    password: env(`${letter}_PASS`),
    domain: env('SIP_DOMAIN'),
    ...more,
  });
  caller.dial(env(number));
  await_until(() => assert(caller.state).equals(State.Established));
  return caller;
};

scenario('the IVR calls bob', { tags: ['pbx', 'dtmf'] }, () => {
  const bob = agent('bob', {
    username: env('B_USER'),
    password: env('B_PASS'),
    domain: env('SIP_DOMAIN'),
  });
  bob.register();
  await_until(() => assert(bob.registered).is_true());
  const caller = inCall('PBX_IVR');
  caller.dtmf('3');
  await_until(() => assert(bob.state).equals(State.Ringing));
  bob.accept();
  await_until(() => assert(bob.state).equals(State.Established));
  caller.hangup();
  await_until(() => assert(bob.state).equals(State.Idle));
});

scenario('a digit the IVR does not know', { tags: ['pbx', 'dtmf'] }, () => {
  const caller = inCall('PBX_IVR');
  caller.dtmf('9');
  await_until(() => assert(caller.ended).contains({ by: 'remote', how: 'bye' }));
});

scenario('the right PIN', { tags: ['pbx', 'dtmf'] }, () => {
  const caller = inCall('PBX_PIN');
  caller.dtmf('1234#');
  wait('1s');
  assert(caller.state).equals(State.Established);
  caller.hangup();
});

scenario.each(['1243#', '1224#', '12234#'])(
  'the wrong PIN $row',
  { tags: ['pbx', 'dtmf'] },
  (pin) => {
    const caller = inCall('PBX_PIN');
    caller.dtmf(pin);
    await_until(() => assert(caller.ended).contains({ by: 'remote', how: 'bye' }));
    assert(caller.ended.cause).contains('cause=21');
  },
);

scenario('digits the PBX sends', { tags: ['pbx', 'dtmf'] }, () => {
  const caller = inCall('PBX_SENDS_DTMF');
  await_until(() => assert(caller.received_digits).equals('12345*0#'), '10s');
  caller.received_dtmf.forEach(({ via }) => assert(via).equals('rtp'));
});

scenario('sent back, with a gap', { tags: ['pbx', 'dtmf'] }, () => {
  const caller = inCall('PBX_DTMF_BACK');
  caller.dtmf('159*A', '300ms');
  caller.dtmf('#');
  await_until(() => assert(caller.received_digits).equals('159*A'), '10s');
});

scenario('by INFO, both ways', { tags: ['pbx', 'dtmf', 'info'] }, () => {
  let caller;
  try {
    caller = inCall('PBX_DTMF_BACK', 'INFO', { dtmf_mode: 'info' });
  } catch (error) {
    if (error.code !== 'E_CAPABILITY') throw error;
    skip(error.message);
  }
  caller.dtmf('4711#');
  await_until(() => assert(caller.received_digits).equals('4711'), '10s');
  caller.received_dtmf.forEach(({ via }) => assert(via).equals('info'));
});

scenario('automatic: the PBX takes INFO only', { tags: ['pbx', 'dtmf', 'info'] }, () => {
  let caller;
  try {
    caller = inCall('PBX_PIN', 'INFO', { dtmf_mode: 'auto' });
  } catch (error) {
    if (error.code !== 'E_CAPABILITY') throw error;
    skip(error.message);
  }
  caller.dtmf('1234#');
  wait('1s');
  assert(caller.state).equals(State.Established);
});

scenario('messages through the PBX', { tags: ['pbx', 'message'] }, () => {
  const [alice, bob] = ['A', 'B'].map((letter) =>
    agent(env(`${letter}_USER`), {
      username: env(`${letter}_USER`),
      password: env(`${letter}_PASS`),
      domain: env('SIP_DOMAIN'),
    }),
  );
  [alice, bob].forEach((one) => one.register());
  await_until(() => [alice, bob].forEach((one) => assert(one.registered).is_true()));
  alice.message(bob, 'hello bob');
  await_until(() => assert(bob.messages.map(({ text }) => text)).equals(['hello bob']));
  assert(bob.messages[0].from.number).equals(env('A_USER'));
  assert(alice.ping(`sip:${env('SIP_DOMAIN')}`).status).at_least(200);
});
