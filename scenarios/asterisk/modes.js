// The modes of offhook/modes through and to a PBX. Needs its variables (see src/testing/asterisk.ts), or is skipped.
import {
  answer_mode,
  audio_mode,
  call_mode,
  dtmf_mode,
  fail_mode,
  line,
  lines,
  play_mode,
  record_mode,
  ring_mode,
  test_call,
  timeout_mode,
  wait_mode,
} from 'offhook/modes';
import { needsPbx, register, user } from '../lib/agents.js';
import { mode_fails } from '../modes/lib.js';

setup(() => needsPbx('PBX_ECHO'));

const tags = ['pbx', 'modes'];
const both = () => register(user('A'), user('B'));
const alone = () => agent('alice', user('A'));
const bob_alone = () => register(user('B'))[0];
const to_bob = (more = {}) => ({ target: env('B_USER'), ...more });

scenario('dtmf', { tags }, () => {
  const [alice, bob] = both();
  const { caller_sent } = dtmf_mode(alice, bob, to_bob({ caller_id: env('A_USER') }));
  assert(bob.received_digits).equals(caller_sent);
});

scenario('dtmf: a digit that nobody sent', { tags }, () => {
  const [alice, bob] = both();
  const error = mode_fails('dtmf_mode: "bob" received ', () =>
    dtmf_mode(alice, bob, { target: env('PBX_BOB_AND_A_DIGIT'), digits: '12345' }),
  );
  assert(error.message).contains(' instead of 12345: digit 1 is 9 instead of 1');
});

scenario('call', { tags }, () => {
  const [alice, bob] = both();
  call_mode(alice, bob, to_bob({ delay: { ring: '300ms' } }));
  assert(alice.ended).contains({ by: 'remote', how: 'rejected', code: 486 });
});

scenario('call: a voicemail takes over', { tags }, () => {
  const [alice, bob] = both();
  mode_fails('call_mode: "bob" refused the call, and somebody else answered it', () =>
    call_mode(alice, bob, { target: env('PBX_BOB_OR_VOICEMAIL') }),
  );
});

scenario('call: it is delivered twice', { tags }, () => {
  const [alice, bob] = both();
  const error = mode_fails(
    'call_mode: a second call came in at "bob" while its line was in use',
    () => call_mode(alice, bob, { target: env('PBX_BOB_TWICE'), delay: { ring: '3s' } }),
  );
  assert(error.hint).contains('delivers the call twice');
});

scenario.each([
  { number: 'PBX_BOB_BY_TRUNK', caller_id: '+4930555000' },
  { number: 'PBX_BOB_NATIONAL', caller_id: '+49 30 555-000', dialplan: { country: '49' } },
  { number: 'PBX_BOB_NATIONAL', caller_id: '555000' },
])('caller id: $caller_id at $number', { tags }, ({ number, ...options }) => {
  const [alice, bob] = both();
  call_mode(alice, bob, { target: env(number), ...options });
});

scenario('a wrong caller id', { tags }, () => {
  const [alice, bob] = both();
  mode_fails(
    'call_mode: wrong caller id at "bob": "030555000", which is +4930555000, instead of +4930555001',
    () =>
      call_mode(alice, bob, {
        target: env('PBX_BOB_NATIONAL'),
        caller_id: '+4930555001',
        dialplan: { country: '49' },
      }),
  );
});

scenario('audio', { tags }, () => {
  const [alice, bob] = both();
  audio_mode(alice, bob, to_bob());
});

scenario('audio: files', { tags }, () => {
  const [alice, bob] = both();
  const sounds = { src_out: '../sounds/prompt.wav', dst_out: '../sounds/other.wav' };
  audio_mode(alice, bob, to_bob(sounds));
});

scenario('ring', { tags }, () => {
  ring_mode(alone(), env('PBX_RINGS'));
});

scenario('ring: answers at once', { tags }, () => {
  const words = 'ring_mode: "600" answered without having rung: no 18x came';
  mode_fails(words, () => ring_mode(alone(), env('PBX_ECHO')));
});

scenario('ring: nothing but 100', { tags }, () => {
  mode_fails('ring_mode: timed out waiting for the ringing of "9001": alice is Calling', () =>
    ring_mode(alone(), env('PBX_TRYING'), { timeout: '1s' }),
  );
});

scenario.each([
  { number: 'PBX_ECHO', options: {} },
  { number: 'PBX_ECHO', options: { src_out: 440, src_in: 440 } },
  {
    number: 'PBX_ECHO',
    options: { src_out: '../sounds/prompt.wav', src_in: '../sounds/prompt.wav' },
  },
  { number: 'PBX_TONE', options: { src_in: 1004 } },
  { number: 'PBX_RINGS_3S', options: { src_out: 440, play_for: '500ms' } },
])('play: $number with $options', { tags }, ({ number, options }) => {
  play_mode(alone(), env(number), options);
});

scenario('play: hung up before the end', { tags }, () => {
  mode_fails('play_mode: the call ended', () =>
    play_mode(alone(), env('PBX_HANGS_UP'), { src_out: 440, play_for: '5s' }),
  );
});

scenario('play: busy', { tags }, () => {
  mode_fails('play_mode: "9486" did not answer: ended by remote: rejected (486', () =>
    play_mode(alone(), env('PBX_BUSY')),
  );
});

scenario.each([
  { number: 'PBX_NOT_FOUND', options: { ringing: 'prohibited', codes: 404 } },
  { number: 'PBX_BUSY', options: { codes: [480, 486] } },
  { number: 'PBX_NO_ANSWER', options: { ringing: 'required', ringtime: '10s' } },
  { number: 'PBX_EARLY_BUSY', options: { ringing: 'prohibited', ringing_codes: [180] } },
])('fail: $number with $options', { tags }, ({ number, options }) => {
  fail_mode(alone(), env(number), options);
});

scenario.each([
  {
    number: 'PBX_NOT_FOUND',
    options: { ringing: 'required' },
    words: '"9404" refused the call without having rung: ringing is required',
  },
  {
    number: 'PBX_NO_ANSWER',
    options: { ringing: 'prohibited' },
    words: '"9002" rang, which is prohibited: got 180',
  },
  {
    number: 'PBX_NO_ANSWER',
    options: { ringtime: '3s' },
    words: 'timed out waiting for a refusal by "9002": alice is Ringing, got 180 (limit 3.0 s)',
  },
  {
    number: 'PBX_ECHO',
    options: {},
    words: '"600" answered a call that should have been refused',
  },
])('fail: $words', { tags }, ({ number, options, words }) => {
  mode_fails(`fail_mode: ${words}`, () => fail_mode(alone(), env(number), options));
});

scenario('timeout', { tags }, () => {
  timeout_mode(alone(), env('PBX_NO_ANSWER'), { ringtime: '1s', timeout: '10s', codes: 480 });
});

scenario.each([
  {
    options: { ringtime: '8s', timeout: '10s' },
    // four seconds, less what a busy machine takes to deliver the ringing
    words: 'refused the call too early: it rang for ',
  },
  {
    options: { ringtime: '300ms', timeout: '3s' },
    words:
      'timed out waiting for a refusal by "9002" after the ringing: alice is Ringing, got 180 (limit 3.0 s)',
  },
])('timeout: $words', { tags }, ({ options, words }) => {
  mode_fails(['timeout_mode: ', words], () => timeout_mode(alone(), env('PBX_NO_ANSWER'), options));
});

/** A trigger by which the PBX calls the number, and connects the phone that answers to one of its extensions. */
const call_back = (extension) => ({
  url: `${env('PBX_ARI')}/channels`,
  method: 'POST',
  query: { endpoint: 'PJSIP/{number}', context: 'users', extension: env(extension), priority: 1 },
  auth: { username: env('PBX_ARI_USER'), password: env('PBX_ARI_PASS') },
});

scenario('wait: by a trigger', { tags }, () => {
  const bob = bob_alone();
  wait_mode(bob, {
    trigger: call_back('PBX_ECHO'),
    number: env('B_USER'),
    delay: { ring: '300ms' },
  });
  assert(bob.ended).contains({ by: 'local', how: 'rejected' });
});

scenario('answer: by a trigger', { tags }, () => {
  const bob = bob_alone();
  const sounds = { dst_out: 440, dst_in: 440 };
  answer_mode(bob, { trigger: call_back('PBX_ECHO'), number: env('B_USER'), ...sounds });
  assert(bob.ended).contains({ by: 'local', how: 'bye' });
});

scenario('record: until the caller hangs up', { tags }, () => {
  const bob = bob_alone();
  const trigger = call_back('PBX_HANGS_UP');
  const { ended_by, talk_ms } = record_mode(bob, { trigger, number: env('B_USER'), dst_in: 800 });
  assert(ended_by).equals('hangup');
  assert(talk_ms).between(700, 10_000);
});

scenario('record: until #', { tags }, () => {
  const bob = bob_alone();
  const trigger = call_back('PBX_SENDS_DTMF');
  const { ended_by } = record_mode(bob, { trigger, number: env('B_USER') });
  assert(ended_by).equals('digit');
  assert(bob.received_digits).equals('12345*0#');
});

scenario('a trigger that is refused', { tags }, () => {
  const bob = bob_alone();
  const trigger = { ...call_back('PBX_ECHO'), auth: { username: 'nobody', password: 'wrong' } };
  mode_fails('wait_mode: the trigger was refused: POST', () =>
    wait_mode(bob, { trigger, number: env('B_USER') }),
  );
});

// The lines are those of ../offhook.config.json.

scenario.each([
  { mode: 'dtmf', src: 'foo', dst: 'bar', dtmf: { len: 3 } },
  { mode: 'call', src: 'bar', dst: 'foo' },
  {
    mode: 'audio',
    src: 'foo',
    dst: 'bar',
    delay: { pre: '100ms', ring: '100ms', answer: '100ms' },
  },
])('data: $mode from $src to $dst', { tags }, (data) => {
  test_call(data);
});

scenario.each([
  { mode: 'ring', number: 'PBX_RINGS' },
  { mode: 'play', number: 'PBX_ECHO', audio: { src_out: 440, src_in: 440 } },
  { mode: 'fail', number: 'PBX_BUSY', ringing: 'prohibited' },
  { mode: 'timeout', number: 'PBX_NO_ANSWER', ringtime: '1s', timeout: '10s' },
])('data: $mode to $number', { tags }, ({ number, ...data }) => {
  test_call({ ...data, src: 'foo', number: env(number) });
});

scenario.each(['wait', 'answer', 'record'])('data: $row by a trigger', { tags }, (mode) => {
  test_call({ mode, dst: 'bar', url: call_back('PBX_HANGS_UP') });
});

scenario('a line by its name', { tags }, () => {
  const [foo, bar] = [line('foo'), line('bar')];
  const [caller, callee] = register(foo.agent, bar.agent);
  call_mode(caller, callee, { target: bar.number, caller_id: foo.number });
});

scenario('data: a line with a wrong password', { tags }, () => {
  const all = lines();
  all.bar.agent.password = 'wrong';
  const error = mode_fails('test_call: the phone of line "bar" could not register: 401', () =>
    test_call({ src: 'foo', dst: 'bar', lines: all }),
  );
  assert(error.hint).contains('password');
});
