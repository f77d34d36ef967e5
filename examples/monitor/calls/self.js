// Two agents on this machine call each other: shows that Offhook, baresip and the machine work, without any PBX.
const caller = agent('caller');
const callee = agent('callee');

caller.dial(callee);
await_until(() => assert(callee.state).equals(State.Ringing));
callee.accept();
await_until(() => assert(caller.state).equals(State.Established));
// Phones report what they received every five seconds (RTCP): the quality comes from that.
wait(7);
caller.verify_media();
callee.verify_media();
caller.hangup();
await_until(() => assert(callee.state).equals(State.Idle));
