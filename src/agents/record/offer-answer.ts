/**
 * Offers and answers of every call (RFC 3264), read from the SIP trace: the media they settle, who holds
 * whom, and the fate of the agent's own offers. Knows no verbs and no processes.
 */
import type { AgentEvent, CallMedia } from '../../model/agent-event.js';
import {
  heldAfter,
  isLocalHold,
  type Held,
  type MediaDirection,
} from '../../sip/media-direction.js';
import {
  negotiated,
  negotiatedStreams,
  negotiatedVideo,
  streamsOf,
  type NegotiatedAudio,
  type NegotiatedStream,
  type NegotiatedVideo,
} from '../../sip/negotiated.js';
import { audioOf, cryptoLines, parseSdp, type Sdp, type SdpMedia } from '../../sip/sdp.js';
import { hasTag } from '../../sip/peer.js';
import { headerOf, type SipMessage } from '../../sip/sip-message.js';

type Side = 'own' | 'remote';

interface Exchange {
  /** The side that made the offer; for an INVITE without an offer (RFC 3261, 14.1), the side that answers it. */
  offerer: Side;
  offer: Sdp | undefined;
  /** The answer last emitted, kept because a 183 and its 200 may carry the same answer. */
  told: string | undefined;
}

/** An offer the agent made in a re-INVITE, and its final response. */
export interface OwnOffer {
  readonly cseq: number;
  readonly direction: MediaDirection;
  code?: number;
  reason?: string;
  /** The answer was acknowledged: baresip has started its media before that. */
  acked?: true;
}

interface CallRecord {
  /** Keyed by method, CSeq and side of the request; only the newest are kept. */
  readonly exchanges: Map<string, Exchange>;
  readonly offers: OwnOffer[];
  held: Held;
  /** The encryption last emitted. */
  encrypted: string | undefined;
}

export interface OfferAnswerSink {
  emit(event: AgentEvent): void;
  /** An offer was answered: the media as both ends describe them. */
  negotiated?(call: string, settled: SettledMedia): void;
  /** Whether the call belongs to a recording session, whose media have one direction by nature: nobody holds it. */
  isOneWay?(call: string): boolean;
  /** Called when the agent took a call off hold by itself. Returns true if the call is held again, so that nothing is emitted. */
  resumedByItself(call: string): boolean;
}

/** The audio and the video of a call as its newest offer and answer have settled them. */
export interface SettledMedia {
  readonly audio: NegotiatedAudio | undefined;
  /** All streams of audio; that of `audio` is the first. */
  readonly streams: readonly NegotiatedStream[];
  /** The first stream of video that came about. */
  readonly video?: NegotiatedVideo;
  readonly offerer: 'own' | 'remote';
}

const EXCHANGES_KEPT = 8;
const OFFER_METHODS = ['INVITE', 'UPDATE', 'PRACK'];

export class OfferAnswer {
  readonly #sink: OfferAnswerSink;
  readonly #calls = new Map<string, CallRecord>();
  /** Calls that may come off hold; any other call is held again. */
  readonly #resuming = new Set<string>();
  /** A DTLS handshake ends with an event, which names the call, and a log line, which names the suite: the first one waits here. */
  #awaitsSuite: string | undefined;
  #suite: string | undefined;

  constructor(sink: OfferAnswerSink) {
    this.#sink = sink;
  }

  message(message: SipMessage): void {
    const { call_id: id, code } = message;
    const record = this.#calls.get(id) ?? newRecord();
    this.#calls.set(id, record);
    if (code === undefined) this.#request(id, record, message);
    else if (code > 100) this.#response(id, record, message, code);
  }

  /** CALL_MENC of baresip: the media stream of the call is encrypted from now on. */
  encrypted({ call, param }: { readonly call: string; readonly param: string }): void {
    const [, kind = '', what = ''] = param.split(',');
    const record = this.#calls.get(call);
    if (record === undefined || kind !== 'audio' || what === 'RTCP') return;
    if (/^(?:AES|AEAD|F8)_/.test(what)) {
      this.#tellEncrypted(call, record, 'srtp', what);
      return;
    }
    this.#tellEncrypted(call, record, 'dtls_srtp', this.#suite);
    this.#awaitsSuite = this.#suite === undefined ? call : undefined;
    this.#suite = undefined;
  }

  /** A line of baresip's log: only the log names the profile of DTLS-SRTP. */
  line(text: string): void {
    const suite = /DTLS-SRTP complete \(audio\/RTP\) Profile=(\S+)/.exec(text)?.[1];
    if (suite === undefined) return;
    const record = this.#calls.get(this.#awaitsSuite ?? '');
    if (this.#awaitsSuite === undefined || record === undefined) this.#suite = suite;
    else this.#tellEncrypted(this.#awaitsSuite, record, 'dtls_srtp', suite);
    this.#awaitsSuite = undefined;
  }

  /** The agent's offers in re-INVITEs, oldest first. */
  ownOffers(call: string): readonly OwnOffer[] {
    return this.#calls.get(call)?.offers ?? [];
  }

  /** Sets whether the call may come off hold. */
  expectResume(call: string, expected: boolean): void {
    if (expected) this.#resuming.add(call);
    else this.#resuming.delete(call);
  }

  forget(call: string): void {
    this.#calls.delete(call);
    this.#resuming.delete(call);
  }

  #request(id: string, record: CallRecord, message: SipMessage): void {
    const sdp = sdpOf(message);
    const side: Side = message.direction === 'sent' ? 'own' : 'remote';
    if (message.method === 'ACK') {
      const answered = record.offers.findLast((one) => one.cseq === message.cseq);
      if (side === 'own' && answered !== undefined) answered.acked = true;
      const late = record.exchanges.get(keyOf(message, side, 'INVITE'));
      if (late?.offerer !== otherSide(side)) return;
      if (sdp === undefined && late.told === undefined) this.#warn(late, 'the ACK');
      this.#answer(id, record, late, sdp);
      return;
    }
    const key = keyOf(message, side);
    if (!OFFER_METHODS.includes(message.method) || record.exchanges.has(key)) return;
    if (sdp === undefined) {
      if (message.method !== 'INVITE') return;
      record.exchanges.set(key, { offerer: otherSide(side), offer: undefined, told: undefined });
    } else {
      record.exchanges.set(key, { offerer: side, offer: sdp, told: undefined });
      if (side === 'own') noteOwnOffer(record, message, sdp);
    }
    const oldest = record.exchanges.keys().next();
    if (record.exchanges.size > EXCHANGES_KEPT && oldest.done !== true) {
      record.exchanges.delete(oldest.value);
    }
  }

  #response(id: string, record: CallRecord, message: SipMessage, code: number): void {
    // The request went the other way than this response.
    const side: Side = message.direction === 'sent' ? 'remote' : 'own';
    const exchange = record.exchanges.get(keyOf(message, side));
    if (exchange === undefined) return;
    if (code < 300) {
      const sdp = sdpOf(message);
      const isFinal = code >= 200 && message.method === 'INVITE';
      if (isFinal && sdp === undefined && exchange.offerer === side && exchange.told === undefined)
        this.#warn(exchange, `the ${code}`);
      if (exchange.offerer === side) this.#answer(id, record, exchange, sdp);
      else exchange.offer ??= sdp;
    }
    const own = record.offers.findLast((one) => one.cseq === message.cseq);
    if (side !== 'own' || message.method !== 'INVITE' || code < 200 || own === undefined) return;
    own.code ??= code;
    own.reason ??= message.reason ?? '';
  }

  #answer(id: string, record: CallRecord, exchange: Exchange, answer: Sdp | undefined): void {
    const { offer, offerer } = exchange;
    if (offer === undefined || answer === undefined) return;
    const audio = negotiated(offer, answer);
    const streams = streamsOf(offer, answer, offerer === 'own');
    const { own, remote } = endsOf(audio, offerer);
    const media = audio?.isOffered === true ? mediaOf(audio, own, remote) : undefined;
    const told = JSON.stringify([media, streams, audio && cryptoLines(audio.answered)]);
    if (told === exchange.told) return;
    exchange.told = told;
    const wrong = offerer === 'own' ? answerProblem(offer, audio) : undefined;
    if (wrong !== undefined) this.#sink.emit({ type: 'warning', text: wrong });
    let { held } = record;
    if (audio !== undefined && this.#sink.isOneWay?.(id) !== true) {
      held = heldAfter({ own: own.direction, remote: remote.direction, offerer }, record.held);
      const resumed = offerer === 'own' && holds(record.held) && !holds(held);
      if (resumed && !this.#resuming.has(id) && this.#sink.resumedByItself(id)) return;
      if (resumed) this.#resuming.delete(id);
      record.held = held;
    }
    const video = negotiatedVideo(offer, answer);
    this.#sink.negotiated?.(id, {
      audio: media === undefined ? undefined : audio,
      streams: negotiatedStreams(offer, answer),
      ...(video === undefined ? {} : { video }),
      offerer,
    });
    const mediaField = media === undefined ? {} : { media };
    this.#sink.emit({ type: 'call_media', call: id, ...mediaField, held, streams });
    if (audio?.encryption === 'srtp') this.#tellEncrypted(id, record, 'srtp', audio.suite);
  }

  /** Warns of a message that should have answered an offer but holds no session description. */
  #warn(exchange: Exchange, message: string): void {
    if (exchange.offer === undefined) return;
    // The answer may be sent again.
    exchange.told = '';
    const text = `${message} holds no session description: the offer was not answered, so there is no audio`;
    this.#sink.emit({ type: 'warning', text });
  }

  #tellEncrypted(
    call: string,
    record: CallRecord,
    encryption: 'srtp' | 'dtls_srtp',
    suite: string | undefined,
  ): void {
    const told = `${encryption} ${suite ?? ''}`;
    if (told === record.encrypted) return;
    record.encrypted = told;
    const suiteField = suite === undefined ? {} : { suite };
    this.#sink.emit({ type: 'call_encrypted', call, encryption, ...suiteField });
  }
}

/** Whether the agent itself holds the call. */
export function holds(held: Held): boolean {
  return held === 'local' || held === 'both';
}

/** Whether a message has a session description; in a response below 200 it means early media (RFC 3960). */
export function hasSdp(message: SipMessage): boolean {
  return sdpOf(message) !== undefined;
}

function newRecord(): CallRecord {
  return {
    exchanges: new Map(),
    offers: [],
    held: 'none',
    encrypted: undefined,
  };
}

function noteOwnOffer(record: CallRecord, message: SipMessage, sdp: Sdp): void {
  if (message.method !== 'INVITE' || !hasTag(headerOf(message.headers, 'to') ?? '')) return;
  const direction = audioOf(sdp)?.direction ?? 'inactive';
  record.offers.push({ cseq: message.cseq, direction });
}

/** Whether the offer holds the call instead of resuming it. */
export function isHoldOffer(offer: OwnOffer): boolean {
  return isLocalHold(offer.direction);
}

type Ends = Record<Side, SdpMedia>;

function endsOf(audio: NegotiatedAudio | undefined, offerer: Side): Ends {
  const { offered = NO_STREAM, answered = NO_STREAM } = audio ?? {};
  return offerer === 'own'
    ? { own: offered, remote: answered }
    : { own: answered, remote: offered };
}

const NO_STREAM: SdpMedia = {
  kind: 'audio',
  port: 0,
  protocol: '',
  codecs: [],
  direction: 'inactive',
};

/** Describes how an answer breaks the agent's offer of audio (RFC 3264, 6); undefined when the answer fits the offer. */
function answerProblem(offer: Sdp, audio: NegotiatedAudio | undefined): string | undefined {
  const offered = audioOf(offer);
  if (offered === undefined || offered.port === 0 || audio?.isOffered === true) return undefined;
  if (audio === undefined) return 'the answer refuses the offered audio: the call has no audio';
  const names = offered.codecs.map(({ name }) => name).filter((one) => one !== 'telephone-event');
  return `the answer names ${audio.codec}, but the offer names only ${names.join(', ')}: there is no audio`;
}

function mediaOf(audio: NegotiatedAudio, own: SdpMedia, remote: SdpMedia): CallMedia {
  const { codec, rate, ptime } = audio;
  return {
    codec,
    rate,
    ...(ptime === undefined ? {} : { ptime }),
    direction: own.direction,
    local_address: addressOf(own),
    remote_address: addressOf(remote),
  };
}

function addressOf({ address = '', port }: SdpMedia): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function sdpOf({ body }: SipMessage): Sdp | undefined {
  const sdp = body === '' ? undefined : parseSdp(body);
  return sdp === undefined || sdp.media.length === 0 ? undefined : sdp;
}

function keyOf({ method, cseq }: SipMessage, side: Side, of = method): string {
  return `${side} ${of} ${cseq}`;
}

function otherSide(side: Side): Side {
  return side === 'own' ? 'remote' : 'own';
}
