import { expect, test } from 'vitest';
import { countersOf } from './rtp-watch.js';

test('counters: all sources of a call together', () => {
  const text = `
--- Audio stream ---
 tx:   encode: PCMU 8000Hz/1ch ptime=20ms S16LE
       time = 3.000 sec
 rx:   decode: PCMU 8000Hz/1ch S16LE
       player: aubridge,sink S16LE
       time = 0.479 sec
  TX: packets=120, octets=19200
  member 0x1: lost=0 Jitter=0.0ms RTT=0.0ms
                 IP=127.0.0.1:4000 psent=0 rcvd=50
  member 0x2: lost=0 Jitter=0.0ms RTT=0.0ms
                 IP=127.0.0.1:4002 psent=40 rcvd=30
`;
  expect(countersOf(text)).toEqual({
    sent: 120,
    received: 80,
    audio_ms: 479,
    remote_sent: 40,
  });
  expect(countersOf('  TX: packets=3, octets=4')).toEqual({ sent: 3, received: 0 });
  const notStarted = ' rx:   decode: PCMU\n       time = (not started)\n  TX: packets=3, octets=4';
  expect(countersOf(notStarted)).toEqual({ sent: 3, received: 0 });
});

test('an answer without counters is none', () => {
  expect(countersOf('command not found (audio_debug)\n')).toBeUndefined();
});
