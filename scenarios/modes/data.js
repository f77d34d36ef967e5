// Lines and call tests as data: what is inherited, what is locked, what is refused, and whole calls made of it.
import { lines, locks_of, test_call } from 'offhook/modes';
import { mode_fails } from './lib.js';

const tags = ['serverless', 'modes'];

const LINES = {
  default: { prio: 5, display_name: 'a test', codecs: ['PCMA'] },
  foo: { number: '+4930111', username: '+4930111' },
  bar: { number: '+4930222', prio: 1, codecs: ['PCMU', 'PCMA'] },
  machine: { answer: 'auto' },
  quiet: {},
};

scenario('lines inherit', { tags }, () => {
  const all = lines(LINES);
  assert(Object.keys(all)).equals(['foo', 'bar', 'machine', 'quiet']);
  assert(all.foo).equals({
    name: 'foo',
    dial: '{number}',
    prio: 5,
    register: false,
    number: '+4930111',
    agent: { display_name: 'a test', codecs: ['PCMA'], username: '+4930111' },
  });
  assert(all.bar.agent.codecs).equals(['PCMU', 'PCMA']);
  assert(lines({ a: { domain: 'pbx.example' } }).a.register).is_true();
  const quiet = { a: { register: false, domain: 'pbx.example' } };
  assert(lines(quiet).a.register).is_false();
  assert(lines({ ':default:': { prio: 3 }, a: {} }).a.prio).equals(3);
  // what has been read is taken as it is
  assert(lines(all) === all).is_true();
});

scenario('locks come in the order of prio and name', { tags }, () => {
  const all = lines({ ...LINES, about: { prio: 5 } });
  assert(locks_of(all, 'foo', 'bar')).equals(['line:bar', 'line:foo']);
  assert(locks_of(all, 'foo', 'about', 'bar')).equals(['line:bar', 'line:about', 'line:foo']);
  assert(locks_of(all, 'foo', 'foo')).equals(['line:foo']);
});

scenario('lines that are wrong', { tags }, () => {
  for (const [words, data] of [
    ['lines: must be an object: got', []],
    ['lines: there is no line', { default: { prio: 1 } }],
    ['lines: "a": there is no "channel"', { a: { channel: 'SIP/foo/{number}' } }],
    ['lines: "a": there is no "numbr"', { a: { numbr: '1' } }],
    ['lines: "a": "number" must be text', { a: { number: 491234 } }],
    ['lines: "a": "prio" must be a number', { a: { prio: 'high' } }],
    ['lines: "a": there is no "agent"', { a: { agent: { username: 'alice' } } }],
    ['lines: "a": must be an object', { a: 'sip:a@pbx' }],
  ]) {
    const error = mode_fails(words, () => lines(data), 'E_ARGUMENT');
    assert(error.hint).is_not_empty();
  }
  const error = mode_fails(
    'there is no line "baz"',
    () => locks_of(lines(LINES), 'baz'),
    'E_ARGUMENT',
  );
  assert(error.hint).equals('did you mean "bar"? the lines are foo, bar, machine, quiet');
});

const dialplan = { country: '49', city: '30' };

scenario.each([
  { mode: 'dtmf', src: 'foo', dst: 'bar', dtmf: { len: 3, may_repeat: true } },
  { mode: 'call', src: 'foo', dst: 'bar', delay: { ring: '200ms' }, dialplan },
  { mode: 'audio', src: 'foo', dst: 'bar', audio: { src_out: 500 } },
  // the number of bar is not what its phone shows, and nobody asks
  { mode: 'call', src: 'bar', dst: 'foo', check_callerid: false },
  // or the test says which number the phone shows
  { mode: 'call', src: 'bar', dst: 'quiet', caller_id: 'ar', dialplan },
])('$mode from $src to $dst', { tags }, (data) => {
  test_call({ ...data, lines: LINES });
});

scenario('the mode is dtmf where none is named', { tags }, () => {
  test_call({ src: 'foo', dst: 'machine', lines: LINES });
});

scenario.each([
  { mode: 'ring', steps: [[180]] },
  { mode: 'play', steps: [[200]] },
  { mode: 'fail', steps: [[404]], ringing: 'prohibited', ringtime: '10s', codes: 404 },
  { mode: 'timeout', steps: [[180], ['2s', 486]], ringtime: '300ms', timeout: '20s' },
])('$mode over a dial string', { tags }, ({ steps, ...data }) => {
  const other = peer('other');
  other.on_invite(steps);
  const uri = other.aor.replace(/^sip:[^@]*/, 'sip:{number}');
  test_call({ ...data, src: 'out', number: '+4930333', lines: { out: { dial: uri } } });
  const [invite] = other.sip.received('INVITE');
  assert(invite.uri).contains('sip:+4930333@');
});

scenario('a wrong caller id', { tags }, () => {
  mode_fails('call_mode: wrong caller id at "foo": "+4930222" was expected: "bar" is a name', () =>
    test_call({ mode: 'call', src: 'bar', dst: 'foo', lines: LINES }),
  );
});

scenario('nobody registers there', { tags }, () => {
  const account = { domain: '127.0.0.1:9', transport: 'tcp' };
  const error = mode_fails('test_call: the phone of line "foo" could not register', () =>
    test_call({ mode: 'wait', dst: 'foo', lines: { foo: account } }),
  );
  assert(error.hint).contains('check domain');
});

scenario('call tests that are wrong', { tags }, () => {
  for (const [words, data] of [
    ['test_call: there is no "mod"', { mod: 'dtmf' }],
    ['"mode" must be one of "dtmf", "call"', { mode: 'DTMF' }],
    ['"src" is missing', { dst: 'bar' }],
    ['"dst" is missing', { src: 'foo' }],
    ['mode wait has no "src"', { mode: 'wait', src: 'foo', dst: 'bar' }],
    ['mode ring has no "dst"', { mode: 'ring', src: 'foo', dst: 'bar' }],
    ['"number" is missing: line "foo" dials {number}', { mode: 'ring', src: 'foo' }],
    ['there is no line "baz"', { src: 'foo', dst: 'baz' }],
    ['"src" and "dst" are both "foo"', { src: 'foo', dst: 'foo' }],
    ['"dtmf": there is no "length"', { src: 'foo', dst: 'bar', dtmf: { length: 5 } }],
    ['"audio": "src_out" must be', { src: 'foo', dst: 'bar', audio: { src_out: true } }],
    ['there is no "test"', { src: 'foo', dst: 'bar', test: { repeat: 600 } }],
    ['there is no "exec"', { mode: 'wait', dst: 'bar', exec: ['call'] }],
    ['"url": there is no "uri"', { mode: 'wait', dst: 'bar', url: { uri: 'http://a' } }],
  ]) {
    const call = () => test_call({ ...data, lines: LINES });
    assert(mode_fails(['test_call: ', words], call, 'E_ARGUMENT').hint).is_not_empty();
  }
});
