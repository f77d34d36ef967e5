// Headers of one's own: sent with the INVITE, read by the callee in any form of their name.
const caller = agent('caller', {
  headers: {
    'X-Tenant': 'blue',
    'X-Route-Via': ['edge-1', 'edge-2'],
    Subject: 'a test, 100% escaped; as it should be',
  },
  // Below baresip 2.3 there is only a way around, which adds two lines more; a warning shows them.
  headers_compat: true,
});
const callee = agent('callee');

caller.dial(callee);
await_until(() => assert(callee.state).equals(State.Ringing));

assert(callee.header('x-tenant')).equals('blue');
assert(callee.headers['x-route-via']).equals(['edge-1', 'edge-2']);
// "s" is the compact form of Subject (RFC 3261, 20.36).
assert(callee.header('s')).equals('a test, 100% escaped; as it should be');
assert(callee.header('X-Missing')).is_absent();

callee.accept();
await_until(() => assert(caller.state).equals(State.Established));
caller.hangup();
await_until(() => assert(callee.state).equals(State.Idle));
