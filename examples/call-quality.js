// A call long enough for RTCP to tell how it sounds: each side reports every 5 s.
// `offhook run --metrics examples/call-quality.js` also prints a line for each agent.
const alice = agent('alice');
const bob = agent('bob', { answer: 'auto' });

alice.dial(bob);
await_until(() => assert(alice.state).equals(State.Established));
assert(alice.quality).is_absent();

const quality = await_until(() => assert(alice.quality).is_present().value(), '12s');
log(`MOS ${quality.mos}, ${quality.packet_loss} % lost, jitter ${quality.jitter} ms`);

assert(alice.quality?.mos).at_least(4);
assert(alice.quality?.packet_loss).at_most(1);
await_until(() => assert(bob.quality?.mos).at_least(4), '12s');

// The last report stays readable after the call.
alice.hangup();
assert(alice.quality?.mos).at_least(4);
assert(alice.timing.talk_ms).greater_than(3000);
