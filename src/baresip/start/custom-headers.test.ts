import { describe, expect, test } from 'vitest';
import type { AgentOptions } from '../../agents/user-agent.js';
import { addedLines, headerCommands, headersOf, routeWithHeaders } from './custom-headers.js';

const error = (code: string, message: RegExp): Error =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error;
const NONE = { commanded: [], carried: [] };
const fieldsOf = (headers: object, version = '4.9.0', more: AgentOptions = {}) =>
  headersOf('a', { headers: headers as NonNullable<AgentOptions['headers']>, ...more }, version);

test('values in order, several of one name', () => {
  expect(fieldsOf({ 'X-B': ['1', '2'], 'X-A': '3' }).commanded).toEqual([
    ['X-B', '1'],
    ['X-B', '2'],
    ['X-A', '3'],
  ]);
});

test('without headers no version is asked for anything', () => {
  expect(headersOf('a', {}, '1.0.0')).toEqual(NONE);
  expect(fieldsOf({}, '1.0.0')).toEqual(NONE);
});

test.each<[object, RegExp]>([
  [{ 'X-A': 'x\r\nX-Evil: 1' }, /"X-A" has a line break in its value/],
  [{ 'X-A': ['ok', 'x\nVia: y'] }, /"X-A" has a line break/],
  [{ 'X-A\r\nX-Evil': 'x' }, /holds "\\r"/],
  [{ 'X A': 'x' }, /"X A" holds " "/],
  [{ 'X-A:': 'x' }, /holds ":"/],
  [{ 'X=A': 'x' }, /holds "="/],
  [{ '': 'x' }, /"" has no name/],
  [{ 'X-A': ' ' }, /empty value/],
  [{ 'X-A': '\u0000' }, /control character/],
  [{ 'X-A': '\ud800' }, /lone surrogate/],
  [{ via: 'x' }, /written by the agent itself/],
  [{ F: 'x' }, /written by the agent itself/],
  [{ 'X-A': 5 }, /must be text or an array of texts: got 5/],
  [{ 'X-A': ['x', null] }, /got null/],
  [{ 'X-A': [] }, /got an empty array/],
  [{ 'X-A': { a: 1 } }, /got {"a":1}/],
  [{ ['X'.repeat(200)]: 5 }, /"X{57}\.\.\." must be/],
])('refused: %j', (headers, message) => {
  expect(() => fieldsOf(headers)).toThrow(error('E_ARGUMENT', message));
});

describe('below 2.3', () => {
  test('only when it is allowed', () => {
    expect(() => fieldsOf({ 'X-A': '1' }, '2.2.1')).toThrow(error('E_CAPABILITY', /from 2\.3\.0/));
    expect(fieldsOf({ 'X-A': '1' }, '2.2.1', { headers_compat: true }).carried).toEqual([
      ['X-A', '1'],
    ]);
    expect(fieldsOf({ 'X-A': '1' }, '2.3.0').commanded).toEqual([['X-A', '1']]);
  });

  test.each(['say "hi"', 'x;regint=0', 'x; auth_pass = "y"', 'x;MEDIAENC=srtp', 'x;outbound2=y'])(
    'a value baresip would take apart: %s',
    (value) => {
      expect(() => fieldsOf({ 'X-A': value }, '1.0.0', { headers_compat: true })).toThrow(
        error('E_CAPABILITY', /X-A: baresip 1\.0\.0 cannot send/),
      );
      expect(fieldsOf({ 'X-A': value }).commanded).toEqual([['X-A', value]]);
    },
  );

  test('the route has a user, and none of our parameters twice', () => {
    expect(routeWithHeaders('sip:proxy:5060;lr;transport=tcp', [['X-A', ' a@b ']])).toBe(
      'sip:x@proxy:5060;transport=tcp;lr>\r\nX-A: a@b\r\nX-Route-End: <x',
    );
    expect(addedLines('sip:u@proxy', [['X-A', '1']])).toEqual([
      'Route: <sip:u@proxy;lr>',
      'X-A: 1',
      'X-Route-End: <x;lr>',
    ]);
  });
});

test('below 3.8 a value with a blank goes the other way, where that is allowed', () => {
  const headers = { 'X-A': ' a%20;b ', 'X-B': 'c d' };
  expect(() => fieldsOf(headers, '3.7.0')).toThrow(error('E_CAPABILITY', /blanks .*3\.8\.0/));
  expect(fieldsOf(headers, '3.7.0', { headers_compat: true }).carried).toHaveLength(2);
  expect(fieldsOf(headers, '3.8.0').commanded).toHaveLength(2);
  // unescaped: 3.7 would not decode it
  const { commanded } = fieldsOf({ 'X-A': headers['X-A'] }, '3.7.0');
  expect(headerCommands(commanded, '3.7.0')).toEqual([
    { name: 'uaaddheader', params: 'X-A=a%20;b 0' },
  ]);
});

test('commands: escaped, with the index', () => {
  const value = '"q" ü%20;a=[b]? +$,<sip:x@y>';
  expect(headerCommands([['X-A', ` ${value} `]], '3.8.0')).toEqual([
    {
      name: 'uaaddheader',
      params: 'X-A=%22q%22%20%C3%BC%2520%3Ba%3D[b]?%20+$%2C%3Csip:x%40y%3E 0',
    },
  ]);
});
