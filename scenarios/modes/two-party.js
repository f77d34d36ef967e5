// The modes with an agent at both ends, between two real agents without a server.
import { audio_mode, call_mode, dtmf_mode } from 'offhook/modes';
import { wherePossible } from '../lib/agents.js';
import { agents, mode_fails } from './lib.js';

const tags = ['serverless', 'modes'];

scenario('dtmf: random digits both ways, one of them twice', { tags }, () => {
  const [alice, bob] = agents('alice', 'bob');
  const { caller_sent, callee_sent } = dtmf_mode(alice, bob);
  for (const sent of [caller_sent, callee_sent]) {
    assert(sent)
      .matches(/^\d{5}$/)
      .matches(/(\d)\1/);
  }
  assert(bob.received_digits).equals(caller_sent);
  assert(alice.received_digits).equals(callee_sent);
  assert(alice.ended).contains({ by: 'local', how: 'bye' });
  assert(bob.ended).contains({ by: 'remote', how: 'bye' });
});

scenario('dtmf: as many as are asked for, after all delays', { tags }, () => {
  const [alice, bob] = agents('alice', 'bob');
  const delay = { pre: '200ms', ring: '300ms', answer: '200ms' };
  const { caller_sent } = dtmf_mode(alice, bob, { len: 8, may_repeat: true, delay });
  assert(caller_sent).matches(/^\d{8}$/);
  assert(bob.timing.ring_ms).at_least(500);
  assert(bob.received_dtmf[0].at - alice.received_dtmf.at(-1).at).greater_than(0);
});

scenario('dtmf: digits of the script, by INFO', { tags }, () => {
  const [alice, bob] = wherePossible(() =>
    ['alice', 'bob'].map((name) => agent(name, { dtmf_mode: 'info' })),
  );
  dtmf_mode(alice, bob, { digits: '0011' });
  assert(bob.received_dtmf.map(({ via }) => via)).equals(['info', 'info', 'info', 'info']);
});

scenario('dtmf: a callee that answers by itself', { tags }, () => {
  const bob = agent('bob', { answer: 'auto' });
  dtmf_mode(agent('alice'), bob, { len: 1 });
});

scenario('call: rings, and is refused', { tags }, () => {
  const [alice, bob] = agents('alice', 'bob');
  call_mode(alice, bob, { delay: { ring: '300ms' } });
  assert(alice.ended).contains({ by: 'remote', how: 'rejected', code: 486 });
  assert(bob.timing.ring_ms).at_least(300);
});

scenario('audio: tones', { tags }, () => {
  const [alice, bob] = agents('alice', 'bob');
  const { caller_heard, callee_heard } = audio_mode(alice, bob);
  assert(caller_heard.hz).about(620, '3%');
  assert(callee_heard.hz).about(440, '3%');
});

scenario('audio: files', { tags }, () => {
  const [alice, bob] = agents('alice', 'bob');
  const { caller_heard, callee_heard } = audio_mode(alice, bob, {
    src_out: '../sounds/prompt.wav',
    dst_out: '../sounds/other.wav',
  });
  assert(caller_heard.similarity).greater_than(0.9);
  assert(callee_heard.similarity).greater_than(0.9);
});

scenario('audio: something else is heard', { tags }, () => {
  const [alice, bob] = agents('alice', 'bob');
  const error = mode_fails(
    'agent "bob": verify_audio: ',
    () => audio_mode(alice, bob, { src_out: 440, dst_in: 700, timeout: '5s' }),
    'E_AUDIO',
  );
  assert(error.message).contains('440 Hz');
});

scenario.each([
  { mode: call_mode, what: 'call_mode' },
  { mode: dtmf_mode, what: 'dtmf_mode' },
  { mode: audio_mode, what: 'audio_mode' },
])('$what: nobody is reached', { tags }, ({ mode, what }) => {
  const [alice, bob] = agents('alice', 'bob');
  const gone = peer('gone');
  gone.on_invite([[404]]);
  mode_fails(`${what}: no call arrived at "bob": ended by remote: rejected (404 Not Found)`, () =>
    mode(alice, bob, { target: gone }),
  );
});

scenario('call: it reaches somebody else', { tags }, () => {
  const [alice, bob, carol] = agents('alice', 'bob', 'carol');
  const error = mode_fails(
    'call_mode: timed out waiting for a call to "bob": alice is Ringing',
    () => call_mode(alice, bob, { target: carol, timeout: '4s' }),
  );
  assert(error.hint).contains('is "bob" registered?');
});

scenario('call: the caller does not see it ring', { tags }, () => {
  const [alice, bob] = agents('alice', 'bob');
  mode_fails(
    'call_mode: timed out waiting for the ringing of "bob": alice is Ringing, got 180',
    () => call_mode(alice, bob, { ringing_codes: [183], timeout: '4s' }),
  );
});

scenario.each([
  { caller_id: 'alice', username: 'alice' },
  { caller_id: '0100', username: '+15550100' },
  { caller_id: '+4930123456', username: '030123456', dialplan: { country: '49' } },
  { caller_id: '+49911123456', username: '123456', dialplan: { country: '49', city: '911' } },
  { caller_id: '+1 (888) 555-0100', username: '18885550100', dialplan: { country: '1' } },
])('caller id: $caller_id from $username', { tags }, ({ username, ...options }) => {
  call_mode(agent('alice', { username }), agent('bob'), options);
});

scenario.each([
  { caller_id: 'carol', words: '"alice" does not end in "carol"' },
  { caller_id: '0200', username: '+15550100', words: '"+15550100" does not end in "0200"' },
  {
    caller_id: '+4930123456',
    username: '030123457',
    dialplan: { country: '49' },
    words: '"030123457", which is +4930123457, instead of +4930123456',
  },
  {
    caller_id: '+4930123456',
    username: '030123456',
    words: '"+4930123456" was expected: "030123456" has no country code',
  },
  {
    caller_id: '+4930123456',
    username: 'anonymous',
    dialplan: { country: '49' },
    words: '"+4930123456" was expected: "anonymous" is a name, and no number',
  },
])('wrong caller id: $words', { tags }, ({ username = 'alice', words, ...options }) => {
  mode_fails([`call_mode: wrong caller id at "bob": `, words], () =>
    call_mode(agent('alice', { username }), agent('bob'), options),
  );
});

scenario('a callee that is busy', { tags }, () => {
  const [alice, bob, carol] = agents('alice', 'bob', 'carol');
  carol.dial(bob);
  await_until(() => assert(bob.state).equals(State.Ringing));
  mode_fails('call_mode: "bob" is busy: in a call with sip:carol@', () => call_mode(alice, bob));
});

scenario('options that are wrong', { tags }, () => {
  const [alice, bob] = agents('alice', 'bob');
  for (const [words, options] of [
    ['dtmf_mode: there is no "length"', { length: 5 }],
    ['"len" must be a whole number from 1 to 32: got "5"', { len: '5' }],
    ['"may_repeat" must be true or false: got 1', { may_repeat: 1 }],
    ['"digits" must be 1 to 32 of the digits 0 to 9: got "12#"', { digits: '12#' }],
    ['dtmf_mode: "delay": there is no "rings"', { delay: { rings: 1 } }],
    ['"delay": "ring" must be a duration', { delay: { ring: -1 } }],
    ['"caller_id" must be text', { caller_id: 100 }],
    ['dialplan: "country" is missing', { dialplan: {} }],
    ['dialplan: "country" must be text with the digits', { dialplan: { country: 'DE' } }],
    ['the prefixes of country 43 are not known', { dialplan: { country: '43' } }],
    ['"target" must be an agent, a SIP', { target: 1002 }],
    ['"timeout" must be a duration', { timeout: '30 s' }],
  ]) {
    const error = mode_fails(words, () => dtmf_mode(alice, bob, options), 'E_ARGUMENT');
    assert(error.hint).is_not_empty();
  }
  for (const [words, action] of [
    ['"caller" must be an agent: got undefined', () => call_mode(undefined, bob)],
    ['"callee" must be an agent: got "bob"', () => call_mode(alice, 'bob')],
    ['"callee" must be an agent: got ', () => call_mode(alice, peer('carol'))],
  ]) {
    mode_fails(`call_mode: ${words}`, action, 'E_ARGUMENT');
  }
  assert(alice.calls).is_empty();
});
