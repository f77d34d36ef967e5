// A caller goes through a voice menu (IVR) by DTMF. Skips itself without an IVR to call; run it with:
//   SIP_DOMAIN=pbx.example A_USER=1001 A_PASS=secret IVR=610 IVR_DIGITS=1 \
//     offhook run examples/dtmf-ivr.js
// IVR_DIGITS is what the menu is sent. The test Asterisk of this project calls its IVR PBX_IVR.
const number = env('IVR', env('PBX_IVR', ''));

scenario('the menu takes a digit', { tags: ['ivr'] }, () => {
  if (number === '') skip('needs an IVR: set IVR to its number (and SIP_DOMAIN, A_USER, A_PASS)');
  const caller = agent('caller', {
    username: env('A_USER'),
    password: env('A_PASS'),
    domain: env('SIP_DOMAIN'),
  });
  caller.dial(number);
  await_until(() => assert(caller.state).equals(State.Established), '10s');
  caller.dtmf(env('IVR_DIGITS', '1'));
  // the menu accepts it: it does not hang up on the caller
  wait('2s');
  caller.hangup();
  assert(caller.ended).contains({ by: 'local', how: 'bye' });
});
