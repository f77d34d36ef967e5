import { number, user } from './pbx.js';

scenario('the voice menu takes a digit', () => {
  const caller = user('A');
  caller.dial(number('PBX_IVR'));
  caller.verify_audio(600, '10s'); // its prompt; for a spoken one: verify_recording('prompts/welcome.wav')
  caller.dtmf('1');
  caller.verify_audio(1000); // what it plays for 1
  caller.hangup();
});
