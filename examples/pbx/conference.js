import { number, user } from './pbx.js';

scenario('in a conference each hears the two others, and not himself', () => {
  const room = number('PBX_CONFERENCE');
  const members = [
    { one: user('A'), hz: 440 },
    { one: user('B'), hz: 620 },
    { one: user('C'), hz: 860 },
  ];
  for (const { one, hz } of members) {
    one.send_audio(tone(hz));
    one.dial(room);
  }
  await_until(() => {
    for (const { one } of members) {
      for (const { one: other, hz } of members) if (other !== one) assert(one.hears(hz)).is_true();
    }
  }, '15s');
  never(() => members.some(({ one, hz }) => one.hears(hz)), '1s'); // a tone is heard after 400 ms
});
