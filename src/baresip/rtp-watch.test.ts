import { expect, test } from 'vitest';
import { countersOf } from './rtp-watch.js';

test('counters: all sources of a call together', () => {
  const text = `
--- Audio stream ---
  TX: packets=120, octets=19200
  member 0x1: lost=0 Jitter=0.0ms RTT=0.0ms
                 IP=127.0.0.1:4000 psent=0 rcvd=50
  member 0x2: lost=0 Jitter=0.0ms RTT=0.0ms
                 IP=127.0.0.1:4002 psent=40 rcvd=30
`;
  expect(countersOf(text)).toEqual({ sent: 120, received: 80, remote_sent: 40 });
  expect(countersOf('  TX: packets=3, octets=4')).toEqual({ sent: 3, received: 0 });
});

test('an answer without counters is none', () => {
  expect(countersOf('command not found (audio_debug)\n')).toBeUndefined();
});
