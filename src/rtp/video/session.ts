/** The video of a call: a clip is sent, what comes is counted and written as a byte stream; RTP, SRTP and RTCP as for audio. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { RtpAddress } from '../parameters.js';
import { Reporter } from '../reporter.js';
import type { SrtpKeys } from '../srtp/protection.js';
import { Transport } from '../transport.js';
import { isParameterSet, START_CODE, type Clip } from './h264.js';
import { VideoReceiver } from './receiver.js';
import { VideoSender } from './sender.js';

export interface VideoParameters {
  readonly remote: RtpAddress;
  /** Sent. */
  readonly payloadType: number;
  /** Payload types that may arrive, by the own description. */
  readonly accepts: readonly number[];
  /** Parameter sets that the other side has put into its description, in Base64 (sprop-parameter-sets). */
  readonly parameterSets?: string;
  readonly sends: boolean;
  readonly receives: boolean;
  readonly srtp?: SrtpKeys;
}

export interface VideoCounts {
  /** Pictures. */
  readonly sent: number;
  /** Pictures of which a slice came. */
  readonly received: number;
  /** Missing packets, counted by sequence numbers. */
  readonly lost: number;
}

export class VideoSession {
  readonly #sender: VideoSender;
  readonly #receiver: VideoReceiver;
  readonly #reporter: Reporter;
  readonly #transport: Transport;
  readonly #problem: (text: string) => void;
  /** Undefined: nothing is written, or not any more. */
  #path: string | undefined;
  #file: number | undefined;
  #parameters: VideoParameters | undefined;
  #isClosed = false;

  private constructor({ clip, fps, path, unauthentic, problem }: VideoWish) {
    this.#path = path;
    this.#problem = problem;
    this.#transport = new Transport({
      packet: (bytes) => {
        this.#receiver.datagram(bytes);
      },
      report: (bytes) => {
        this.#reporter.datagram(bytes);
      },
      unauthentic,
    });
    this.#sender = new VideoSender(clip?.units ?? [], fps, (bytes) => {
      this.#transport.send(bytes);
    });
    this.#receiver = new VideoReceiver((nal) => {
      this.#write(nal);
    });
    this.#reporter = new Reporter(this.#sender, this.#receiver.sources, (bytes) => {
      this.#transport.sendReport(bytes);
    });
  }

  /**
   * Listens on `port`, which is even, and on the next for RTCP.
   * @throws OffhookError E_PORTS: a port is in use, or cannot be used
   */
  static async open(options: VideoWish & { address: string; port: number }): Promise<VideoSession> {
    const session = new VideoSession(options);
    await session.#transport.open(options.address, options.port);
    return session;
  }

  /** Sends and receives as agreed, from now on: again after each re-negotiation. */
  start(parameters: VideoParameters): void {
    if (this.#isClosed) return;
    this.#parameters = parameters;
    this.#transport.use(parameters);
    this.#receiver.use(parameters.receives ? new Set(parameters.accepts) : undefined);
    this.#sender.use(parameters.sends ? parameters.payloadType : undefined);
    this.#reporter.start();
  }

  counts(): VideoCounts {
    const { pictures, lost } = this.#receiver.counts;
    return { sent: this.#sender.sent, received: pictures, lost };
  }

  /** Says BYE; both ports are free when it resolves. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#sender.use(undefined);
    this.#receiver.close();
    this.#reporter.stop();
    if (this.#file !== undefined) closeSync(this.#file);
    await this.#transport.close();
  }

  #write(nal: Uint8Array): void {
    if (this.#path === undefined) return;
    try {
      if (this.#file === undefined) {
        this.#file = openSync(this.#path, 'w', 0o600);
        if (!isParameterSet(nal)) this.#writeDescribed(this.#file);
      }
      writeSync(this.#file, START_CODE);
      writeSync(this.#file, nal);
    } catch (error) {
      this.#problem(`the video is not written any more: ${(error as Error).message}`);
      this.#path = undefined;
    }
  }

  /** Writes the parameter sets of the description: some senders send them only there, and no player can do without them. */
  #writeDescribed(file: number): void {
    for (const set of this.#parameters?.parameterSets?.split(',') ?? []) {
      writeSync(file, START_CODE);
      writeSync(file, Buffer.from(set, 'base64'));
    }
  }
}

interface VideoWish {
  /** What is sent, over and over; without it nothing is. */
  readonly clip?: Clip | undefined;
  /** Pictures a second. */
  readonly fps: number;
  /** The byte stream that is received is written there, from its first picture on; a file of that name is replaced. */
  readonly path?: string | undefined;
  /** Packets arrive that do not fit the other side's SRTP key; called once for each key. */
  readonly unauthentic: () => void;
  /** Told why the file could not be written. */
  readonly problem: (text: string) => void;
}
