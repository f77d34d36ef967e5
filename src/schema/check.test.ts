import { expect, test } from 'vitest';
import { alignArguments, checkArguments } from './check.js';
import { findFunction, functionsOf, type PublicFunction } from './contract.js';
import { AgentRef, CallRef, FunctionRef, Special, Undefined } from './special.js';
import type { FunctionRow } from './rows.js';

function find(name: string, on?: FunctionRow['on']): PublicFunction {
  const places = on === undefined ? (['global', 'scenario', 'Agent', 'Assertion'] as const) : [on];
  for (const place of places) {
    const found = findFunction(place, name);
    if (found !== undefined) return found;
  }
  throw new Error(`no function ${name}`);
}

function check(name: string, ...args: unknown[]): string {
  const error = checkArguments(find(name), args);
  if (error === undefined) return 'fine';
  expect(error.code).toBe('E_ARGUMENT');
  return error.hint === undefined ? error.message : `${error.message} | ${error.hint}`;
}

const bob = new AgentRef('bob');
const call = new CallRef('bob', 'a-call-id');
const body = new FunctionRef('');
const undef = new Undefined();

const FINE: [string, unknown[]][] = [
  ['dial', [bob]],
  ['dial', ['sip:600@pbx.example']],
  ['dial', ['+1 (555) 010-0199']],
  ['register', []],
  ['verify_audio', [440, call]],
  ['verify_audio', [440, '2s', call]],
  ['verify_audio', [440, undef, call]],
  ['verify_audio', [440, { for: '1s', within: '2s' }, call]],
  ['verify_media', [call]],
  ['verify_media', ['2s', call]],
  ['verify_no_media', ['2s', call]],
  ['hears', [440, call]],
  ['dtmf', ['1', call]],
  ['dtmf', ['1', '300ms', call]],
  ['register', [undef]],
  ['wait', [3]],
  ['wait', ['500ms']],
  ['wait', [0]],
  ['await_until', [body]],
  ['await_until', [body, '10s']],
  ['await_until', [body, undef]],
  ['agent', ['bob']],
  ['agent', ['bob', {}]],
  ['agent', ['bob', { domain: undef, metadata: { a: [1, null, { b: undef }] } }]],
  ['agent', ['bob', { username: 'bob', domain: 'pbx:5070', transport: 'tls', regint: 60 }]],
  ['scenario', ['x', body]],
  ['scenario', ['x', { tags: ['a', 'b'], skip: 'why', timeout: '5m' }, body]],
  ['scenario', ['x', undef, body]],
  ['each', [[{ a: 1 }]]],
  ['log', []],
  ['log', [1, undef, bob, body, new Special('number', 'NaN')]],
  ['assert', [undef]],
  ['assert', [null]],
  ['equals', [undef]],
  ['equals', [new Special('regexp', '/a/')]],
  ['matches', [new Special('regexp', '/a/')]],
  ['matches', ['^a']],
  ['at_least', [0.5]],
  ['skip', []],
  ['env', ['A', '']],
];

test.each(FINE)('fine: %s(%j)', (name, args) => {
  expect(check(name, ...args)).toBe('fine');
});

const WRONG: [string, unknown[], string][] = [
  [
    'reject',
    ['486'],
    'reject(): "code" must be a whole number: got "486" (string) | write it without quotes: 486',
  ],
  ['reject', [{ code: 486 }], 'reject(): there is no option "code" | the options are headers'],
  [
    'mute',
    [{ headers: {} }],
    'mute(): "call" must be a call of the agent: got {"headers":{}} (object) | take it from calls: agent.calls[0]',
  ],
  [
    'dial',
    [12.5],
    'dial(): "target" must be an agent, a SIP or tel URI, or a number: got 12.5 (number)',
  ],
  [
    'dial',
    [600],
    'dial(): "target" must be an agent, a SIP or tel URI, or a number as text: got 600 (number) | write "600"',
  ],
  [
    'dial',
    [],
    'dial(): "target" is missing: it must be an agent, a SIP or tel URI, or a number | write dial(target, options?)',
  ],
  [
    'dial',
    [undef],
    'dial(): "target" must be an agent, a SIP or tel URI, or a number: got undefined',
  ],
  [
    'dial',
    [' '],
    'dial(): "target" must be an agent, a SIP or tel URI, or a number: got " " (string)',
  ],
  ['dial', [bob, 3], 'dial(): "options" must be an options object: got 3 (number)'],
  ['accept', [1, 2], 'accept(): takes 0 to 1 argument: got 2 | write accept(call?)'],
  ['register', [1], 'register(): takes no arguments: got 1 | write register()'],
  ['header', [''], 'header(): "name" must be text, not empty: got "" (string)'],
  [
    'wait',
    [5000],
    'wait(): "duration" must be a duration such as "500ms", "5s" or "2m", or a number of seconds up to 600: got 5000 (number) | write "5000ms" for milliseconds',
  ],
  [
    'wait',
    ['5'],
    'wait(): "duration" must be a duration such as "500ms", "5s" or "2m", or a number of seconds up to 600: got "5" (string) | write "5s" for seconds, "5ms" for milliseconds',
  ],
  [
    'wait',
    [-1],
    'wait(): "duration" must be a duration such as "500ms", "5s" or "2m", or a number of seconds up to 600: got -1 (number) | write for example "500ms", "5s" or "2m"',
  ],
  [
    'wait',
    [new Special('number', 'NaN')],
    'wait(): "duration" must be a duration such as "500ms", "5s" or "2m", or a number of seconds up to 600: got NaN | write for example "500ms", "5s" or "2m"',
  ],
  [
    'await_until',
    [true],
    'await_until(): "condition" must be a function: got true (boolean) | write () => ...',
  ],
  [
    'await_until',
    [bob],
    'await_until(): "condition" must be a function: got agent "bob" | write () => ...',
  ],
  [
    'await_until',
    [body, 'soon'],
    'await_until(): "within" must be a duration such as "500ms", "5s" or "2m", or a number of seconds up to 600: got "soon" (string) | write for example "500ms", "5s" or "2m"',
  ],
  [
    'agent',
    [],
    'agent(): "name" is missing: it must be text, not empty | write agent(name, options?)',
  ],
  ['agent', ['a', 'b'], 'agent(): "options" must be an options object: got "b" (string)'],
  ['agent', ['a', bob], 'agent(): "options" must be an options object: got agent "bob"'],
  [
    'agent',
    ['a', { domian: 'x' }],
    'agent(): there is no option "domian" | did you mean "domain"?',
  ],
  [
    'agent',
    ['a', { Transport: 'tls' }],
    'agent(): there is no option "Transport" | did you mean "transport"?',
  ],
  [
    'agent',
    ['a', { transport: 'udb' }],
    'agent(): option "transport" must be "udp", "tcp" or "tls": got "udb" (string) | did you mean "udp"?',
  ],
  [
    'agent',
    ['a', { regint: '60' }],
    'agent(): option "regint" must be a whole number from 5 to 86400: got "60" (string) | write it without quotes: 60',
  ],
  [
    'agent',
    ['a', { regint: 1 }],
    'agent(): option "regint" must be a whole number from 5 to 86400: got 1 (number)',
  ],
  [
    'agent',
    ['a', { regint: 5.5 }],
    'agent(): option "regint" must be a whole number from 5 to 86400: got 5.5 (number)',
  ],
  [
    'agent',
    ['a', { username: 1001 }],
    'agent(): option "username" must be a user name without blanks and any of @ : ; < > ": got 1001 (number) | write it in quotes: "1001"',
  ],
  [
    'agent',
    ['a', { outbound: 'proxy' }],
    'agent(): option "outbound" must be a SIP URI such as "sip:127.0.0.1:5060": got "proxy" (string) | write "sip:proxy"',
  ],
  [
    'agent',
    ['a', { domain: 'sip:pbx.example:5070' }],
    'agent(): option "domain" must be a host name or address, with ":port" where it is not 5060: got "sip:pbx.example:5070" (string) | write "pbx.example:5070"',
  ],
  [
    'agent',
    ['a', { domain: 'sips:1001@pbx.example;transport=tls' }],
    'agent(): option "domain" must be a host name or address, with ":port" where it is not 5060: got "sips:1001@pbx.example;transport=tls" (string) | write username: "1001", domain: "pbx.example"',
  ],
  [
    'agent',
    ['a', { domain: 'https://pbx.example/' }],
    'agent(): option "domain" must be a host name or address, with ":port" where it is not 5060: got "https://pbx.example/" (string) | write for example "pbx.example"',
  ],
  [
    'agent',
    ['a', { username: '1001@pbx.example' }],
    'agent(): option "username" must be a user name without blanks and any of @ : ; < > ": got "1001@pbx.example" (string) | write username: "1001", domain: "pbx.example"',
  ],
  [
    'agent',
    ['a', { user: '1001' }],
    'agent(): there is no option "user" | did you mean "username"?',
  ],
  [
    'agent',
    ['a', { port: 5070 }],
    'agent(): there is no option "port" | write the port behind the host: domain: "pbx.example:5070"; the agent\'s own is local_port',
  ],
  [
    'agent',
    ['a', { password: 'se"cret' }],
    'agent(): option "password" must be text without double quotes and line breaks: got 7 characters (not shown)',
  ],
  [
    'agent',
    ['a', { password: 271828 }],
    'agent(): option "password" must be text without double quotes and line breaks: got a value of type number | write it in quotes',
  ],
  [
    'agent',
    ['a', { metadata: 'x' }],
    'agent(): option "metadata" must be an object of plain data: got "x" (string) | write for example {"site":"berlin"}',
  ],
  [
    'agent',
    ['a', { metadata: bob }],
    'agent(): option "metadata" must be plain data: got agent "bob" at metadata | write text, numbers, booleans, arrays and objects only',
  ],
  [
    'agent',
    ['a', { metadata: { on: [body] } }],
    'agent(): option "metadata" must be plain data: got a function at metadata.on[0] | write text, numbers, booleans, arrays and objects only',
  ],
  [
    'scenario',
    ['x'],
    'scenario(): "body" is missing: it must be a function | write scenario(name, options?, body)',
  ],
  [
    'scenario',
    ['x', { tags: [] }],
    'scenario(): "body" must be a function: got {"tags":[]} (object) | write () => ...',
  ],
  [
    'scenario',
    ['x', { tags: ['a b'] }, body],
    'scenario(): option "tags[0]" must be a word without blanks and commas: got "a b" (string)',
  ],
  [
    'scenario',
    ['x', { tags: 'a' }, body],
    'scenario(): option "tags" must be an array of words without blanks and commas: got "a" (string) | write for example ["smoke","slow"]',
  ],
  [
    'scenario',
    ['x', { only: 'true' }, body],
    'scenario(): option "only" must be true or false: got "true" (string) | write it without quotes: true',
  ],
  [
    'scenario',
    ['x', { timeout: 5000 }, body],
    'scenario(): option "timeout" must be a duration above zero such as "90s" or "5m", or a number of seconds up to 600: got 5000 (number) | write "5000ms" for milliseconds',
  ],
  [
    'scenario',
    ['x', { timeout: '0s' }, body],
    'scenario(): option "timeout" must be a duration above zero such as "90s" or "5m", or a number of seconds up to 600: got "0s" (string) | write for example "500ms", "5s" or "2m"',
  ],
  [
    'scenario',
    ['x', { quite_another: 1 }, body],
    'scenario(): there is no option "quite_another" | the options are tags, skip, only, timeout, retries, locks',
  ],
  ['each', [[]], 'scenario.each(): "rows" must be an array with at least one row: got [] (array)'],
  ['greater_than', ['5'], 'greater_than(): "bound" must be a number: got "5" (string)'],
  [
    'matches',
    ['('],
    'matches(): "pattern" must be a regular expression or its text: got "(" (string) | correct the expression: Invalid regular expression: /(/: Unterminated group',
  ],
  ['uuid', [4], 'uuid(): takes no arguments: got 1 | write uuid()'],
  ['env', ['A', 5], 'env(): "default" must be text: got 5 (number)'],
  ['env', ['A', 'b', 'c'], 'env(): takes 1 to 2 arguments: got 3 | write env(name, default?)'],
];

test.each(WRONG)('wrong: %s(%j)', (name, args, expected) => {
  expect(check(name, ...args)).toBe(expected);
});

test('a field named like a member of Object is an unknown option, never a crash', () => {
  const options: unknown = JSON.parse('{"__proto__":1}');
  expect(check('agent', 'a', options)).toContain('there is no option "__proto__"');
  expect(check('agent', 'a', { constructor: 1 })).toContain('there is no option "constructor"');
  expect(findFunction('global', 'constructor')).toBeUndefined();
});

test('long values are cut', () => {
  expect(check('wait', 'x'.repeat(10_000)).length).toBeLessThan(250);
  expect(check('agent', 'a', { ['x'.repeat(10_000)]: 1 }).length).toBeLessThan(600);
});

test('every function of the contract answers any arguments without throwing', () => {
  const samples = [undef, null, 1, '', [], {}, bob, body, new Special('symbol', 'Symbol(a)')];
  const codes = new Set<string | undefined>();
  for (const on of ['global', 'scenario', 'Agent', 'Assertion'] as const) {
    for (const fn of functionsOf(on)) {
      for (const a of samples) {
        for (const b of samples) codes.add(checkArguments(fn, [a, b])?.code);
      }
    }
  }
  expect(codes).toEqual(new Set([undefined, 'E_ARGUMENT']));
});

test('a call stands in the place of the option before it, and nothing after it', () => {
  expect(check('verify_audio', 440, call, '2s')).toBe(
    'verify_audio(): takes nothing after the call | write verify_audio(hz, within?, call?)',
  );
  expect(check('verify_media', call, call)).toMatch(/^verify_media\(\): takes nothing after/);
  expect(check('verify_audio', call)).toMatch(
    /^verify_audio\(\): "hz" must be a frequency.* got a call of agent "bob"/,
  );
  expect(check('hears', 440, '2s')).toMatch(/^hears\(\): "call" must be a call of the agent/);
});

test.each<[name: string, args: unknown[], aligned: unknown[]]>([
  ['verify_audio', [440], [440]],
  ['verify_audio', [440, call], [440, undefined, call]],
  ['verify_audio', [440, '2s', call], [440, '2s', call]],
  ['dtmf', ['1', undef, call], ['1', undef, call]],
  ['hangup', [undef], []],
  ['verify_silence', [call], [undefined, call]],
])('%s: each argument of %j stands at its parameter', (name, args, aligned) => {
  expect(alignArguments(find(name).row, args)).toEqual(aligned);
});
