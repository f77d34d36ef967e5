/** The video of a peer's calls: a session for each, started as offers and answers settle it. */
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { SettledMedia } from '../../agents/record/offer-answer.js';
import { OffhookError } from '../../errors.js';
import { readClip, type Clip } from '../../rtp/video/h264.js';
import { VideoSession, type VideoCounts, type VideoParameters } from '../../rtp/video/session.js';
import type { SdpMedia } from '../../sip/sdp.js';
import type { PeerCore } from '../core.js';
import { settledKeys, unknownKeys } from './sdes.js';
import { isH264, parameterOf } from './video-description.js';

/** A clip is read as a whole. */
const LARGEST_CLIP = 64 * 1024 * 1024;
const FPS = 25;

interface OpenVideo {
  readonly session: Promise<VideoSession>;
  /** The session, once it listens. */
  open?: VideoSession;
  /** What the session does since the last offer and answer. */
  parameters?: VideoParameters;
}

export class Video {
  readonly #peer: PeerCore;
  readonly #warn: (what: string) => void;
  readonly #calls = new Map<string, OpenVideo>();
  /** Calls that have had video: they are numbered for the names of files. */
  #count = 0;

  constructor(peer: PeerCore, warn: (what: string) => void) {
    this.#peer = peer;
    this.#warn = warn;
  }

  negotiated(call: string, { video, offerer }: SettledMedia): void {
    const before = this.#calls.get(call);
    if (video === undefined) {
      const { parameters } = before ?? {};
      if (before === undefined || parameters === undefined) return;
      this.#start(before, { ...parameters, sends: false, receives: false });
      return;
    }
    const { offered, answered } = video;
    const [own, remote] = offerer === 'own' ? [offered, answered] : [answered, offered];
    const parameters = parametersOf(own, remote);
    if (parameters === undefined) return;
    const { keys, problem } = settledKeys(offered, answered, offerer);
    if (problem !== undefined) {
      this.#warn(`${problem}: the call has no video by this offer and answer (RFC 4568)`);
      return;
    }
    const { undecipherable } = this.#peer.ground.media.descriptionOf(call);
    const srtp = keys && (undecipherable ? unknownKeys(keys) : keys);
    const one = before ?? this.#open(call, own.port);
    this.#start(one, srtp === undefined ? parameters : { ...parameters, srtp });
  }

  #start(video: OpenVideo, parameters: VideoParameters): void {
    video.parameters = parameters;
    this.#peer.inBackground(
      'video',
      video.session.then((one) => {
        one.start(parameters);
      }),
    );
  }

  #open(call: string, port: number): OpenVideo {
    const { media, options, context } = this.#peer.ground;
    this.#count += 1;
    const session = VideoSession.open({
      address: media.address,
      port,
      clip: media.clip,
      fps: options.video?.fps ?? FPS,
      path: context.videoFile?.(this.#count),
      unauthentic: () => {
        this.#warn(
          'received video packets do not fit the SRTP key in the SDP of the other side (RFC 3711, 3.3)',
        );
      },
      problem: this.#warn,
    });
    const one: OpenVideo = { session };
    this.#calls.set(call, one);
    session.then(
      (open) => {
        one.open = open;
      },
      () => {
        this.#calls.delete(call);
        this.#warn(`port ${port} of the video is in use: the call has no video`);
      },
    );
    return one;
  }

  counts(call: string): VideoCounts | undefined {
    return this.#calls.get(call)?.open?.counts();
  }

  over(call: string): void {
    const one = this.#calls.get(call);
    this.#calls.delete(call);
    if (one === undefined) return;
    this.#peer.inBackground(
      'closing video',
      one.session.then((session) => session.close()),
    );
  }

  async end(): Promise<void> {
    const sessions = [...this.#calls.values()].map(({ session }) => session);
    this.#calls.clear();
    await Promise.allSettled(sessions.map(async (session) => (await session).close()));
  }
}

const NOWHERE = new Set(['0.0.0.0', '::']);

function parametersOf(own: SdpMedia, remote: SdpMedia): VideoParameters | undefined {
  const format = remote.codecs.find(isH264);
  if (format === undefined) return undefined;
  const { address = '' } = remote;
  const parameterSets = parameterOf(format, 'sprop-parameter-sets');
  const sends = own.direction === 'sendrecv' || own.direction === 'sendonly';
  return {
    remote: { address, port: remote.port },
    payloadType: format.payload,
    accepts: own.codecs.filter(isH264).map(({ payload }) => payload),
    ...(parameterSets === undefined ? {} : { parameterSets }),
    sends: sends && !NOWHERE.has(address),
    receives: own.direction === 'sendrecv' || own.direction === 'recvonly',
  };
}

/** The clip that the option `video` names. @throws OffhookError E_ARGUMENT */
export function clipOf(peer: string, file: string | undefined): Clip | undefined {
  if (file === undefined) return undefined;
  try {
    const { size } = statSync(file);
    if (size > LARGEST_CLIP) throw new Error(`has ${size} bytes, and the limit is ${LARGEST_CLIP}`);
    return readClip(readFileSync(file));
  } catch (error) {
    throw new OffhookError(
      'E_ARGUMENT',
      {
        subject: `peer "${peer}"`,
        what: 'not started',
        seen: `the file ${JSON.stringify(basename(file))} of the option "video" ${(error as Error).message}`,
      },
      {
        agents: [peer],
        hint: 'make one with: ffmpeg -i in.mp4 -an -c:v libx264 -profile:v baseline -bsf:v h264_mp4toannexb out.h264',
      },
    );
  }
}
