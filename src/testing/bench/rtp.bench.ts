/**
 * (n) RTP: 100 sessions of this process send 20 ms packets of a tone to one socket of another process, which notes when each
 * comes; then the same sessions are held. CPU is that of this process, so of its sending alone. The other process has a timer
 * each 20 ms besides: what that is late is the host's part.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { toneSamples } from '../../audio/tone.js';
import { takeSlot } from '../../agents/ports.js';
import type { RtpParameters } from '../../rtp/parameters.js';
import { RtpSession } from '../../rtp/session.js';
import { report } from './figures.js';

const HOST = '127.0.0.1';
const SESSIONS = 100;
const OF_SLOT = 5;
const SECONDS = 20;
const PTIME_MS = 20;

/** Prints its port, and at the end of its input how far each interval was from 20 ms: percentiles. */
const RECEIVER = `
const socket = require('node:dgram').createSocket('udp4');
const last = new Map();
const off = [];
socket.on('message', (bytes) => {
  const now = performance.now();
  const ssrc = bytes.readUInt32BE(8);
  if (last.has(ssrc)) off.push(Math.abs(now - last.get(ssrc) - ${PTIME_MS}));
  last.set(ssrc, now);
});
socket.bind(0, '${HOST}', () => {
  socket.setRecvBufferSize(4 << 20);
  console.log(socket.address().port);
});
const bare = [];
let due = performance.now() + ${PTIME_MS};
setTimeout(function wake() {
  bare.push(Math.abs(performance.now() - due));
  due += ${PTIME_MS};
  setTimeout(wake, Math.max(0, due - performance.now()));
}, ${PTIME_MS});
process.stdin.resume().on('end', () => {
  off.sort((a, b) => a - b);
  bare.sort((a, b) => a - b);
  const at = (share) => off[Math.floor(share * (off.length - 1))];
  console.log(JSON.stringify({ packets: off.length, p50: at(0.5), p99: at(0.99), most: at(1), bare_timer_p99: bare[Math.floor(0.99 * (bare.length - 1))] }));
  process.exit();
});`;

interface Seen {
  packets: number;
  p50: number;
  p99: number;
  most: number;
  bare_timer_p99: number;
}

test('(n) 100 streams keep their packet time; held ones cost nothing', async () => {
  const receiver = spawn(process.execPath, ['-e', RECEIVER], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(receiver.stdout)[Symbol.asyncIterator]();
  const port = Number((await lines.next()).value);
  const folder = mkdtempSync(join(tmpdir(), 'offhook-rtp-bench-'));
  const slots = await Promise.all(Array.from({ length: SESSIONS / OF_SLOT }, () => takeSlot(HOST)));
  const sink = { digit: () => undefined, playedToEnd: () => undefined };
  const sessions = await Promise.all(
    slots.flatMap(({ rtp }) =>
      Array.from({ length: OF_SLOT }, (_, i) =>
        RtpSession.open({ address: HOST, port: rtp[0] + 2 * i, folder, sink }),
      ),
    ),
  );
  const parameters: RtpParameters = {
    remote: { address: HOST, port },
    rtcp: { address: HOST, port: sessions.length },
    codec: 'PCMU',
    payloadType: 0,
    ptimeMs: PTIME_MS,
    sends: true,
    receives: false,
  };
  const tone = toneSamples({ hz: 440, ms: 1000, rate: 8000 });
  for (const session of sessions) {
    session.play(tone, true);
    session.start(parameters);
    // calls begin at any time
    await passed(1 + (PTIME_MS * sessions.indexOf(session)) / SESSIONS / 10);
  }
  const sending = await cpuShare(SECONDS);
  for (const session of sessions) session.start({ ...parameters, sends: false });
  const held = await cpuShare(SECONDS / 2);
  receiver.stdin.end();
  const seen = JSON.parse(String((await lines.next()).value)) as Seen;
  await once(receiver, 'close');
  await Promise.all(sessions.map((session) => session.close()));
  for (const slot of slots) slot.release();
  rmSync(folder, { recursive: true });

  report(
    [
      {
        name: '(n) packet time of 100 streams, p99 off',
        value: seen.p99,
        unit: 'ms',
        limit: 3,
        from: { ...seen },
      },
      { name: '(n) CPU of 100 streams that send', value: sending, unit: '%', limit: 100 },
      { name: '(n) CPU of one held session', value: held / SESSIONS, unit: '%', limit: 0.5 },
    ],
    'PCMU',
  );
  expect(seen.packets).toBeGreaterThan(SESSIONS * (SECONDS - 2) * (1000 / PTIME_MS));
});

/** Percent of a core that this process takes while so many seconds pass. */
async function cpuShare(seconds: number): Promise<number> {
  const before = process.cpuUsage();
  const began = performance.now();
  await passed(seconds * 1000);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 10 / (performance.now() - began);
}
