// How fast a voicebot answers, and whether it stops when it is interrupted. The bot here is an agent that
// plays its part; for a real one set BOT to its URI or number (and SIP_DOMAIN, A_USER, A_PASS):
//   BOT=sip:bot@pbx.example offhook run examples/voicebot-timing.js
const target = env('BOT', '');

scenario('greets, answers within two seconds, and gives way', { tags: ['voicebot'] }, () => {
  const account = { username: env('A_USER', 'caller'), password: env('A_PASS', '') };
  const caller =
    target === '' ? agent('caller') : agent('caller', { ...account, domain: env('SIP_DOMAIN') });
  const bot = target === '' ? agent('bot') : undefined;

  caller.dial(bot ?? target);
  bot?.accept();
  await_until(() => assert(caller.state).equals(State.Established), '20s');

  step('the greeting', () => {
    bot?.send_audio(tone(300));
    await_until(() => assert(caller.speech.first_sound_ms).less_than(2000));
    bot?.send_audio(silent());
    await_until(() => assert(caller.speech.speaking).is_false(), '20s');
  });

  step('an answer to what the caller says', () => {
    caller.send_audio(tone(440));
    wait('500ms');
    caller.send_audio(silent());
    if (bot !== undefined) wait('300ms');
    bot?.send_audio(tone(300));
    const response = await_until(
      () => assert(caller.speech.response_ms).is_present().value(),
      '5s',
    );
    log(`answered after ${response} ms`);
    assert(response).less_than(2000);
  });

  step('the caller interrupts', () => {
    const before = caller.speech.talk_over_ms;
    caller.send_audio(tone(440));
    wait('300ms');
    bot?.send_audio(silent());
    await_until(() => assert(caller.speech.speaking).is_false());
    caller.send_audio(silent());
    assert(caller.speech.talk_over_ms - before).less_than(1500);
    log(
      `went on for ${caller.speech.talk_over_ms - before} ms; longest silence ${caller.speech.dead_air_ms} ms`,
    );
  });
  caller.hangup();
});
