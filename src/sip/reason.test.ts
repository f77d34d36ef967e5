import { expect, test } from 'vitest';
import { reasonOf } from './reason.js';

test.each([
  ['Q.850;cause=16', { protocol: 'Q.850', cause: 16 }],
  [
    'SIP;cause=200;text="Call completed elsewhere"',
    { protocol: 'SIP', cause: 200, text: 'Call completed elsewhere' },
  ],
  [
    'Q.850 ; CAUSE = 31 ; Text = "a; \\"b\\", c"',
    { protocol: 'Q.850', cause: 31, text: 'a; "b", c' },
  ],
  ['SIP;text=Busy;cause=600', { protocol: 'SIP', cause: 600, text: 'Busy' }],
  ['Q.850;cause=16;cause=17', { protocol: 'Q.850', cause: 16 }],
  ['Preemption;cause="x";other=1', { protocol: 'Preemption' }],
  ['', { protocol: '' }],
])('%s', (value, reason) => {
  expect(reasonOf(value)).toEqual(reason);
});
