/**
 * A media session of a raw SIP peer: RTP and RTCP over UDP (RFC 3550), audio played and recorded, digits as events
 * (RFC 4733). It knows no SIP: whoever negotiates says what to send where.
 */
import { join } from 'node:path';
import { OffhookError } from '../errors.js';
import { mosOf, type Quality } from '../model/call-quality.js';
import { CLOCK } from './clock.js';
import { codecOf, packetTimeOf, RATE, type Codec } from './codec.js';
import { openOpus } from './opus.js';
import type { RtpParameters, RtpSink, RtpStream } from './parameters.js';
import { Receiver } from './receiver.js';
import { Reporter, type RemoteReport } from './reporter.js';
import type { TimedPacket } from './replay.js';
import { Sender } from './sender.js';
import { eventOf, MOST_TICKS } from './telephone-event.js';
import { Transport } from './transport.js';
import { WavFile } from './wav-file.js';

/** Samples that are sent are written to the file every 200 ms: nobody waits for them. */
const SENT_AT_ONCE = RATE / 5;
const PTIME_MS = { least: 5, most: 200 };
const DIGIT_MS = 100;
const GAP_MS = 100;

/** Numbers the files of this process: a port may serve several sessions, one after the other. */
let files = 0;

export interface RtpCounts {
  /** Packets. */
  readonly sent: number;
  /** Packets, whatever they hold, also while the session does not receive. */
  readonly received: number;
  /** ms of audio that was recorded. */
  readonly audio_ms: number;
  /** Packets the other side says it has sent (RTCP). */
  readonly remote_sent?: number;
  /** Packets missing of the source that is heard, by its sequence numbers. */
  readonly lost: number;
  /** Packets with a payload type nobody agreed on. */
  readonly unknown: number;
  /** Datagrams on the RTP port that are not RTP, and packets that SRTP refuses: wrong key, or received before. */
  readonly invalid: number;
}

export class RtpSession {
  readonly #folder: string;
  readonly #sink: RtpSink;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  readonly #reporter: Reporter;
  readonly #transport: Transport;
  readonly #codecs = new Map<string, Codec>();
  readonly #waiting = new Set<(error: OffhookError) => void>();
  #parameters: RtpParameters | undefined;
  #files: Partial<Record<RtpStream['direction'], WavFile>> = {};
  #replaying: ((error: OffhookError) => void) | undefined;
  #isClosed = false;

  private constructor(folder: string, sink: RtpSink) {
    this.#folder = folder;
    this.#sink = sink;
    this.#transport = new Transport({
      packet: (bytes) => {
        this.#receiver.datagram(bytes);
      },
      report: (bytes) => {
        this.#reporter.datagram(bytes);
      },
      unauthentic: () => {
        sink.unauthentic?.();
      },
    });
    this.#sender = new Sender(
      (bytes) => {
        this.#transport.send(bytes);
      },
      () => {
        sink.playedToEnd();
      },
    );
    this.#receiver = new Receiver((digit, durationMs) => {
      sink.digit(digit, durationMs);
    });
    this.#reporter = new Reporter(this.#sender, this.#receiver.sources, (bytes) => {
      this.#transport.sendReport(bytes);
    });
  }

  /**
   * Listens on `port`, which is even, and on the next for RTCP. `folder` exists: the WAV files are made in it.
   * @throws OffhookError E_PORTS: a port is in use, or cannot be used
   */
  static async open(options: {
    address: string;
    port: number;
    folder: string;
    sink: RtpSink;
  }): Promise<RtpSession> {
    const session = new RtpSession(options.folder, options.sink);
    await session.#transport.open(options.address, options.port);
    return session;
  }

  /** Loads what the codecs of `parameters` need, for `start` with them: only opus needs anything. */
  async prepare(parameters: RtpParameters): Promise<void> {
    const accepted = parameters.accepts?.codecs ?? [parameters];
    const keys = [
      { key: keyOf('sent', parameters), ...parameters },
      ...accepted.map((one) => ({ key: keyOf('received', one), codec: one.codec, fmtp: '' })),
    ];
    for (const { key, codec, fmtp } of keys) {
      if (codec !== 'opus' || this.#codecs.has(key)) continue;
      const opus = await openOpus(fmtp);
      if (this.#isClosed || this.#codecs.has(key)) opus.close?.();
      else this.#codecs.set(key, opus);
    }
  }

  /**
   * Sends and receives as agreed from now on; to be called after each re-negotiation. Playing goes on, but stands still while
   * the session does not send; waiting digits fail then.
   * @throws RangeError: the packet time is out of range
   */
  start(parameters: RtpParameters): void {
    if (this.#isClosed) return;
    const { ptimeMs, payloadType, telephoneEvent } = parameters;
    if (!(ptimeMs >= PTIME_MS.least && ptimeMs <= PTIME_MS.most && Number.isInteger(ptimeMs))) {
      throw new RangeError(
        `packet time ${ptimeMs} ms is not a whole number from ${PTIME_MS.least} to ${PTIME_MS.most}`,
      );
    }
    this.#parameters = parameters;
    this.#transport.use(parameters);
    // what still waits belongs into the file that ends
    if (!parameters.receives) this.#receiver.use(undefined);
    if (!parameters.sends) this.#sender.use(undefined);
    const accepts = parameters.accepts ?? { codecs: [parameters], telephoneEvent };
    const received = this.#fileOf('received', parameters.receives);
    if (received !== undefined) {
      this.#receiver.use({
        codecs: new Map(
          accepts.codecs.map((one) => [one.payloadType, this.#codecOf('received', one)]),
        ),
        telephoneEvent: accepts.telephoneEvent,
        file: received,
      });
    }
    const sent = this.#fileOf('sent', parameters.sends);
    if (sent !== undefined) {
      const codec = this.#codecOf('sent', parameters);
      const packetMs = packetTimeOf(codec, ptimeMs);
      this.#sender.use({ codec, payloadType, ptimeMs: packetMs, telephoneEvent, file: sent });
    }
    if (!parameters.sends) this.#drop('the session does not send any more');
    this.#reporter.start();
  }

  /** Plays samples of 8 kHz, one channel; after their end silence is sent. */
  play(samples: Int16Array, repeats: boolean): void {
    this.#sender.play(samples, repeats);
  }

  /** Sends silence from now on. */
  silence(): void {
    this.#sender.silence();
  }

  /**
   * Sends digits as events (RFC 4733), each in place of audio, which goes on behind it. Resolves when the last packet of the
   * last digit was sent.
   * @param digits 0-9, *, #, A-D, and "!" for a hook flash
   * @param options duration of a digit and of the pause behind it, ms: 100 each
   * @throws OffhookError E_DTMF: no events were agreed on, or the session stops sending
   */
  async sendDigits(
    digits: string,
    options: { durationMs?: number; gapMs?: number } = {},
  ): Promise<void> {
    const events = Array.from(digits, (digit) => eventOf(digit) ?? digit);
    const duration = Math.round(((options.durationMs ?? DIGIT_MS) * RATE) / 1000);
    const gap = Math.round(((options.gapMs ?? GAP_MS) * RATE) / 1000);
    const bad = events.find((one) => typeof one === 'string');
    if (bad !== undefined) throw digitError(`${JSON.stringify(bad)} is not a digit`);
    if (!(duration > 0 && duration <= MOST_TICKS && gap >= 0)) {
      throw digitError(`a digit must last 1 to 8191 ms, not ${duration / 8} ms`);
    }
    if (this.#isClosed || this.#parameters?.sends !== true) {
      throw digitError('the session does not send');
    }
    if (this.#parameters.telephoneEvent === undefined) {
      throw digitError('the other side takes no telephone-event');
    }
    if (events.length === 0) return;
    await new Promise<void>((resolve, reject) => {
      this.#waiting.add(reject);
      const sent = (): void => {
        this.#waiting.delete(reject);
        resolve();
      };
      events.forEach((event, i) => {
        const isLast = i === events.length - 1;
        this.#sender.events.add({
          event: Number(event),
          duration,
          gap,
          ...(isLast ? { sent } : {}),
        });
      });
    });
  }

  /**
   * Sends a recorded stream (`readCapture`) in place of what is played: payloads, times and payload types are its own,
   * SSRC and numbers those of this session. Resolves with the last packet.
   * @throws OffhookError E_AUDIO: the session does not send, or not any more
   */
  async replay(packets: readonly TimedPacket[]): Promise<void> {
    if (this.#isClosed || this.#parameters?.sends !== true) {
      throw replayError('the session does not send');
    }
    this.stopReplay('another stream is replayed');
    await new Promise<void>((resolve, reject) => {
      this.#replaying = reject;
      this.#sender.replay(packets, () => {
        this.#replaying = undefined;
        resolve();
      });
    });
  }

  /** What is played goes on. */
  stopReplay(why = 'it was stopped'): void {
    this.#sender.stopReplay();
    this.#replaying?.(replayError(why));
    this.#replaying = undefined;
  }

  /** Path of the WAV file of what comes; of the newest if there were several. */
  get received(): string | undefined {
    return this.#files.received?.path;
  }

  /** Path of the WAV file of what is sent. */
  get sent(): string | undefined {
    return this.#files.sent?.path;
  }

  counts(): RtpCounts {
    const { packets, invalid, unknown, audioMs } = this.#receiver.counts;
    const remote = this.#reporter.remoteSent;
    return {
      sent: this.#sender.counts.packets,
      received: packets,
      audio_ms: audioMs,
      ...(remote === undefined ? {} : { remote_sent: remote }),
      lost: Math.max(0, this.#receiver.heard?.lost ?? 0),
      unknown,
      invalid: invalid + this.#transport.refused,
    };
  }

  /** The quality of what this side receives; undefined as long as nothing came. */
  quality(): Quality | undefined {
    const heard = this.#receiver.heard;
    if (heard === undefined || this.#parameters === undefined) return undefined;
    const lost = Math.max(0, heard.lost);
    const measured = {
      packet_loss: rounded((100 * lost) / Math.max(1, heard.expected)),
      jitter: rounded(heard.jitterMs),
      rtt: rounded(this.#reporter.rtt ?? 0),
    };
    return { mos: mosOf({ codec: this.#parameters.codec, ...measured }), ...measured };
  }

  /** What the other side reports of what it receives; undefined before its first report. */
  remoteQuality(): RemoteReport | undefined {
    return this.#reporter.remote;
  }

  /** Says BYE; the files get their lengths, and both ports are free when it resolves. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#sender.use(undefined);
    this.#receiver.close();
    this.#reporter.stop();
    this.#drop('the session was closed');
    this.#files.received?.close();
    this.#files.sent?.close();
    for (const codec of this.#codecs.values()) codec.close?.();
    await this.#transport.close();
  }

  /** The file of a direction that is on: a new one where it was off before. */
  #fileOf(direction: RtpStream['direction'], isOn: boolean): WavFile | undefined {
    const before = this.#files[direction];
    if (isOn && before?.isOpen === true) return before;
    if (!isOn) {
      before?.close();
      return undefined;
    }
    files += 1;
    const path = join(this.#folder, `rtp-${files}-${direction}.wav`);
    const file = new WavFile(path, direction === 'sent' ? SENT_AT_ONCE : 1);
    this.#files[direction] = file;
    this.#sink.stream?.({ direction, path, at: CLOCK.now() });
    return file;
  }

  /** Returns the same codec object after a re-negotiation: G.722 and opus continue from the state that both sides share. */
  #codecOf(direction: RtpStream['direction'], wanted: WantedCodec): Codec {
    const { codec } = wanted;
    const key = keyOf(direction, wanted);
    const made = this.#codecs.get(key) ?? (codec === 'opus' ? undefined : codecOf(codec));
    if (made === undefined) throw new Error('opus was not prepared');
    this.#codecs.set(key, made);
    return made;
  }

  #drop(why: string): void {
    this.stopReplay(why);
    this.#sender.events.clear();
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const reject of waiting) reject(digitError(why));
  }
}

type WantedCodec = Pick<RtpParameters, 'payloadType' | 'codec' | 'fmtp'>;

/** The key of a codec object: a stream with another key needs another codec object. */
function keyOf(
  direction: RtpStream['direction'],
  { payloadType, codec, fmtp = '' }: WantedCodec,
): string {
  return `${direction} ${payloadType} ${codec} ${direction === 'sent' ? fmtp : ''}`;
}

function digitError(seen: string): OffhookError {
  return new OffhookError('E_DTMF', { subject: 'RTP', what: 'digits could not be sent', seen });
}

function replayError(seen: string): OffhookError {
  return new OffhookError('E_AUDIO', { subject: 'RTP', what: 'replay ended early', seen });
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
