// Two registered users call each other through a SIP server.
// `offhook run --lab examples/two-party.js` brings a server of its own and sets these variables;
// for your own server set them in two-party.env beside this file, or with --set.
const server = { domain: env('SIP_DOMAIN'), outbound: env('SIP_PROXY') };

const caller = agent('caller', { ...server, username: env('A_USER'), password: env('A_PASS') });
const callee = agent('callee', { ...server, username: env('B_USER'), password: env('B_PASS') });

caller.register();
callee.register();
await_until(() => {
  assert(caller.registered).is_true();
  assert(callee.registered).is_true();
});

caller.dial(env('B_USER'));
await_until(() => assert(caller.state).equals(State.Ringing));
await_until(() => assert(callee.state).equals(State.Ringing));

callee.accept();
await_until(() => assert(caller.state).equals(State.Established));
await_until(() => assert(callee.state).equals(State.Established));

wait(3);

caller.hangup();
await_until(() => assert(caller.state).equals(State.Idle));
await_until(() => assert(callee.state).equals(State.Idle));
assert(callee.ended).contains({ by: 'remote', how: 'bye' });
