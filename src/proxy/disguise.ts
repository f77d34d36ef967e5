/**
 * Rewrites messages so that the world sees the phone and the proxy as one user agent, which listens where the proxy does.
 * The phone listens at an address of its own and sends everything to the proxy, by a Route and by Record-Route (RFC 3261,
 * 16). So addresses are replaced in Via and Contact, and the proxy's own fields are removed.
 */
import { createHash } from 'node:crypto';
import { hostPort } from '../agents/address.js';
import { hasTag, nameAddr, tagOf } from '../sip/peer.js';
import { fieldParameters, parseUri } from '../sip/uri.js';
import type { Destination, Transport } from '../signalling/transport/transport.js';
import type { OpenMessage } from './open-message.js';

/** The places "host:port" of the phone, and of the proxy towards the phone and towards the world. */
export interface Places {
  readonly phone: string;
  readonly proxy: string;
  readonly world: string;
  /** The place of TLS towards the world. */
  readonly secure: string;
}

/** Requests that begin a dialog, or can begin one: their responses carry Record-Route (RFC 3261, 12.1; RFC 3515; RFC 6665). */
const BEGINS_DIALOG = new Set(['INVITE', 'SUBSCRIBE', 'REFER', 'NOTIFY']);

export function isOutsideOfDialog(message: OpenMessage): boolean {
  return !hasTag(message.value('to') ?? '');
}

export function callIdOf(message: OpenMessage): string {
  return message.value('call-id') ?? '';
}

/** Number and method of the CSeq field. */
export function cseqOf(message: OpenMessage): { number: number; method: string } {
  const [, number = '0', method = ''] = /^(\d+)\s+(\S+)/.exec(message.value('cseq') ?? '') ?? [];
  return { number: Number(number), method };
}

export function branchOf(via: string): string {
  return fieldParameters(via).get('branch') ?? '';
}

function sentByOf(via: string): string {
  return /^SIP\s*\/\s*2\.0\s*\/\s*\S+\s+([^\s;,]+)/i.exec(via)?.[1] ?? '';
}

export class Disguise {
  readonly #places: Places;

  constructor(places: Places) {
    this.#places = places;
  }

  /** Takes the proxy's Route out of a request of the phone; returns the next hop as a URI. */
  nextHop(request: OpenMessage): string {
    request.exchangeFirst('route', (value) => (this.#isProxy(value) ? undefined : value));
    const [route] = request.values('route');
    return route === undefined ? request.uri : nameAddr(route)[0];
  }

  /** Makes a request of the phone look as if it came from where the proxy listens. */
  dressRequest(request: OpenMessage, transport: Transport): void {
    request.exchangeFirst('via', (via) =>
      via.replace(
        /^(SIP\s*\/\s*2\.0\s*\/\s*)\S+\s+[^\s;,]+/i,
        (_all, protocol: string) =>
          `${protocol}${transport.toUpperCase()} ${this.#worldOf(transport)}`,
      ),
    );
    this.#dressContact(request, transport);
  }

  /** Takes the proxy's own fields out of a response of the phone, and exchanges its Contact. */
  dressResponse(response: OpenMessage, transport: Transport): void {
    response.exchangeFirst('via', () => undefined);
    response.exchange('record-route', (value) => (this.#isProxy(value) ? undefined : value));
    this.#dressContact(response, transport);
  }

  #dressContact(message: OpenMessage, transport: Transport): void {
    const parameter = transport === 'udp' ? '' : `;transport=${transport}`;
    message.exchange('contact', (value) =>
      value.replace(placeIn(this.#places.phone), `$1${this.#worldOf(transport)}${parameter}`),
    );
  }

  /** Makes a response of the world fit the phone's request, whose Via is `via`. */
  undressResponse(response: OpenMessage, via: string): void {
    response.exchangeFirst('via', () => via);
    const { method } = cseqOf(response);
    const code = response.code ?? 0;
    if (BEGINS_DIALOG.has(method) && code > 100 && code < 300)
      response.insert('Record-Route', this.#route, 'via');
    // A registrar lists the bindings: the phone looks for its own among them (RFC 3261, 10.3).
    if (method === 'REGISTER')
      response.exchange('contact', (value) =>
        value
          .replace(placeIn(this.#places.world), `$1${this.#places.phone}`)
          .replace(placeIn(this.#places.secure), `$1${this.#places.phone}`),
      );
  }

  /** Puts the proxy's Via and Record-Route into a request of the world; returns the branch by which its responses are found. */
  undressRequest(request: OpenMessage, from: Destination): string {
    request.exchangeFirst('via', (via) => seenFrom(via, from));
    const [top = ''] = request.values('via');
    // ACK to a refusal and CANCEL have the branch of their INVITE (RFC 3261, 9.1 and 17.1.1.3).
    const given = branchOf(top);
    const fallback = `${cseqOf(request).number} ${tagOf(request.value('from') ?? '') ?? ''}`;
    const known = `${sentByOf(top)} ${given === '' ? fallback : given} ${callIdOf(request)}`;
    const branch = `z9hG4bK${createHash('sha256').update(known, 'latin1').digest('hex').slice(0, 24)}`;
    if (isOutsideOfDialog(request)) request.prepend('Record-Route', this.#route);
    request.prepend('Via', `SIP/2.0/UDP ${this.#places.proxy};branch=${branch};rport`);
    return branch;
  }

  /** Whether a response of the world answers a request that left here. */
  isOurs(via: string): boolean {
    const sentBy = sentByOf(via);
    return sentBy === this.#places.world || sentBy === this.#places.secure;
  }

  get #route(): string {
    return `<sip:${this.#places.proxy};lr>`;
  }

  #worldOf(transport: Transport): string {
    return transport === 'tls' ? this.#places.secure : this.#places.world;
  }

  #isProxy(route: string): boolean {
    const uri = parseUri(nameAddr(route)[0]);
    return uri !== undefined && hostPort(uri.host, uri.port ?? 5060) === this.#places.proxy;
  }
}

/** Where responses to a request go (RFC 3261, 18.2.2; RFC 3581): back over its connection, or with UDP where the Via says. */
export function answersTo(via: string, from: Destination): Destination {
  if (from.transport !== 'udp' || fieldParameters(via).has('rport')) return from;
  const port = /:(\d{1,5})$/.exec(sentByOf(via))?.[1];
  return { ...from, port: port === undefined ? 5060 : Number(port) };
}

/** The Via with the address it came from, as a server notes it (RFC 3261, 18.2.1; RFC 3581, 4). */
function seenFrom(via: string, { address, port }: Destination): string {
  const parameters = fieldParameters(via);
  const host = sentByOf(via)
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1');
  const asks = parameters.get('rport') === '';
  if (!asks && (host === address || parameters.has('received'))) return via;
  const noted = via.replace(/;\s*rport\s*(?=;|$)/i, `;rport=${port}`);
  return parameters.has('received') ? noted : `${noted};received=${address}`;
}

/** Finds a place in the URI of a Contact, with a transport that is named behind it. */
function placeIn(place: string): RegExp {
  const text = place.replace(/[.[\]]/g, '\\$&');
  return new RegExp(`([@:])${text}(?!\\d)(?:;transport=\\w+)?`, 'i');
}
