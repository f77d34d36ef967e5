// Headers of one's own on outgoing calls, as the callee reads them, on every baresip version.
import { established, idle, ringing } from './lib/agents.js';

scenario.each([{ transport: 'udp' }, { transport: 'tcp' }, { transport: 'tls' }])(
  'headers over $transport',
  { tags: ['serverless'] },
  ({ transport }) => {
    const headers = {
      'X-Plain': 'blue',
      'X-Many': ['one', 'two, and a half', 'three'],
      'X-Hard': 'a=b; c="d"? %41 100% #x <sip:u@h;p=1> [z] $+&\\'.replaceAll('"', ''),
      'X-Utf8': 'Grüße ☎',
      Diversion: '<sip:+49301@pbx.test>;reason=user-busy;counter=1',
    };
    const alice = agent('alice', { transport, headers, headers_compat: true });
    const bob = agent('bob', { transport });
    for (let round = 0; round < 2; round += 1) {
      alice.dial(bob);
      ringing(bob);
      assert(bob.header('X-PLAIN')).equals('blue');
      assert(bob.headers['x-many']).equals(headers['X-Many']);
      assert(bob.header('x-hard')).equals(headers['X-Hard']);
      assert(bob.header('x-utf8')).equals(headers['X-Utf8']);
      assert(bob.header('diversion')).equals(headers.Diversion);
      bob.accept();
      established(alice, bob);
      bob.hangup();
      idle(alice, bob);
    }
    // Those of a call start anew with the next one.
    const carol = agent('carol', { transport });
    carol.dial(bob);
    ringing(bob);
    assert(bob.header('x-plain')).is_absent();
    assert(bob.headers['x-many']).is_absent();
  },
);

scenario('compact names of a received INVITE', { tags: ['serverless'] }, () => {
  const alice = agent('alice', {
    headers: { s: 'short', k: 'abc' },
    headers_compat: true,
  });
  const bob = agent('bob');
  alice.dial(bob);
  ringing(bob);
  assert(bob.header('Subject')).equals('short');
  assert(bob.header('S')).equals('short');
  assert(bob.headers.supported).contains('abc');
  assert(bob.header('i')).equals(bob.header('Call-ID'));
  assert(bob.header('f')).equals(bob.header('From'));
});

scenario.each([
  [{ 'X-A': 'x\r\nX-Evil: 1' }, 'line break'],
  [{ 'X-A': ['fine', 'x\nX-Evil: 1'] }, 'line break'],
  [{ 'X-A\r\nX-Evil: 1': 'x' }, 'holds'],
  [{ 'X A': 'x' }, 'holds'],
  [{ Contact: 'x' }, 'agent itself'],
  [{ v: 'x' }, 'agent itself'],
  [{ 'X-A': '' }, 'empty'],
  [{ 'X-A': [] }, 'empty array'],
  [{ 'X-A': 1 }, 'must be text'],
  [{ 'X-A': 'x'.repeat(1100) }, 'too long'],
])('refused in agent()', { tags: ['serverless'] }, ([headers, words]) => {
  let message = '';
  try {
    agent('alice', { headers, headers_compat: true });
  } catch (error) {
    assert(error.code).equals('E_ARGUMENT');
    message = error.message;
  }
  assert(message).contains(words);
});
