/** A dialog as a user agent keeps it (RFC 3261, 12): what its requests are made of. */
import { headerOf, type HeaderField, type SipMessage } from '../sip/sip-message.js';
import { headerValues } from '../sip/headers.js';
import { nameAddr, tagOf } from '../sip/peer.js';
import { parseUri } from '../sip/uri.js';

export class Dialog {
  readonly callId: string;
  /** The From of our own requests, tag included. */
  readonly local: string;
  /** The To of our own requests, tag included. */
  readonly remote: string;
  /** Request-URI of own requests (12.2.1.1): the Contact of the other side. */
  target: string;
  /** The first Route first. */
  readonly routes: readonly string[];
  /** CSeq of the last own request. */
  localSeq: number;

  private constructor(
    message: SipMessage,
    ends: Pick<Dialog, 'local' | 'remote' | 'routes' | 'localSeq'>,
  ) {
    this.callId = message.call_id;
    this.local = ends.local;
    this.remote = ends.remote;
    this.routes = ends.routes;
    this.localSeq = ends.localSeq;
    const [contact = ''] = headerValues(message.headers, 'contact');
    this.target = nameAddr(contact)[0] || nameAddr(ends.remote)[0];
  }

  /** @returns the dialog as the side sees it that sent the request; `response` made it */
  static ofCaller(response: SipMessage): Dialog {
    return new Dialog(response, {
      local: headerOf(response.headers, 'from') ?? '',
      remote: headerOf(response.headers, 'to') ?? '',
      routes: routesOf(response).reverse(),
      localSeq: response.cseq,
    });
  }

  /** @returns the dialog as the side sees it that received the request and answers it with that tag */
  static ofCallee(request: SipMessage, tag: string): Dialog {
    const to = headerOf(request.headers, 'to') ?? '';
    return new Dialog(request, {
      local: tagOf(to) === undefined ? `${to};tag=${tag}` : to,
      remote: headerOf(request.headers, 'from') ?? '',
      routes: routesOf(request),
      localSeq: 0,
    });
  }

  get localTag(): string {
    return tagOf(this.local) ?? '';
  }

  get remoteTag(): string {
    return tagOf(this.remote) ?? '';
  }

  /** Whether a request of the other side belongs here. */
  takes({ call_id, headers }: SipMessage): boolean {
    return (
      call_id === this.callId &&
      (tagOf(headerOf(headers, 'to') ?? '') ?? '') === this.localTag &&
      (tagOf(headerOf(headers, 'from') ?? '') ?? '') === this.remoteTag
    );
  }

  /** A request or 2xx of the other side may name a new contact (12.2.1.2). */
  refresh({ headers }: SipMessage): void {
    const [contact = ''] = headerValues(headers, 'contact');
    const uri = nameAddr(contact)[0];
    if (uri !== '') this.target = uri;
  }

  /** Request-URI and Route fields (12.2.1.1): a first hop without `lr` becomes the Request-URI. */
  route(): { uri: string; routes: readonly HeaderField[]; nextHop: string } {
    const uris = this.routes.map((one) => nameAddr(one)[0]);
    const [first] = uris;
    if (first === undefined) return { uri: this.target, routes: [], nextHop: this.target };
    if (parseUri(first)?.parameters.has('lr') === true) {
      return { uri: this.target, routes: uris.map(routeField), nextHop: first };
    }
    return {
      uri: first,
      routes: [...uris.slice(1), this.target].map(routeField),
      nextHop: first,
    };
  }
}

function routesOf({ headers }: SipMessage): string[] {
  return headerValues(headers, 'record-route').filter((one) => one !== '');
}

function routeField(uri: string): HeaderField {
  return ['Route', `<${uri}>`];
}
