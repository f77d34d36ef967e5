// Three agents meet in a conference room of a PBX, each with a tone of its own: each hears the two others,
// and not itself. Skips itself without a room to call; run it with:
//   SIP_DOMAIN=pbx.example A_USER=1001 A_PASS=secret B_USER=1002 B_PASS=secret C_USER=1003 C_PASS=secret \
//     CONFERENCE=6200 offhook run examples/conference.js
// The test Asterisk of this project calls its room PBX_CONFERENCE.
const room = env('CONFERENCE', env('PBX_CONFERENCE', ''));

/** @param {string} letter */
const member = (letter) =>
  agent(`member ${letter}`, {
    username: env(`${letter}_USER`),
    password: env(`${letter}_PASS`),
    domain: env('SIP_DOMAIN'),
  });

scenario('each hears the two others', { tags: ['conference'] }, () => {
  if (room === '')
    skip(
      'needs a conference room: set CONFERENCE to its number (and SIP_DOMAIN, A_USER ... C_PASS)',
    );
  const members = [
    { one: member('A'), hz: 440 },
    { one: member('B'), hz: 620 },
    { one: member('C'), hz: 860 },
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
  // a tone is heard after 400 ms
  never(() => members.some(({ one, hz }) => one.hears(hz)), '1s');
});
