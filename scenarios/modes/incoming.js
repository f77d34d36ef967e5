// The modes that only answer, for calls of real agents without a server. A call waits before its mode begins, as verbs
// return only when they are done; the calls of a trigger come from a PBX (scenarios/asterisk/modes.js).
import { answer_mode, record_mode, wait_mode } from 'offhook/modes';
import { agents, mode_fails } from './lib.js';

const tags = ['serverless', 'modes'];

/** alice has called bob. */
const called = (options = {}) => {
  const [alice, bob] = [agent('alice', options), agent('bob')];
  alice.dial(bob);
  return [alice, bob];
};

scenario('wait: rings for a second, and is refused', { tags }, () => {
  const [alice, bob] = called();
  wait_mode(bob, { caller_id: 'alice' });
  await_until(() => assert(alice.ended).contains({ how: 'rejected', code: 486 }));
  assert(alice.timing.ring_ms).between(700, 10_000);
});

scenario('wait: rings as long as is said', { tags }, () => {
  const [alice, bob] = called();
  wait_mode(bob, { delay: { pre: '1s', ring: '2s' } });
  await_until(() => assert(alice.timing.ring_ms).at_least(2500));
});

scenario('answer: hangs up', { tags }, () => {
  const [alice, bob] = called();
  answer_mode(bob);
  await_until(() => assert(alice.ended).contains({ by: 'remote', how: 'bye' }));
});

scenario('answer: plays a file, and hears the caller meanwhile', { tags }, () => {
  const [alice, bob] = called();
  alice.send_audio(tone(440));
  answer_mode(bob, { dst_out: '../sounds/prompt.wav', dst_in: 440 });
  await_until(() => assert(alice.timing.talk_ms).greater_than(1000));
});

scenario('record: neither a hang-up nor the digit', { tags }, () => {
  const [, bob] = called();
  const options = { timeout: '3s', stop_digit: '5' };
  mode_fails(
    'record_mode: timed out waiting for a hang-up, or 5, from the caller of "bob": bob is Established (limit 3.0 s)',
    () => record_mode(bob, options),
  );
});

scenario.each([
  {
    what: 'no call',
    act: () => {},
    timeout: '500ms',
    words: 'timed out waiting for a call to "bob": bob is Idle',
  },
  {
    what: 'a wrong caller id',
    act: (bob) => agent('alice').dial(bob),
    words: 'wrong caller id at "bob": "alice" does not end in "carol"',
  },
])('$what', { tags }, ({ act, timeout, words }) => {
  const bob = agent('bob');
  act(bob);
  for (const mode of [wait_mode, answer_mode, record_mode]) {
    mode_fails(words, () => mode(bob, { timeout, caller_id: 'carol' }));
  }
});

scenario('two calls wait', { tags }, () => {
  const [alice, bob, carol] = agents('alice', 'bob', 'carol');
  alice.dial(bob);
  carol.dial(bob);
  await_until(() => assert(bob.calls.length).equals(2));
  mode_fails('wait_mode: "bob" is busy: in a call with sip:carol@', () => wait_mode(bob));
});

scenario('the caller gives up before the time is over', { tags }, () => {
  const bob = agent('bob');
  const caller = peer('caller');
  caller.dial(bob);
  await_until(() => assert(bob.state).equals(State.Ringing));
  caller.cancel();
  mode_fails(
    'wait_mode: the call ended while it rang at "bob": bob: ended by remote: cancel (487',
    () => wait_mode(bob),
  );
});

const trigger_server = (status = 200) => {
  const mock = mock_server();
  mock.respond(regex('^/'), text_response('', status));
  return mock;
};

scenario('a trigger: what is asked', { tags }, () => {
  const [bob, mock] = [agent('bob'), trigger_server()];
  for (const trigger of [
    `${mock.url}/call?to={number}`,
    { url: `${mock.url}/call`, query: { to: '{number}' } },
    { url: `${mock.url}/call`, body: { to: ['{number}'], n: 1 } },
    {
      url: `${mock.url}/call`,
      method: 'PUT',
      body: 'call {number}',
      headers: { 'X-To': '{number}' },
    },
  ]) {
    mode_fails('wait_mode: timed out waiting for a call to "bob"', () =>
      wait_mode(bob, { trigger, number: '+49 30', timeout: '300ms' }),
    );
  }
  const [plain, query, json, put] = mock.requests();
  assert(plain.method).equals('GET');
  assert(plain.query.to).equals('+49 30');
  assert(query.query.to).equals('+49 30');
  assert(json.method).equals('POST');
  assert(json.json()).equals({ to: ['+49 30'], n: 1 });
  assert(put).contains({ method: 'PUT', body: 'call +49 30' });
  assert(put.header('X-To')).equals('+49 30');
});

scenario('a trigger that does not work', { tags }, () => {
  const [bob, mock] = [agent('bob'), trigger_server(503)];
  const url = `${mock.url}/call`;
  mode_fails([`wait_mode: the trigger was refused: GET ${url} was answered with 503`], () =>
    wait_mode(bob, { trigger: url }),
  );
  mode_fails('wait_mode: the trigger failed: ', () =>
    wait_mode(bob, { trigger: 'http://127.0.0.1:9/call' }),
  );
  mode_fails('wait_mode: the trigger has {number}, and there is no number', () =>
    wait_mode(bob, { trigger: `${url}/{number}` }),
  );
  for (const [words, trigger] of [
    ['wait_mode: "trigger": must be an object: got 7', 7],
    ['"trigger" must be a URL, or an object', ''],
    ['wait_mode: "trigger": "url" is missing', { method: 'GET' }],
    ['wait_mode: "trigger": "method" must be one of "GET"', { url, method: 'DELETE' }],
    ['wait_mode: "trigger": there is no "exec"', { exec: ['call', '{number}'] }],
  ]) {
    mode_fails(words, () => wait_mode(bob, { trigger }), 'E_ARGUMENT');
  }
});
