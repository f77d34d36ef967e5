// Calls the reception of a PBX, as a customer would: it must answer, and be heard. reception.env beside this file says where.
import { line } from 'offhook/modes';

// The line is one of ../offhook.config.json. Whoever else watches something by it waits meanwhile.
const caller = agent('caller', line('office').agent);

caller.register();
await_until(() => assert(caller.registered).is_true());
caller.dial(env('RECEPTION'));
await_until(() => assert(caller.state).equals(State.Established), '20s');
// Phones report what they received every five seconds (RTCP): the quality comes from that.
wait(7);
caller.verify_media();
caller.hangup();
