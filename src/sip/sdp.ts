/**
 * Parses a session description (RFC 8866, 3264) into plain data. Lenient: unreadable parts are left out and
 * never an error, because somebody accepted whatever a trace shows. Also used inside QuickJS.
 */
import { partIn } from './bodies/multipart.js';
import { MEDIA_DIRECTIONS, withoutReceiving, type MediaDirection } from './media-direction.js';
import { staticPayload } from './static-payloads.js';

export interface SdpCodec {
  payload: number;
  /** Name in the rtpmap; for a static payload type, as RFC 3551 writes it. Empty when neither gives a name. */
  name: string;
  /** Clock rate of the RTP timestamps: 8000 for G722, which samples at 16000 (RFC 3551, 4.5.2). */
  rate: number;
  channels: number;
  fmtp?: string;
}

export interface SdpMedia {
  /** "audio", "video", "image", ... */
  kind: string;
  /** 0 = refused, or switched off (RFC 3264, 6 and 8.2). */
  port: number;
  /** "RTP/AVP", "RTP/SAVP", "UDP/TLS/RTP/SAVPF", ... */
  protocol: string;
  /** In the order of the m= line, which is the order of preference. */
  codecs: readonly SdpCodec[];
  /** The session's direction where the stream has none; an old-style hold (c=0.0.0.0) is included. */
  direction: MediaDirection;
  /** ms per packet. */
  ptime?: number;
  address?: string;
  crypto?: readonly { suite: string }[];
  fingerprint?: string;
  setup?: string;
  /** What other bodies call the stream (RFC 4574): the metadata of a recording. */
  label?: string;
}

export interface Sdp {
  /** Connection address of the session. */
  address?: string;
  media: readonly SdpMedia[];
}

/** One section: of the session, or of one stream with its m= line as `first`. */
interface Section {
  first: string;
  /** The first c= line. */
  connection: string | undefined;
  /** The values of each attribute "a=name:value", by its name in lower case; `null` for "a=name", which has none. */
  attributes: Map<string, (string | null)[]>;
}

type Common = Partial<Pick<SdpMedia, 'address' | 'direction' | 'ptime' | 'fingerprint' | 'setup'>>;

/** RFC 8840, 4.1.1: with port 9, 0.0.0.0 only says that trickle ICE has no address yet. */
const DISCARD_PORT = 9;
const NOWHERE = ['0.0.0.0', '::'];
const MEDIA_LINE = /^m=(\S+)\s+(\d{1,5})(?:\/\d+)?\s+(\S+)\s*(.*)$/;

/** `undefined` when the body holds no session description. Also finds a description inside a multipart body. */
export function parseSdp(body: string): Sdp | undefined {
  const [session, ...streams] = sectionsOf(partIn(body, 'application/sdp') ?? body);
  if (session === undefined) return undefined;
  const inherited = commonOf(session);
  const media: SdpMedia[] = [];
  for (const stream of streams) {
    const one = mediaOf(stream, inherited);
    if (one !== undefined) media.push(one);
  }
  const { address } = inherited;
  return { ...(address === undefined ? {} : { address }), media };
}

/** The first audio stream that is not refused, else the first. */
export function audioOf(sdp: Sdp): SdpMedia | undefined {
  const audio = sdp.media.filter((one) => one.kind === 'audio');
  return audio.find((one) => one.port !== 0) ?? audio[0];
}

function sectionsOf(body: string): Section[] {
  const sections: Section[] = [];
  for (const raw of body.split(/\r\n|\r|\n/)) {
    const line = raw.trim();
    const current = sections.at(-1);
    if (current === undefined) {
      if (line.startsWith('v=')) sections.push(sectionOf(line));
    } else if (line.startsWith('m=')) {
      sections.push(sectionOf(line));
    } else if (line.startsWith('--')) {
      // The boundary of a multipart body.
      break;
    } else if (line.startsWith('c=')) {
      current.connection ??= line;
    } else if (line.startsWith('a=') || line.startsWith('A=')) {
      addAttribute(current, line);
    }
  }
  return sections;
}

function sectionOf(first: string): Section {
  return { first, connection: undefined, attributes: new Map() };
}

function addAttribute({ attributes }: Section, line: string): void {
  const colon = line.indexOf(':');
  const name = line.slice(2, colon < 0 ? undefined : colon).toLowerCase();
  const value = colon < 0 ? null : line.slice(colon + 1).trim();
  const before = attributes.get(name);
  if (before === undefined) attributes.set(name, [value]);
  else before.push(value);
}

function mediaOf(stream: Section, inherited: Common): SdpMedia | undefined {
  const match = MEDIA_LINE.exec(stream.first);
  if (match === null) return undefined;
  const [, kind = '', portText = '', protocol = '', formats = ''] = match;
  const port = Number(portText);
  const { direction = 'sendrecv', ...common } = { ...inherited, ...commonOf(stream) };
  const { address } = common;
  const toNowhere = address !== undefined && NOWHERE.includes(address) && port !== DISCARD_PORT;
  const crypto = cryptoOf(stream);
  const label = attribute(stream, 'label');
  const media: SdpMedia = {
    kind: kind.toLowerCase(),
    port,
    protocol,
    codecs: /RTP\//i.test(protocol) ? codecsOf(formats, stream) : [],
    direction: toNowhere ? withoutReceiving(direction) : direction,
    ...common,
    ...(crypto.length === 0 ? {} : { crypto }),
    ...(label === undefined ? {} : { label }),
  };
  if (crypto.length > 0) CRYPTO.set(media, attributes(stream, 'crypto'));
  return media;
}

/** Keeps the a=crypto lines outside of the parsed streams: code that shows a description must not show its keys. */
const CRYPTO = new WeakMap<SdpMedia, readonly string[]>();

/** The values of the a=crypto lines of a stream that was parsed, with their keys (RFC 4568, 9.1). */
export function cryptoLines(media: SdpMedia): readonly string[] {
  return CRYPTO.get(media) ?? [];
}

/** Attributes that a session may state for all of its streams, or a stream for itself. */
function commonOf(section: Section): Common {
  const address = addressOf(section);
  const direction = directionOf(section);
  const ptime = Number(attribute(section, 'ptime'));
  const fingerprint = attribute(section, 'fingerprint');
  const setup = attribute(section, 'setup');
  return {
    ...(address === undefined ? {} : { address }),
    ...(direction === undefined ? {} : { direction }),
    ...(ptime > 0 ? { ptime } : {}),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(setup === undefined ? {} : { setup }),
  };
}

function codecsOf(formats: string, stream: Section): SdpCodec[] {
  const mapped = byPayload(attributes(stream, 'rtpmap'));
  const parameters = byPayload(attributes(stream, 'fmtp'));
  const codecs: SdpCodec[] = [];
  for (const format of formats.split(/\s+/)) {
    if (!/^\d{1,3}$/.test(format)) continue;
    const payload = Number(format);
    const known = rtpmapOf(mapped.get(payload)) ?? staticPayload(payload);
    const fmtp = parameters.get(payload);
    codecs.push({
      payload,
      ...(known ?? { name: '', rate: 0, channels: 1 }),
      ...(fmtp === undefined ? {} : { fmtp }),
    });
  }
  return codecs;
}

/** "opus/48000/2" */
function rtpmapOf(text: string | undefined): Omit<SdpCodec, 'payload'> | undefined {
  const match = /^([^/\s]+)\s*\/\s*(\d+)(?:\s*\/\s*(\d+))?/.exec(text ?? '');
  if (match === null) return undefined;
  return { name: match[1] ?? '', rate: Number(match[2]), channels: Number(match[3] ?? 1) };
}

/** Maps the payload type at the beginning of each value to the rest; the first value of a type counts. */
function byPayload(values: readonly string[]): ReadonlyMap<number, string> {
  const map = new Map<number, string>();
  for (const value of values) {
    const match = /^(\d{1,3})\s+(.*)$/.exec(value);
    if (match === null) continue;
    const payload = Number(match[1]);
    if (!map.has(payload)) map.set(payload, match[2] ?? '');
  }
  return map;
}

/** Parses "1 AES_CM_128_HMAC_SHA1_80 inline:..." (RFC 4568, 9.1) and drops the key on purpose: `cryptoLines` has it. */
function cryptoOf(stream: Section): { suite: string }[] {
  const found: { suite: string }[] = [];
  for (const value of attributes(stream, 'crypto')) {
    const suite = value.split(/\s+/)[1];
    if (suite !== undefined && suite !== '') found.push({ suite });
  }
  return found;
}

function directionOf(section: Section): MediaDirection | undefined {
  return MEDIA_DIRECTIONS.find((one) => section.attributes.get(one)?.includes(null) === true);
}

/** "c=IN IP4 192.0.2.1/127" -> the address without time to live and count. */
function addressOf(section: Section): string | undefined {
  const address = section.connection?.slice(2).trim().split(/\s+/)[2]?.split('/')[0];
  return address === '' ? undefined : address;
}

function attribute(section: Section, name: string): string | undefined {
  return attributes(section, name)[0];
}

function attributes(section: Section, name: string): string[] {
  return section.attributes.get(name)?.filter((value) => value !== null) ?? [];
}
