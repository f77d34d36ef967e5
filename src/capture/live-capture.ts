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
import { findCaptureTool, missedPackets, type CaptureTool } from './tool.js';

const PREFIX = 'offhook-capture-';
const FILE = 'packets.pcap';
const START_LIMIT_MS = 10_000;
const LOOK_EVERY_MS = 10;
/** The header of a capture file: it is written when capturing has begun. */
const HEADER_BYTES = 24;
const CHUNK_BYTES = 1024 * 1024;
/** How long the program may take to end: it writes what it has seen, also on a busy machine. */
const STOP_LIMIT_MS = 5000;
/** How many lines of the capture program's output hold its final counts. */
const LOG_LINES = 10;

export interface Captured {
  /** The capture file in pieces; it may be read several times. */
  pieces: Iterable<Uint8Array>;
  /** What the capture missed, as sentences without a full stop. */
  losses: readonly string[];
}

type Read = (captured: Captured) => Promise<void> | void;

export class LiveCapture {
  readonly #folder: string;
  readonly #tool: CaptureTool;
  readonly #process: ServerProcess;
  #captured: Promise<Captured> | undefined;
  /** Readers that have not read yet. */
  #readers = 0;
  /** How it ended before it was told to. */
  #early: string | undefined;

  private constructor(folder: string, tool: CaptureTool, process: ServerProcess) {
    this.#folder = folder;
    this.#tool = tool;
    this.#process = process;
    void process.ended.then((how) => {
      if (this.#captured === undefined) this.#early = how;
    });
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
    return new LiveCapture(folder, tool, process);
  }

  /**
   * What one reader calls, once: it ends the capture, if no other has, and gives what was captured. When all readers have
   * read, the files are removed.
   */
  reader(): (read: Read) => Promise<void> {
    this.#readers += 1;
    return async (read) => {
      try {
        await read(await (this.#captured ??= this.#end()));
      } finally {
        this.#readers -= 1;
        if (this.#readers === 0) rmSync(this.#folder, { recursive: true, force: true });
      }
    };
  }

  async #end(): Promise<Captured> {
    const early = this.#early;
    if (early === undefined) {
      await sleep(this.#tool.settleMs);
      await this.#process.stop(STOP_LIMIT_MS);
    }
    const file = join(this.#folder, FILE);
    const pieces = { [Symbol.iterator]: () => piecesOf(file) };
    return { pieces, losses: await this.#losses(early) };
  }

  async #losses(early: string | undefined): Promise<readonly string[]> {
    const { program } = this.#tool;
    const log = await this.#process.lastLog(LOG_LINES);
    const missed = missedPackets(log);
    if (early !== undefined) {
      const said = log.split('\n').at(-1)?.trim() ?? '';
      const what = `${program} ended with ${early} before the run did, so later packets are missing`;
      return [said === '' ? what : `${what}: ${said}`];
    }
    if (missed === undefined) return [`${program} did not say how many packets it missed`];
    if (missed === 0) return [];
    return [
      `${program} missed ${missed} packet${missed === 1 ? '' : 's'}: the machine was too busy`,
    ];
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
