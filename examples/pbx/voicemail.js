import { number, user } from './pbx.js';

scenario('a message is left after the beep, and its owner is told', () => {
  const box = number('PBX_VOICEMAIL_OF_B');
  const [speaker, owner] = [user('A'), user('B', { mwi: true })];
  owner.register();
  await_until(() => assert(owner.mwi).is_present());
  const before = owner.mwi?.new ?? 0;

  speaker.dial(box);
  speaker.verify_audio(1000, '20s'); // the beep: no frequency of the greeting
  speaker.send_audio(tone(440));
  wait('3s'); // the message; a PBX that records may send nothing meanwhile
  speaker.hangup();

  await_until(() => assert(owner.mwi?.new).equals(before + 1), '10s');
});
