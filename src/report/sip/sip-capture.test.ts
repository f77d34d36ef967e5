import { expect, test } from 'vitest';
import { SampleRun, sipMessage } from '../../testing/samples/sample-run.js';
import type { SipMessage } from '../../sip/sip-message.js';
import { SipCaptureReporter } from './sip-capture.js';

const SENT = { direction: 'sent', local: '127.0.0.1:10000', remote: '127.0.0.1:10010' } as const;
const RECEIVED = {
  direction: 'received',
  local: '127.0.0.1:10010',
  remote: '127.0.0.1:10000',
} as const;

/** All bytes of a capture of the run. */
function capture(run: SampleRun, format: 'pcap' | 'pcapng' = 'pcap'): Buffer {
  const parts: Uint8Array[] = [];
  const reporter = new SipCaptureReporter({ format, write: (bytes) => parts.push(bytes) });
  for (const event of run.events) reporter.on(event);
  return Buffer.concat(parts);
}

interface Seen {
  seconds: number;
  /** Ports of source and destination. */
  ports: string;
  text: string;
}

/** The packets of a pcap file whose packets are IPv4. */
function packetsOf(file: Buffer): Seen[] {
  const seen: Seen[] = [];
  for (let at = 24; at < file.length;) {
    const bytes = file.readUInt32LE(at + 8);
    const ip = file.subarray(at + 16 + 14, at + 16 + bytes);
    const head = ip.readUInt8(9) === 6 ? 40 : 28;
    seen.push({
      seconds: file.readUInt32LE(at) + file.readUInt32LE(at + 4) / 1e6,
      ports: `${ip.readUInt16BE(20)} ${ip.readUInt16BE(22)}`,
      text: ip.subarray(head).toString(),
    });
    at += 16 + bytes;
  }
  return seen;
}

const START = Date.parse('2026-01-02T03:04:05.000Z') / 1000;

test('a message that both ends traced is there once, a retransmission again', () => {
  const run = new SampleRun().begin(1).after(50).scenario('call.js', 'rings');
  const raw = 'INVITE sip:b@h SIP/2.0\r\n\r\n';
  run.after(1.25).sip('bob', sipMessage(RECEIVED), raw);
  run.after(1).sip('alice', sipMessage(SENT), raw);
  run.after(500).sip('alice', sipMessage(SENT), raw);
  run.after(500).sip('alice', sipMessage(SENT), raw);
  run.after(1).sip('bob', sipMessage(RECEIVED), raw);
  run.finish('passed').scenario('call.js', 'again').sip('bob', sipMessage(RECEIVED), raw);
  const packets = packetsOf(capture(run));
  expect(packets.map(({ seconds }) => Math.round((seconds - START) * 1e6) / 1000)).toEqual([
    51.25, 552.25, 1052.25, 1053.25,
  ]);
  expect(new Set(packets.map(({ ports, text }) => `${ports} ${text}`))).toEqual(
    new Set([`10000 10010 ${raw}`]),
  );
});

test('a response over a connection goes where its request came from', () => {
  const run = new SampleRun().begin(1).scenario('call.js', 'rings');
  const tls = (fields: Partial<SipMessage>): SipMessage =>
    sipMessage({ transport: 'TLS', ...fields });
  run.sip('bob', tls({ ...RECEIVED, remote: '127.0.0.1:40000' }), 'INVITE sip:b SIP/2.0\r\n\r\n');
  const ringing = { ...SENT, local: '127.0.0.1:10010', remote: '127.0.0.1:10000', code: 180 };
  run.sip('bob', tls(ringing), 'SIP/2.0 180 Ringing\r\n\r\n');
  expect(packetsOf(capture(run)).map(({ ports }) => ports)).toEqual(['40000 10010', '10010 40000']);
});

test('in a stream Content-Length fits the text, as the next message follows it', () => {
  const run = new SampleRun().begin(1).scenario('call.js', 'rings');
  const raw = (length: number): string =>
    `MESSAGE sip:b SIP/2.0\r\nl: ${length}\r\nX-L: 7\r\n\r\npin: ***`;
  const message = (transport: 'UDP' | 'TCP', length: number): SipMessage =>
    sipMessage({ ...SENT, transport, headers: [['l', `${length}`]] });
  run.sip('alice', message('TCP', 7), raw(7));
  run.sip('alice', message('TCP', 8), raw(8));
  run.sip('alice', message('UDP', 7), raw(7));
  expect(packetsOf(capture(run)).map(({ text }) => text)).toEqual([raw(8), raw(8), raw(7)]);
  const named = capture(run, 'pcapng').toString('latin1');
  expect(named.split('Content-Length was 7 on the wire')).toHaveLength(2);
});

test('pcapng: an interface for each agent, comments, blocks of whole words', () => {
  const run = new SampleRun().begin(1);
  const raw = 'OPTIONS sip:b SIP/2.0\r\n\r\n';
  run.scenario('a.js', 'one').sip('alice', sipMessage(SENT), raw);
  run.sip('é', sipMessage({ ...RECEIVED, transport: 'WSS' }), `${raw}x`);
  run.scenario('b.js', 'two').sip('alice', sipMessage(SENT), raw);
  const file = capture(run, 'pcapng');
  const types: number[] = [];
  for (let at = 0; at < file.length; at += file.readUInt32LE(at + 4)) {
    const length = file.readUInt32LE(at + 4);
    expect([length % 4, file.readUInt32LE(at + length - 4)]).toEqual([0, length]);
    types.push(file.readUInt32LE(at));
  }
  expect(types).toEqual([0x0a0d0d0a, 1, 6, 1, 6, 6]);
  const text = file.toString();
  for (const comment of [
    'IP, UDP and TCP headers are made up',
    'a.js › one: sent by alice',
    'a.js › one: received by é; over WSS',
    'b.js › two: sent by alice',
  ]) {
    expect(text).toContain(comment);
  }
});
