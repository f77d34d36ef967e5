/** DTMF digits over ten calls at the same time, by RTP and by SIP INFO: none is lost, doubled or out of order. */
import { expect, test } from 'vitest';
import { baresipVersion } from '../real-servers.js';
import { digits } from './runs.js';

const DIGITS = Number(process.env['SOAK_DIGITS'] ?? '1000');

test(`${DIGITS} digits by RTP`, async () => {
  expect(await digits(DIGITS, 'rtp')).toEqual([]);
});

test(`${DIGITS} digits by INFO`, async (context) => {
  const version = await baresipVersion(process.env['OFFHOOK_BARESIP'] ?? 'baresip');
  context.skip(version?.startsWith('1.0.') === true, 'baresip 1.0 cannot send INFO');
  expect(await digits(DIGITS, 'info')).toEqual([]);
});
