/** Everything that reads what a peer receives, on mutated messages: what breaks, and how long one message takes. */
import { challengeOf, Gatekeeper } from '../../signalling/digest.js';
import { branchOf, messageOf } from '../../signalling/transactions/messages.js';
import { Dialog } from '../../signalling/dialog.js';
import { Description } from '../../peer/media/media.js';
import { settledKeys } from '../../peer/media/sdes.js';
import { OpenMessage } from '../../proxy/open-message.js';
import { StreamFraming } from '../../sip/framing.js';
import { headerRecord, headerValues } from '../../sip/headers.js';
import { nameAddr, senderOf, tagOf } from '../../sip/peer.js';
import { partsOf } from '../../sip/bodies/multipart.js';
import { metadataTextIn, parseRecordingMetadata } from '../../sip/bodies/recording-metadata.js';
import { parseSdp } from '../../sip/sdp.js';
import { AUDIO_CODECS } from '../../sip/sdp-text.js';
import { messageText, type SipMessage } from '../../sip/sip-message.js';
import { fieldParameters, parseUri } from '../../sip/uri.js';
import { mutated, randomOf } from './mutations.js';

const ENDS = { direction: 'received', transport: 'udp', local: '', remote: '' } as const;
/** Errors with which a stream that holds no SIP is given up; any other error is a bug. */
const GIVEN_UP = /^(?:no end of the header|a body of \S+ octets|Content-Length is )/;

export interface Parsed {
  /** The first undocumented errors that were thrown, with their messages. */
  readonly broken: string[];
  /**
   * The first texts that do not survive: written and read again they become another message, or they are not written as
   * they were read.
   */
  readonly changed: string[];
  readonly slowestMs: number;
  /** How many had a start line. */
  readonly messages: number;
}

export function parseMutated(seed: number, count: number): Parsed {
  const random = randomOf(seed);
  const [broken, changed]: string[][] = [[], []];
  let slowestMs = 0;
  let messages = 0;
  for (let made = 0; made < count; made += 1) {
    const octets = mutated(random);
    const began = performance.now();
    try {
      const message = messageOf(Buffer.from(octets, 'latin1').toString('utf8'), ENDS);
      if (message.uri !== undefined || message.code !== undefined) {
        messages += 1;
        if (!isStable(message) || !isWrittenAsRead(octets)) note(changed, octets);
      }
      readAll(message);
      frame(octets, 1 + random(octets.length + 1));
    } catch (error) {
      note(broken, `${(error as Error).stack ?? String(error)}\n${JSON.stringify(octets)}`);
    }
    const ms = performance.now() - began;
    // Other processes may have delayed this one: a message counts as slow only if it is slow a second time.
    if (ms > slowestMs) slowestMs = Math.max(slowestMs, Math.min(ms, readAgain(octets)));
  }
  return { broken: broken ?? [], changed: changed ?? [], slowestMs, messages };
}

function readAgain(octets: string): number {
  const began = performance.now();
  try {
    readAll(messageOf(Buffer.from(octets, 'latin1').toString('utf8'), ENDS));
    frame(octets, octets.length);
  } catch {
    // the first reading has noted the error
  }
  return performance.now() - began;
}

function note(texts: string[] | undefined, text: string): void {
  if ((texts?.length ?? 0) < 5) texts?.push(text.slice(0, 4000));
}

/** Whether a message, written and parsed again, is the same message and is written as the same text. */
function isStable(message: SipMessage): boolean {
  const text = messageText(message);
  const again = messageOf(text, ENDS);
  return messageText(again) === text && JSON.stringify(again) === JSON.stringify(message);
}

/** A message that is opened and not touched is written octet by octet as it was read. */
function isWrittenAsRead(octets: string): boolean {
  return OpenMessage.parse(octets)?.toString() === octets;
}

const KEEPER = new Gatekeeper({
  username: 'a',
  password: 'b',
  realm: 'c',
  algorithm: 'MD5',
  qop: true,
});

function readAll(message: SipMessage): void {
  const { headers, uri = '', body, method } = message;
  headerRecord(headers);
  senderOf(message);
  branchOf(message);
  parseUri(uri);
  partsOf(message);
  parseRecordingMetadata(metadataTextIn(message) ?? body);
  const codecs = Object.values(AUDIO_CODECS);
  const description = new Description('127.0.0.1', () => 4000, codecs, 'srtp');
  const answer = parseSdp(description.answer(body, undefined));
  for (const [i, offered] of (parseSdp(body)?.media ?? []).entries()) {
    const answered = answer?.media[i];
    if (answered !== undefined) settledKeys(offered, answered, 'remote');
  }
  Dialog.ofCaller(message).route();
  Dialog.ofCallee(message, 'tag').route();
  for (const name of new Set(headers.map(([one]) => one))) headerValues(headers, name);
  for (const [, value] of headers) {
    parseUri(nameAddr(value)[0]);
    tagOf(value);
    fieldParameters(value);
    challengeOf([`Digest ${value}`]);
    KEEPER.judge(`Digest ${value}`, method);
  }
}

function frame(octets: string, cut: number): void {
  const framing = new StreamFraming();
  try {
    framing.take(octets.slice(0, cut));
    framing.take(octets.slice(cut));
  } catch (error) {
    if (!GIVEN_UP.test((error as Error).message)) throw error;
  }
}
