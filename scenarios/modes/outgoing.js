// The modes that only call, towards agents and raw SIP peers without a server.
import { fail_mode, play_mode, ring_mode, timeout_mode } from 'offhook/modes';
import { agents, mode_fails } from './lib.js';

const tags = ['serverless', 'modes'];

/** A caller, and a peer that answers each INVITE so. */
const towards = (...steps) => {
  const other = peer('other');
  other.on_invite(steps);
  return [agent('alice'), other];
};

scenario('ring: it rings, and is cancelled', { tags }, () => {
  const [alice, bob] = agents('alice', 'bob');
  ring_mode(alice, bob);
  assert(alice.ended).contains({ by: 'local', how: 'cancel' });
  await_until(() => assert(bob.ended).contains({ by: 'remote', how: 'cancel' }));
});

scenario('ring: which code counts', { tags }, () => {
  const [alice, other] = towards([183], ['300ms', 180]);
  ring_mode(alice, other, { ringing_codes: [180] });
  assert(alice.provisional).equals([183, 180]);
});

scenario.each([
  { what: 'answered at once', steps: [[200]], words: '"other" answered without having rung' },
  { what: 'refused at once', steps: [[404]], words: ['"other" did not ring', '404'] },
  {
    what: 'silent',
    steps: [[100]],
    words: 'timed out waiting for the ringing of "other": alice is Calling',
    options: { timeout: '700ms' },
  },
])('ring: $what', { tags }, ({ steps, words, options }) => {
  const [alice, other] = towards(...steps);
  mode_fails(['ring_mode: ', words].flat(), () => ring_mode(alice, other, options));
});

scenario('play: answers, hears a file, hangs up', { tags }, () => {
  const alice = agent('alice');
  const bob = agent('bob', { answer: 'auto' });
  play_mode(alice, bob, { src_out: '../sounds/prompt.wav' });
  assert(alice.ended).contains({ by: 'local', how: 'bye' });
  assert(alice.timing.talk_ms).greater_than(1000);
});

scenario('play: nothing to play', { tags }, () => {
  const alice = agent('alice');
  const bob = agent('bob', { answer: 'auto' });
  play_mode(alice, bob);
  assert(alice.timing.talk_ms).less_than(5000);
});

scenario('play: a tone, for as long as is said', { tags }, () => {
  const alice = agent('alice');
  const bob = agent('bob', { answer: 'auto' });
  play_mode(alice, bob, { src_out: 440, play_for: '700ms' });
  assert(alice.timing.talk_ms).between(700, 10_000);
});

scenario('play: what has to be heard', { tags }, () => {
  const alice = agent('alice');
  const bob = agent('bob', { answer: 'auto' });
  bob.send_audio(tone(1000));
  play_mode(alice, bob, { src_out: 440, src_in: 1000 });
  const error = mode_fails(
    'agent "alice": verify_audio: ',
    () => play_mode(alice, bob, { src_in: 500, timeout: '5s' }),
    'E_AUDIO',
  );
  assert(error.message).contains('1000 Hz');
});

scenario('play: refused, not answered, hung up', { tags }, () => {
  const [alice, bob] = agents('alice', 'bob');
  const other = peer('other');
  other.on_invite([[180], [486]]);
  mode_fails('play_mode: "other" did not answer: ended by remote: rejected (486', () =>
    play_mode(alice, other),
  );
  mode_fails(
    'play_mode: timed out waiting for an answer from "bob": alice is Ringing, got 180 (limit',
    () => play_mode(alice, bob, { timeout: '4s' }),
  );
});

scenario.each([
  { steps: [[404]], options: {} },
  { steps: [[404]], options: { ringing: 'prohibited' } },
  { steps: [[180], ['200ms', 486]], options: { ringing: 'required' } },
  { steps: [[180], ['200ms', 486]], options: { ringing: 'allowed', codes: [480, 486] } },
  { steps: [[183], [404]], options: { ringing: 'prohibited', ringing_codes: [180], codes: 404 } },
])('fail: passes with $options', { tags }, ({ steps, options }) => {
  const [alice, other] = towards(...steps);
  fail_mode(alice, other, options);
});

scenario.each([
  {
    what: 'no ringing where required',
    steps: [[404]],
    options: { ringing: 'required' },
    words: ['refused the call without having rung: ringing is required', '404'],
  },
  {
    what: 'ringing where prohibited',
    steps: [[180], ['10s', 486]],
    options: { ringing: 'prohibited' },
    words: '"other" rang, which is prohibited: got 180',
  },
  {
    what: 'too late',
    steps: [[180], ['10s', 486]],
    options: { ringtime: '4s' },
    words: 'timed out waiting for a refusal by "other": alice is Ringing, got 180 (limit 4.0 s)',
  },
  {
    what: 'answered',
    steps: [[180], [200]],
    options: {},
    words: '"other" answered a call that should have been refused',
  },
  {
    what: 'with another code',
    steps: [[404]],
    options: { codes: [480, 486] },
    words: ['with a code other than 480 or 486: ended by remote: rejected (404'],
  },
])('fail: $what', { tags }, ({ steps, options, words }) => {
  const [alice, other] = towards(...steps);
  mode_fails(['fail_mode: ', words].flat(), () => fail_mode(alice, other, options));
});

scenario('fail: nobody there', { tags }, () => {
  const alice = agent('alice', { transport: 'tcp' });
  mode_fails('did not refuse the call: ended by network: unreachable', () =>
    fail_mode(alice, 'sip:nobody@127.0.0.1:9;transport=tcp'),
  );
});

scenario('timeout: rings, then is refused', { tags }, () => {
  const [alice, other] = towards([180], ['2s', 480]);
  timeout_mode(alice, other, { ringtime: '500ms', timeout: '20s', codes: 480 });
});

scenario.each([
  {
    what: 'too early',
    steps: [[180], ['300ms', 480]],
    words: 'refused the call too early: it rang for ',
  },
  {
    what: 'too late',
    steps: [[180], ['12s', 480]],
    words: 'timed out waiting for a refusal by "other" after the ringing: alice is Ringing',
  },
  { what: 'without ringing', steps: [[480]], words: '"other" did not ring: ended by remote' },
  {
    what: 'answered',
    steps: [[180], ['300ms', 200]],
    words: '"other" answered a call that should have been refused',
  },
])('timeout: $what', { tags }, ({ steps, words }) => {
  const [alice, other] = towards(...steps);
  mode_fails(['timeout_mode: ', words].flat(), () =>
    timeout_mode(alice, other, { ringtime: '2s', timeout: '5s' }),
  );
});

scenario('a caller that is busy', { tags }, () => {
  const [alice, bob, carol] = agents('alice', 'bob', 'carol');
  bob.dial(alice);
  alice.accept();
  await_until(() => assert(bob.state).equals(State.Established));
  mode_fails('ring_mode: "alice" is busy: in a call with sip:bob@', () => ring_mode(alice, carol));
});

scenario('options that are wrong', { tags }, () => {
  const [alice, bob] = agents('alice', 'bob');
  for (const [words, action] of [
    ['fail_mode: there is no "ring_time"', () => fail_mode(alice, bob, { ring_time: '5s' })],
    ['"ringtime" must be a duration', () => fail_mode(alice, bob, { ringtime: 'soon' })],
    ['"ringing" must be one of "allowed"', () => fail_mode(alice, bob, { ringing: true })],
    ['"codes" must be SIP codes from', () => fail_mode(alice, bob, { codes: [4040] })],
    ['play_mode: "src_out" must be a frequency', () => play_mode(alice, bob, { src_out: 7 })],
    ['ring_mode: must be an object', () => ring_mode(alice, bob, '30s')],
    [
      'timeout_mode: "ringtime" is not shorter than "timeout"',
      () => timeout_mode(alice, bob, { ringtime: '5s', timeout: '5s' }),
    ],
  ]) {
    mode_fails(words, action, 'E_ARGUMENT');
  }
  assert(alice.calls).is_empty();
});
