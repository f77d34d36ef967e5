import { describe, expect, it, test } from 'vitest';
import { namesOf } from './contract.js';
import { allHabits, suggestion } from './habits.js';
import { SCHEMAS } from './schemas.gen.js';

type Where = ReturnType<typeof allHabits>[number]['where'];

const FLAGS =
  '--scenario --tag --exclude-tag --env-file --set --reporter --json --timeout --quiet --verbose --logs --sip-trace --save-audio --baresip --no-color --memory-limit --insecure-http --lab --version --jobs --retries --bail --repeat --watch --last-failed --only-changed'.split(
    ' ',
  );
const COMMANDS =
  'run list check report show trace config init definitions docs completion doctor lab'.split(' ');

function validIn(where: Where): readonly string[] {
  switch (where) {
    case 'module':
      return [];
    case 'flag':
      return FLAGS;
    case 'command':
      return COMMANDS;
    case 'global':
      return [...namesOf('global'), 'State'];
    case 'agentOptions':
    case 'peerOptions':
    case 'registerOptions':
    case 'callOptions':
    case 'recordOptions':
    case 'requestOptions':
    case 'responseOptions':
    case 'headerOptions':
    case 'textOptions':
    case 'deflectOptions':
    case 'outgoingOptions':
    case 'scenarioOptions':
    case 'waitOptions':
    case 'identityOptions':
    case 'identityCheck':
    case 'httpOptions':
    case 'mockOptions':
    case 'mockResponse':
    case 'projectFile':
      return Object.keys(SCHEMAS[where].properties);
    default:
      return namesOf(where);
  }
}

const plain = (word: string): string => word.toLowerCase().replace(/(?<=\w)[_-]/g, '');

test('what a habit means is there, and is what is suggested', () => {
  for (const { where, word, meant } of allHabits()) {
    const valid = validIn(where);
    const hint = suggestion(where, word, valid);
    if (meant.includes(' ')) expect(hint, word).toBe(meant);
    else {
      expect(valid, `${where}: ${word}`).toContain(meant);
      expect(hint, `${where}: ${word}`).toBe(`did you mean "${meant}"?`);
    }
  }
});

test('no word stands twice in one place, and none is valid there', () => {
  const seen = new Set<string>();
  for (const { where, word } of allHabits()) {
    const key = `${where} ${plain(word)}`;
    expect(seen, key).not.toContain(key);
    seen.add(key);
    expect(validIn(where), key).not.toContain(word);
  }
  expect(seen.size).toBeGreaterThan(300);
});

test('what sentences tell to write is part of the contract', () => {
  const known = new Set(
    (['global', 'Agent', 'Assertion', 'scenario'] as const).flatMap((on) => namesOf(on)),
  );
  for (const { meant } of allHabits()) {
    if (!meant.includes(' ')) continue;
    for (const [, name = ''] of meant.matchAll(/(?<![\w(])(\w+)\(/g))
      expect(known, meant).toContain(name);
    for (const [flag] of meant.matchAll(/--[a-z-]+/g)) expect(FLAGS, meant).toContain(flag);
  }
});

describe('by hand', () => {
  it.each<[Where, string, string]>([
    ['Agent', 'call', 'dial'],
    ['Agent', 'invite', 'dial'],
    ['Agent', 'makeCall', 'dial'],
    ['Agent', 'answer', 'accept'],
    ['Agent', 'pickup', 'accept'],
    ['Agent', 'hang_up', 'hangup'],
    ['Agent', 'hangUp', 'hangup'],
    ['Agent', 'bye', 'hangup'],
    ['Agent', 'cancel', 'hangup'],
    ['Agent', 'decline', 'reject'],
    ['Agent', 'play', 'send_audio'],
    ['Agent', 'play_tone', 'send_audio'],
    ['Agent', 'send_dtmf', 'dtmf'],
    ['Agent', 'sendDTMF', 'dtmf'],
    ['Agent', 'press', 'dtmf'],
    ['Agent', 'unhold', 'resume'],
    ['Agent', 'retrieve', 'resume'],
    ['Agent', 'blind_transfer', 'transfer'],
    ['Agent', 'refer', 'transfer'],
    ['Agent', 'sendMessage', 'message'],
    ['Agent', 'unreg', 'unregister'],
    ['Agent', 'isRegistered', 'registered'],
    ['Agent', 'status', 'state'],
    ['Agent', 'caller_id', 'peer'],
    ['Agent', 'regsiter', 'register'],
    ['Assertion', 'toBe', 'equals'],
    ['Assertion', 'toEqual', 'equals'],
    ['Assertion', 'toStrictEqual', 'equals'],
    ['Assertion', 'eq', 'equals'],
    ['Assertion', 'equal', 'equals'],
    ['Assertion', 'notEqual', 'not_equals'],
    ['Assertion', 'toBeTruthy', 'is_true'],
    ['Assertion', 'ok', 'is_true'],
    ['Assertion', 'toBeFalsy', 'is_false'],
    ['Assertion', 'toBeDefined', 'is_present'],
    ['Assertion', 'isNull', 'is_absent'],
    ['Assertion', 'toContain', 'contains'],
    ['Assertion', 'includes', 'contains'],
    ['Assertion', 'toMatch', 'matches'],
    ['Assertion', 'toBeGreaterThan', 'greater_than'],
    ['Assertion', 'lt', 'less_than'],
    ['Assertion', 'gte', 'at_least'],
    ['Assertion', 'toBeLessThanOrEqual', 'at_most'],
    ['Assertion', 'isTrue', 'is_true'],
    ['global', 'waitFor', 'await_until'],
    ['global', 'print', 'log'],
    ['global', 'Agent', 'agent'],
    ['global', 'createAgent', 'agent'],
    ['global', 'readFileSync', 'file_text'],
    ['agentOptions', 'user', 'username'],
    ['agentOptions', 'pass', 'password'],
    ['agentOptions', 'host', 'domain'],
    ['agentOptions', 'registrar', 'domain'],
    ['agentOptions', 'outbound_proxy', 'outbound'],
    ['agentOptions', 'displayName', 'display_name'],
    ['agentOptions', 'authUser', 'auth_user'],
    ['agentOptions', 'expires', 'regint'],
    ['scenarioOptions', 'tag', 'tags'],
    ['httpOptions', 'json', 'body'],
    ['flag', '--grep', '--scenario'],
    ['flag', '-g', '--scenario'],
    ['flag', '--filter', '--scenario'],
    ['flag', '--tags', '--tag'],
    ['flag', '--env', '--env-file'],
    ['flag', '--silent', '--quiet'],
    ['flag', '--debug', '--verbose'],
    ['flag', '--pcap', '--sip-trace'],
    ['flag', '--taag', '--tag'],
    ['flag', '--workers', '--jobs'],
    ['flag', '--retry', '--retries'],
    ['command', 'merge-reports', 'report'],
    ['command', 'test', 'run'],
    ['command', 'exec', 'run'],
    ['command', 'validate', 'check'],
    ['command', 'ls', 'list'],
    ['command', 'types', 'definitions'],
    ['command', 'new', 'init'],
    ['MockServer', 'close', 'stop'],
    ['MockServer', 'calls', 'request_count'],
    ['HttpResponse', 'status_code', 'status'],
    ['SipMessage', 'status', 'code'],
    ['SipLog', 'incoming', 'received'],
  ])('%s: %s means %s', (where, word, meant) => {
    expect(suggestion(where, word, validIn(where))).toBe(`did you mean "${meant}"?`);
  });

  it.each<[Where, string, RegExp]>([
    ['global', 'setTimeout', /wait\(\) or await_until\(\)/],
    ['global', 'sleep', /wait\("500ms"\)/],
    ['global', 'expect', /assert\(value\)\.equals/],
    ['global', 'describe', /scenario\(name, body\)/],
    ['global', 'it', /scenario\(name, body\)/],
    ['global', 'beforeEach', /setup\(\)/],
    ['global', 'require', /import files of your own/],
    ['global', 'process', /env\("NAME"\)/],
    ['global', 'fetch', /http\(method, url/],
    ['Assertion', 'not', /not_equals/],
    ['Assertion', 'toHaveLength', /\.length/],
    ['Agent', 'wait_for', /await_until/],
    ['agentOptions', 'port', /domain: "pbx\.example:5070"/],
    ['agentOptions', 'tls', /transport: "tls"/],
    ['scenario', 'only', /only: true/],
    ['flag', '--headed', /no window/],
    ['module', 'vitest', /leave the import out/],
    ['module', 'fs', /file_text/],
  ])('%s: %s: what to do', (where, word, hint) => {
    expect(suggestion(where, word, validIn(where))).toMatch(hint);
  });

  it('says nothing about words nobody is known to bring along', () => {
    expect(suggestion('Agent', 'zzzzzzzz', namesOf('Agent'))).toBeUndefined();
    expect(suggestion('Agent', 'x'.repeat(100_000), namesOf('Agent'))).toBeUndefined();
    expect(suggestion('flag', '--telephone', FLAGS)).toBeUndefined();
  });
});
