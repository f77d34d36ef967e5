// Calls the reception of a PBX, as a customer would: it must answer, and be heard. reception.env beside this file says where.
const caller = agent('caller', {
  domain: env('SIP_DOMAIN'),
  username: env('SIP_USER'),
  password: env('SIP_PASSWORD'),
});

caller.register();
await_until(() => assert(caller.registered).is_true());
caller.dial(env('RECEPTION'));
await_until(() => assert(caller.state).equals(State.Established), '20s');
// Phones report what they received every five seconds (RTCP): the quality comes from that.
wait(7);
caller.verify_media();
caller.hangup();
