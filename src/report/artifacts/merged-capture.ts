/** Adds packets of the network to the captures of SIP that attempts have, in the order of their times. */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { FileOutput, outputError } from '../output.js';
import { blocksOf, interfaceBlock, packetBlock } from '../sip/capture-file.js';
import { capturedPackets, inOrder, type CapturedPacket } from '../sip/captured-packets.js';
import { inEthernet } from '../sip/ip-packets.js';
import type { MediaEnds } from '../sip/media-ends.js';
import { NETWORK } from '../sip/sip-capture.js';

/** Number of packets written before other work gets its turn, so that a second Ctrl-C is seen. */
const PACKETS_IN_A_TURN = 10_000;

export interface SipCapture {
  /** A pcapng file, as `SipCaptureReporter` writes it. */
  path: string;
  /** Begin and end of the attempt: wall-clock microseconds since 1970. */
  from: number;
  until: number;
  media: MediaEnds;
}

export interface Content {
  bytes: number;
  sha256: string;
}

/**
 * Gives each capture the packets from and to its media while its attempt ran. A capture without such packets stays as it
 * is. Only those of attempts that ran at the same time are open at a time. @param pieces of a classic capture file
 * @param rewritten gets what a capture now holds @throws OffhookError E_OUTPUT
 */
export async function addNetwork<C extends SipCapture>(
  captures: readonly C[],
  pieces: Iterable<Uint8Array>,
  rewritten: (capture: C, content: Content) => void,
): Promise<void> {
  const waiting = captures.toSorted((a, b) => b.from - a.from);
  let running: Merge<C>[] = [];
  const end = async (ended: readonly Merge<C>[]): Promise<void> => {
    for (const one of ended) {
      const content = await one.end();
      if (content !== undefined) rewritten(one.capture, content);
    }
  };
  let count = 0;
  try {
    for (const packet of inOrder(capturedPackets(pieces))) {
      count += 1;
      if (count % PACKETS_IN_A_TURN === 0) await turn();
      const { time } = packet;
      for (let next = waiting.at(-1); next !== undefined && next.from <= time;) {
        running.push(new Merge(next));
        waiting.pop();
        next = waiting.at(-1);
      }
      const ended = running.filter(({ capture }) => capture.until < time);
      if (ended.length > 0) {
        running = running.filter((one) => !ended.includes(one));
        await end(ended);
      }
      for (const one of running) if (one.capture.media.has(packet)) one.add(packet);
    }
    await end(running);
  } finally {
    for (const one of running) one.abandon();
  }
}

/** One capture that is written anew, beside the old one until it is whole. */
class Merge<C extends SipCapture> {
  readonly capture: C;
  readonly #temporary: string;
  readonly #hash = createHash('sha256');
  #bytes = 0;
  #file: FileOutput | undefined;
  /** Messages that are not written yet, the oldest last. */
  #messages: { time: number; block: Uint8Array }[] = [];
  /** Number of the interface of the network. */
  #network = 0;

  constructor(capture: C) {
    this.capture = capture;
    const { path } = capture;
    this.#temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  }

  add({ time, ip }: CapturedPacket): void {
    this.#file ??= this.#begin();
    this.#writeMessages(time);
    this.#write(packetBlock(this.#network, { time, bytes: inEthernet(ip) }));
  }

  /** @returns undefined where it had no packet to add */
  async end(): Promise<Content | undefined> {
    if (this.#file === undefined) return undefined;
    this.#writeMessages(Infinity);
    await this.#file.finish();
    try {
      renameSync(this.#temporary, this.capture.path);
    } catch (error) {
      throw outputError(this.capture.path, error);
    }
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  /** Leaves the old file as it is, unless the new one has taken its place. */
  abandon(): void {
    if (this.#file !== undefined) rmSync(this.#temporary, { force: true });
  }

  #begin(): FileOutput {
    const { section, interfaces, packets } = blocksOf(readFileSync(this.capture.path));
    const file = (this.#file = new FileOutput(this.#temporary));
    this.#network = interfaces.length;
    this.#messages = packets.toReversed();
    for (const block of [section, ...interfaces]) this.#write(block);
    this.#write(interfaceBlock(NETWORK.name, NETWORK.description));
    return file;
  }

  /** Writes the messages that are as old as a packet, or older. */
  #writeMessages(until: number): void {
    for (;;) {
      const next = this.#messages.at(-1);
      if (next === undefined || next.time > until) return;
      this.#messages.pop();
      this.#write(next.block);
    }
  }

  #write(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    this.#file?.write(bytes);
  }
}
