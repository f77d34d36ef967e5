/**
 * Ports for agents, without races between parallel runs on one host. The range is cut into slots of 16. A
 * slot is held by listening on its last port: the kernel lets one process do that and frees the port when the
 * holder dies. A small file keeps when each slot was last used, so that late packets of an old agent do not
 * reach a new one; only the holder of a slot writes that slot's entry.
 */
import { createSocket } from 'node:dgram';
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { createServer, isIPv6, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OffhookError } from '../errors.js';
import { isOurs, ownUid } from '../ordinary-file.js';
import { trace } from '../trace.js';

/** Below the kernel's ephemeral ports, where any program's outgoing connection may sit. */
export const FIRST_PORT = 10000;
export const LAST_PORT = 32767;
const SLOT_SIZE = 16;
export const SLOT_COUNT = Math.floor((LAST_PORT - FIRST_PORT + 1) / SLOT_SIZE);
const GUARD_OFFSET = SLOT_SIZE - 1;
const REST_SECONDS = 60;
const STAMP_BYTES = 4;
const GUARD_HOST = '127.0.0.1';

export interface Slot {
  /** SIP over UDP and TCP; TLS is the next port. */
  sip: number;
  control: number;
  /** SIP between a phone and a proxy in front of it, over UDP. */
  inner: readonly [phone: number, proxy: number];
  /** RTP and RTCP pairs, from an even to an odd port (RFC 3550, 11). */
  rtp: readonly [min: number, max: number];
  release(): void;
}

/** `address`: where the agent will listen. @throws OffhookError E_PORTS when no slot is free. */
export async function takeSlot(address: string): Promise<Slot> {
  const stamps = openStamps();
  const candidates = slotsByRest(stamps);
  try {
    for (const slot of candidates) {
      const before = stampOf(stamps, slot);
      const guard = await listen(GUARD_HOST, base(slot) + GUARD_OFFSET);
      if (guard === undefined) {
        trace.ports?.('', `slot ${slot} is held: its last port is in use`);
        continue;
      }
      // Another process may have used the slot since we read the file.
      if (stampOf(stamps, slot) === before && (await portsAreFree(address, base(slot)))) {
        stamp(stamps, slot);
        return slotFrom(slot, guard);
      }
      trace.ports?.(
        '',
        `slot ${slot} is passed over: it was just used, or one of its ports is in use`,
      );
      guard.close();
    }
  } finally {
    closeSync(stamps);
  }
  throw new OffhookError(
    'E_PORTS',
    {
      subject: 'no free ports',
      what: `all ${SLOT_COUNT} groups of ports ${FIRST_PORT}-${LAST_PORT} are in use`,
    },
    { hint: 'stop other runs, or start fewer agents' },
  );
}

/** Whether a SIP agent can listen on `port` (UDP and TCP) and `port + 1` (TLS) of `address`. */
export async function sipPortsAreFree(address: string, port: number): Promise<boolean> {
  const tries = [canListen(address, port), canListen(address, port + 1), canBind(address, port)];
  return (await Promise.all(tries)).every(Boolean);
}

function slotFrom(slot: number, guard: Server): Slot {
  const first = base(slot);
  trace.ports?.('', `slot ${slot} taken: ports ${first} to ${first + GUARD_OFFSET}`);
  let held = true;
  return {
    sip: first,
    control: first + 2,
    inner: [first + 3, first + GUARD_OFFSET - 1],
    rtp: [first + 4, first + GUARD_OFFSET - 2],
    release() {
      if (!held) return;
      held = false;
      trace.ports?.('', `slot ${slot} released`);
      const stamps = openStamps();
      stamp(stamps, slot);
      closeSync(stamps);
      guard.close();
    },
  };
}

function base(slot: number): number {
  return FIRST_PORT + slot * SLOT_SIZE;
}

async function portsAreFree(address: string, first: number): Promise<boolean> {
  const [sip, control] = await Promise.all([
    sipPortsAreFree(address, first),
    canListen(GUARD_HOST, first + 2),
  ]);
  return sip && control;
}

/** Rested slots first, starting at a random one; then the others, the longest rested first. */
function slotsByRest(stamps: number): number[] {
  const data = Buffer.alloc(SLOT_COUNT * STAMP_BYTES);
  readSync(stamps, data, 0, data.length, 0);
  const now = seconds();
  const rested: number[] = [];
  const tired: { slot: number; at: number }[] = [];
  for (let slot = 0; slot < SLOT_COUNT; slot++) {
    const at = data.readUInt32LE(slot * STAMP_BYTES);
    // A stamp from the future means that the clock was set back: no reason to wait.
    if (at > now || now - at > REST_SECONDS) rested.push(slot);
    else tired.push({ slot, at });
  }
  const turn = Math.floor(Math.random() * rested.length);
  tired.sort((a, b) => a.at - b.at);
  return [...rested.slice(turn), ...rested.slice(0, turn), ...tired.map((one) => one.slot)];
}

function openStamps(): number {
  // One file for each user: another user's file would not be ours to write.
  const path = join(tmpdir(), `offhook-ports-${ownUid()}`);
  const file = openTable(path);
  const missing = SLOT_COUNT * STAMP_BYTES - fstatSync(file).size;
  // The file only grows by zero bytes at its end, so two processes may both do it.
  if (missing > 0) writeSync(file, Buffer.alloc(1), 0, 1, SLOT_COUNT * STAMP_BYTES - 1);
  return file;
}

/** Opens the table with care: any user could have put a link, a FIFO or a file of theirs under that name. */
function openTable(path: string): number {
  const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = constants;
  let what: string;
  try {
    const file = openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
    const stat = fstatSync(file);
    if (stat.isFile() && isOurs(stat.uid) && (stat.mode & 0o022) === 0) return file;
    closeSync(file);
    what = stat.isFile() ? 'others may write to it' : 'it is not an ordinary file';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ELOOP' && code !== 'EISDIR' && code !== 'EACCES') throw error;
    what =
      code === 'ELOOP' ? 'it is a link' : code === 'EISDIR' ? 'it is a folder' : 'no permission';
  }
  throw new OffhookError(
    'E_PORTS',
    { subject: 'ports', what: `the table "${path}" cannot be used`, seen: what },
    {
      hint: 'remove it, or set TMPDIR to a folder of your own',
    },
  );
}

function stampOf(stamps: number, slot: number): number {
  const data = Buffer.alloc(STAMP_BYTES);
  readSync(stamps, data, 0, STAMP_BYTES, slot * STAMP_BYTES);
  return data.readUInt32LE();
}

function stamp(stamps: number, slot: number): void {
  const data = Buffer.alloc(STAMP_BYTES);
  data.writeUInt32LE(seconds());
  writeSync(stamps, data, 0, STAMP_BYTES, slot * STAMP_BYTES);
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}

function listen(host: string, port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen({ host, port, exclusive: true }, () => {
      resolve(server);
    });
  });
}

async function canListen(host: string, port: number): Promise<boolean> {
  const server = await listen(host, port);
  if (server === undefined) return false;
  await new Promise((resolve) => server.close(resolve));
  return true;
}

function canBind(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    socket.once('error', () => {
      socket.close();
      resolve(false);
    });
    socket.bind({ address, port, exclusive: true }, () => {
      socket.close(() => {
        resolve(true);
      });
    });
  });
}
