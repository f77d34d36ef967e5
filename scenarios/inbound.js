// What an agent does with calls it does not want, and one that answers by itself.
import { call, errorOf, established, idle, pair, ringing } from './lib/agents.js';

/** Skips the scenario below baresip 3.19, which can only answer 486: other codes are refused before anything is sent. */
const needsCodes = (bob) => {
  const error = errorOf(() => bob.respond_incoming(603));
  if (error !== undefined) skip(error.message);
  bob.stop_responding();
};

scenario.each([
  { code: 480, reason: undefined },
  { code: 486, reason: 'Not Now' },
  { code: 503, reason: undefined },
  { code: 603, reason: 'Nobody; is 100% "here"='.replaceAll('"', "'") },
  { code: 699, reason: 'ü' },
])('rejected with $code', { tags: ['serverless'] }, ({ code, reason }) => {
  const [alice, bob] = pair();
  needsCodes(bob);
  alice.dial(bob);
  bob.reject(code, reason);
  assert(bob.ended).contains({ by: 'local', how: 'rejected', code });
  idle(alice);
  assert(alice.ended).contains({ by: 'remote', how: 'rejected', code });
  if (reason !== undefined) assert(alice.reason).equals(reason);
});

scenario('every call is refused until that is stopped', { tags: ['serverless'] }, () => {
  const [alice, bob] = pair();
  const carol = agent('carol');
  bob.respond_incoming(486);
  for (const caller of [alice, carol, alice]) {
    caller.dial(bob);
    await_until(() => assert(caller.status_code).equals(486));
    await_until(() => assert(bob.ended).contains({ by: 'local', how: 'rejected', code: 486 }));
    idle(bob);
  }
  bob.stop_responding();
  bob.stop_responding();
  call(alice, bob);
  // a second one, while in a call: the first one stays
  bob.respond_incoming(486);
  carol.dial(bob);
  await_until(() => assert(carol.status_code).equals(486));
  await_until(() => assert(bob.calls.length).equals(1));
  assert(bob.peer).contains({ number: 'alice' });
  established(alice, bob);
});

scenario('every call is refused with a code of its own', { tags: ['serverless'] }, () => {
  const [alice, bob] = pair();
  needsCodes(bob);
  bob.respond_incoming(480, 'At Lunch');
  alice.dial(bob);
  await_until(() => assert(alice.ended).contains({ code: 480, reason: 'At Lunch' }));
  bob.respond_incoming(603);
  alice.dial(bob);
  await_until(() => assert(alice.ended).contains({ code: 603 }));
});

scenario('a refused call is none to accept', { tags: ['serverless'] }, () => {
  const [alice, bob] = pair();
  bob.respond_incoming(486);
  alice.dial(bob);
  const error = errorOf(() => bob.accept());
  assert(error?.code).equals('E_CALL_TIMEOUT');
  assert(alice.status_code).equals(486);
});

scenario.each([200, 302, 399, 700, 48.6, '486'])(
  'code $row cannot be sent',
  { tags: ['serverless'] },
  (code) => {
    const bob = agent('bob');
    for (const action of [() => bob.reject(code), () => bob.respond_incoming(code)]) {
      assert(errorOf(action)?.code).equals('E_ARGUMENT');
    }
    if (code === 302) assert(errorOf(() => bob.reject(302)).message).contains('3xx');
  },
);

scenario.each([
  { what: 'nothing', reason: '' },
  { what: 'a blank', reason: ' ' },
  { what: 'a line break', reason: 'a\r\nb: c' },
  { what: 'quotes', reason: 'say "no"' },
  { what: 'too long', reason: 'x'.repeat(201) },
])('a reason that cannot be sent: $what', { tags: ['serverless'] }, ({ reason }) => {
  const bob = agent('bob');
  assert(errorOf(() => bob.reject(486, reason))?.code).equals('E_ARGUMENT');
  assert(errorOf(() => bob.respond_incoming(486, reason))?.code).equals('E_ARGUMENT');
});

scenario('an automatic callee: rings first, then answers', { tags: ['serverless'] }, () => {
  const alice = agent('alice');
  const bob = agent('bob', { answer: 'auto' });
  alice.dial(bob);
  ringing(bob);
  established(alice, bob);
  assert(bob.peer).contains({ number: 'alice' });
  assert(errorOf(() => bob.respond_incoming(486))?.code).equals('E_ARGUMENT');
  alice.hangup();
  idle(bob);
});
