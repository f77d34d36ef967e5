import { expect, test } from 'vitest';
import { staticPayload } from './static-payloads.js';

test.each([
  [0, { name: 'PCMU', rate: 8000, channels: 1 }],
  [8, { name: 'PCMA', rate: 8000, channels: 1 }],
  [9, { name: 'G722', rate: 8000, channels: 1 }],
  [10, { name: 'L16', rate: 44100, channels: 2 }],
  [18, { name: 'G729', rate: 8000, channels: 1 }],
  [96, undefined],
  [1, undefined],
])('payload type %i', (payload, codec) => {
  expect(staticPayload(payload)).toEqual(codec);
});
