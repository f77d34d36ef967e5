/** RTP sessions on this host, and sockets that send them any packets. Never shipped. */
import { once } from 'node:events';
import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { decodeWav } from '../../audio/wav.js';
import { takeSlot, type Slot } from '../../agents/ports.js';
import { CLOCK } from '../../rtp/clock.js';
import { parseRtp, type RtpPacket } from '../../rtp/packet.js';
import type { RtpParameters, RtpSink, RtpStream } from '../../rtp/parameters.js';
import { RtpSession } from '../../rtp/session.js';

export const HOST = '127.0.0.1';
export const RATE = 8000;

export let folder: string;
let slot: Slot;
let open: RtpSession[];
export let sockets: Socket[];

/** Each test of the file has sessions, sockets and a folder of its own, and leaves nothing. */
export function withRtp(): void {
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'offhook-rtp-'));
    slot = await takeSlot(HOST);
    open = [];
    sockets = [];
  });

  afterEach(async () => {
    await Promise.all(open.map((session) => session.close()));
    for (const socket of sockets) socket.close();
    expect(CLOCK.idle, 'a timer is left').toBe(true);
    slot.release();
    rmSync(folder, { recursive: true });
  });
}

/** Records what a session reports, so that a test can wait for it. */
export class Told implements RtpSink {
  readonly digits: string[] = [];
  readonly durations: number[] = [];
  readonly streams: RtpStream[] = [];
  readonly #waiting: { count: number; resolve: () => void }[] = [];
  readonly ended: Promise<void>;
  playedToEnd!: () => void;
  unauthentic?: () => void;

  constructor() {
    this.ended = new Promise((resolve) => (this.playedToEnd = resolve));
  }

  digit(digit: string, durationMs: number): void {
    this.digits.push(digit);
    this.durations.push(durationMs);
    for (const { count, resolve } of this.#waiting) if (this.digits.length >= count) resolve();
  }

  stream(stream: RtpStream): void {
    this.streams.push(stream);
  }

  async count(count: number): Promise<void> {
    if (this.digits.length >= count) return;
    await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
  }
}

/** The RTP port of the n-th pair in the slot, from 0: always even. */
export const portOf = (n: number): number => slot.rtp[0] + 2 * n;

export async function session(n: number): Promise<{ rtp: RtpSession; told: Told }> {
  const told = new Told();
  const rtp = await RtpSession.open({ address: HOST, port: portOf(n), folder, sink: told });
  open.push(rtp);
  return { rtp, told };
}

export function agreed(to: number, more: Partial<RtpParameters> = {}): RtpParameters {
  return {
    remote: { address: HOST, port: portOf(to) },
    codec: 'PCMU',
    payloadType: 0,
    ptimeMs: 20,
    telephoneEvent: 101,
    sends: true,
    receives: true,
    ...more,
  };
}

/** @param above 1: the port of RTCP */
export async function rawSocket(n: number, above = 0): Promise<Socket> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.bind(portOf(n) + above, HOST);
  await once(socket, 'listening');
  return socket;
}

/** Resolves with the packets that came to a socket, once there are so many. */
export async function packets(socket: Socket, count: number): Promise<RtpPacket[]> {
  const all: RtpPacket[] = [];
  await new Promise<void>((resolve) => {
    socket.on('message', (bytes) => {
      const packet = parseRtp(Uint8Array.from(bytes));
      if (packet !== undefined) all.push(packet);
      if (all.length === count) resolve();
    });
  });
  socket.removeAllListeners('message');
  return all;
}

/** Resolves once the session has received so many packets, or datagrams that are not RTP. */
export async function got(rtp: RtpSession, count: number): Promise<void> {
  await expect
    .poll(() => rtp.counts().received + rtp.counts().invalid, { interval: 5 })
    .toBeGreaterThanOrEqual(count);
}

export function samplesOf(path: string | undefined): Int16Array {
  const sound = decodeWav(readFileSync(path!), path!);
  expect(sound.rate).toBe(RATE);
  return Int16Array.from(sound.channels[0]!, (one) => Math.round(one * 32768));
}
