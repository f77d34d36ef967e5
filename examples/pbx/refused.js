import { number, user } from './pbx.js';

scenario.each([
  { name: 'PBX_BUSY', code: 486 },
  { name: 'PBX_FORBIDDEN', code: 403 },
  { name: 'PBX_NOT_FOUND', code: 404 },
])('$name is answered with $code', ({ name, code }) => {
  const alice = user('A');
  alice.dial(number(name));
  await_until(() => assert(alice.ended).contains({ by: 'remote', how: 'rejected', code }));
});
