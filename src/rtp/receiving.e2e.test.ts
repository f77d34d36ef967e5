import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  HOST,
  agreed,
  got,
  portOf,
  rawSocket,
  samplesOf,
  session,
  withRtp,
} from '../testing/agents/rtp-sessions.js';
import { randomOf } from '../testing/samples/signals.js';
import { writeRtp } from './packet.js';

withRtp();

test('loss is filled with silence, order is restored, what came twice is left out', async () => {
  const { rtp } = await session(0);
  rtp.start(agreed(1, { sends: false, codec: 'L16', payloadType: 96 }));
  const socket = await rawSocket(1);
  const send = (n: number): void => {
    const payload = Buffer.alloc(320);
    for (let i = 0; i < 160; i += 1) payload.writeInt16BE(1000 + n, 2 * i);
    const [sequence, timestamp] = [65_534 + n, 2 ** 32 - 160 + 160 * n];
    const packet = { payloadType: 96, marker: false, ssrc: 7, sequence, timestamp, payload };
    socket.send(writeRtp(packet), portOf(0), HOST);
  };
  // 3 comes before 2, 4 twice, 5 never; then the count goes on
  for (const n of [0, 1, 3, 2, 4, 4, 6]) send(n);
  await got(rtp, 7);
  await rtp.close();
  const samples = samplesOf(rtp.received);
  const each = Array.from({ length: samples.length / 160 }, (_, i) => samples[i * 160]);
  expect(each).toEqual([1000, 1001, 1002, 1003, 1004, 0, 1006]);
  expect(rtp.counts()).toMatchObject({ received: 7, audio_ms: 120 });
});

test('another source is heard with its second packet; a lone packet changes nothing', async () => {
  const { rtp } = await session(0);
  rtp.start(agreed(1, { sends: false, codec: 'L16', payloadType: 96 }));
  const socket = await rawSocket(1);
  const send = (ssrc: number, sequence: number): void => {
    const payload = Buffer.alloc(320, ssrc);
    const packet = { payloadType: 96, marker: false, ssrc, sequence, timestamp: sequence * 160 };
    socket.send(writeRtp({ ...packet, payload }), portOf(0), HOST);
  };
  send(1, 1);
  send(1, 2);
  send(9, 500);
  send(1, 3);
  // a fork or a transfer: the other goes on for a moment
  send(2, 7000);
  send(2, 7001);
  send(1, 4);
  send(1, 5);
  send(2, 7002);
  await got(rtp, 9);
  await rtp.close();
  const samples = samplesOf(rtp.received);
  const each = Array.from({ length: samples.length / 160 }, (_, i) => samples[i * 160]! >> 8);
  expect(each).toEqual([1, 1, 1, 2, 2, 2]);
});

test('a million bytes of chance and of mutated packets: nothing is thrown, little is kept', async () => {
  const { rtp, told } = await session(0);
  rtp.start(agreed(1, { sends: false }));
  const socket = await rawSocket(1);
  const random = randomOf(11);
  const header = { payloadType: 0, marker: false, sequence: 1, timestamp: 1, ssrc: 1 };
  const whole = writeRtp({ ...header, payload: Buffer.alloc(40) });
  const [batches, ofBatch] = [400, 100];
  for (let batch = 1; batch <= batches; batch += 1) {
    for (let i = 0; i < ofBatch; i += 1) {
      const bytes = Buffer.from(whole.subarray(0, Math.floor(random() * (whole.length + 1))));
      const changes = i % 2 === 0 ? bytes.length : 3;
      for (let n = 0; n < changes && bytes.length > 0; n += 1) {
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      }
      socket.send(bytes, portOf(0) + (i % 4 === 3 ? 1 : 0), HOST);
    }
    // a digit behind each batch: the kernel drops what nobody fetches
    for (const sequence of [1, 2]) {
      const digit = { ...header, ssrc: 1000 + batch, payloadType: 101, sequence };
      socket.send(writeRtp({ ...digit, payload: Buffer.of(5, 0x8a, 3, 32) }), portOf(0), HOST);
    }
    await told.count(batch);
  }
  const { received, invalid } = rtp.counts();
  expect(received).toBeGreaterThan(batches * ofBatch * 0.2);
  expect(invalid).toBeGreaterThan(batches * ofBatch * 0.1);
  await rtp.close();
  expect(statSync(rtp.received!).size).toBeLessThan(batches * ofBatch * whole.length * 2);
});
