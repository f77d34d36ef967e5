// Registration at a PBX. Needs its variables (see src/testing/asterisk.ts), or is skipped.
setup(() => {
  if (env('PBX_ECHO', '') === '') skip('needs a PBX: PBX_ECHO is not set');
});

const user = (letter, more = {}) => ({
  username: env(`${letter}_USER`),
  password: env(`${letter}_PASS`),
  domain: env('SIP_DOMAIN'),
  ...more,
});
const registered = (...agents) =>
  await_until(() => agents.forEach((one) => assert(one.registered).is_true()));

scenario.each([{ transport: 'udp' }, { transport: 'tcp' }])(
  'register, unregister, register again over $transport',
  { tags: ['pbx'] },
  ({ transport }) => {
    const alice = agent('alice', user('A', { transport }));
    for (let i = 0; i < 3; i += 1) {
      alice.register();
      registered(alice);
      assert(alice.registration).contains({ state: 'registered', code: 200 });
      alice.unregister();
      await_until(() => assert(alice.registration.state).equals('none'));
    }
  },
);

scenario('a wrong password', { tags: ['pbx'] }, () => {
  const alice = agent('alice', user('A', { password: 'wrong' }));
  alice.register();
  await_until(() => assert(alice.registration).contains({ state: 'failed', code: 401 }));
  assert(alice.registered).is_false();
});

scenario('a user nobody knows', { tags: ['pbx'] }, () => {
  const nobody = agent('nobody', user('A', { username: 'nobody' }));
  nobody.register();
  await_until(() => assert(nobody.registration.state).equals('failed'));
  assert(nobody.registration.code).at_least(401);
  assert(nobody.registration.code).at_most(404);
});

scenario('agents that register again and again are never refused', { tags: ['pbx'] }, () => {
  for (let i = 0; i < 8; i += 1) {
    const alice = agent(`alice ${i}`, user('A'));
    alice.register();
    registered(alice);
  }
});
