import { expect, test } from 'vitest';
import { parseSipfrag } from './sipfrag.js';
import { leastCpuMs } from '../../testing/timing.js';

test.each([
  ['SIP/2.0 100 Trying\r\n', { code: 100, reason: 'Trying' }],
  ['SIP/2.0 200 OK', { code: 200, reason: 'OK' }],
  ['SIP/2.0 486 Busy Here\r\nReason: Q.850;cause=17\r\n', { code: 486, reason: 'Busy Here' }],
  ['\r\nsip/2.0  503   Service Unavailable \n', { code: 503, reason: 'Service Unavailable' }],
  ['SIP/2.0 603', { code: 603, reason: '' }],
  ['SIP/2.0 180 \r\n', { code: 180, reason: '' }],
])('%j', (body, fragment) => {
  expect(parseSipfrag(body)).toEqual(fragment);
});

test.each([
  '',
  'INVITE sip:a@b SIP/2.0\r\n',
  'SIP/2.0 2000 OK',
  'SIP/2.0 OK',
  'SIP/2.0 700 No',
  'From: x\r\nSIP/2.0 200 OK',
])('none in %j', (body) => {
  expect(parseSipfrag(body)).toBeUndefined();
});

test('a long run of blanks is read in no time', async () => {
  const body = `SIP/2.0 200${' \t'.repeat(32_000)}\u2028x`;
  const took = await leastCpuMs(1000, () => {
    expect(parseSipfrag(body)?.code).toBe(200);
  });
  expect(took).toBeLessThan(1000);
});
