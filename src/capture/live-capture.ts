/**
 * A capture of the packets of a run, by a program that may do that. Knows processes and files; must not know what
 * the packets are for.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OffhookError } from '../errors.js';
import { spawnServer, type ServerProcess } from '../servers/server-process.js';
import { findCaptureTool } from './tool.js';

const PREFIX = 'offhook-capture-';
const FILE = 'packets.pcap';
const START_LIMIT_MS = 10_000;
const LOOK_EVERY_MS = 10;
/** The header of a capture file: it is written when capturing has begun. */
const HEADER_BYTES = 24;
const CHUNK_BYTES = 1024 * 1024;
/** A packet is in the file some time after it was sent. */
const SETTLE_MS = 250;

export class LiveCapture {
  readonly #folder: string;
  readonly #process: ServerProcess;

  private constructor(folder: string, process: ServerProcess) {
    this.#folder = folder;
    this.#process = process;
  }

  /** @param filter as in pcap-filter(7). @throws OffhookError E_CAPTURE */
  static async start(filter: string): Promise<LiveCapture> {
    const tool = await findCaptureTool();
    if ('seen' in tool) throw noCapture(tool.seen, tool.remedy);
    const folder = mkdtempSync(join(tmpdir(), PREFIX));
    const file = join(folder, FILE);
    const process = spawnServer(folder, [tool.program, ...tool.args(file, filter)]);
    let ended: string | undefined;
    void process.ended.then((how) => (ended = how));
    const deadline = performance.now() + START_LIMIT_MS;
    while ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) < HEADER_BYTES) {
      if (ended !== undefined || performance.now() > deadline) {
        const log = (await process.lastLog(3)).trim().replaceAll('\n', ' | ');
        await process.stop();
        rmSync(folder, { recursive: true, force: true });
        const how = ended === undefined ? 'did not begin' : `ended with ${ended}`;
        throw noCapture(`${tool.program} ${how}: ${log}`, 'see offhook doctor');
      }
      await sleep(LOOK_EVERY_MS);
    }
    return new LiveCapture(folder, process);
  }

  /** Ends it. @returns the capture file in pieces, which are gone when they were read */
  async end(): Promise<Iterable<Uint8Array>> {
    await sleep(SETTLE_MS);
    await this.#process.stop();
    return this.#pieces();
  }

  *#pieces(): Generator<Uint8Array> {
    try {
      yield* piecesOf(join(this.#folder, FILE));
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }
}

function* piecesOf(path: string): Generator<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const piece = Buffer.alloc(CHUNK_BYTES);
      const bytes = readSync(file, piece);
      if (bytes === 0) return;
      yield piece.subarray(0, bytes);
    }
  } finally {
    closeSync(file);
  }
}

function noCapture(seen: string, hint: string): OffhookError {
  return new OffhookError(
    'E_CAPTURE',
    { subject: '--capture', what: 'RTP cannot be captured', seen },
    { hint },
  );
}
