/** Session timers (RFC 4028): what they add to messages, and who refreshes. */
import { headerValues } from '../sip/headers.js';
import type { HeaderField, SipMessage } from '../sip/sip-message.js';
import { fieldParameters } from '../sip/uri.js';
import type { PeerCall } from './call.js';
import type { PeerCore } from './core.js';
import type { RequestWish } from '../signalling/requests.js';

export interface SessionTimer {
  readonly expires?: number;
  readonly min_se?: number;
  readonly refresher?: 'uac' | 'uas';
  readonly method?: 'INVITE' | 'UPDATE';
  readonly refresh?: boolean;
}

/** Sends an INVITE or UPDATE inside the call. */
export type Modify = (
  call: PeerCall,
  wish: Omit<RequestWish, 'method'> & { readonly method: 'INVITE' | 'UPDATE' },
) => Promise<unknown>;

export function sessionTimerFields(timer: SessionTimer | undefined): HeaderField[] {
  if (timer === undefined) return [];
  const { expires, min_se, refresher } = timer;
  const named = refresher === undefined ? '' : `;refresher=${refresher}`;
  return [
    ['Supported', 'timer'],
    ...(expires === undefined ? [] : [['Session-Expires', `${expires}${named}`] as const]),
    ...(min_se === undefined ? [] : [['Min-SE', String(min_se)] as const]),
  ];
}

/** The same for a 2xx: a side that shall refresh must know session timers (RFC 4028, 9). */
export function grantedTimerFields(timer: SessionTimer | undefined): HeaderField[] {
  const isRequired = timer?.expires !== undefined && timer.refresher === 'uac';
  return [...sessionTimerFields(timer), ...(isRequired ? [['Require', 'timer'] as const] : [])];
}

/**
 * Begins to refresh the session where the 2xx makes the peer the refresher: after half of the time, again and again.
 * @param answer the 2xx, received or sent
 */
export function refreshSession(
  peer: PeerCore,
  call: PeerCall,
  answer: SipMessage,
  timer: SessionTimer,
  modify: Modify,
): void {
  const [value = ''] = headerValues(answer.headers, 'session-expires');
  const seconds = Number.parseInt(value, 10);
  const refresher = fieldParameters(value).get('refresher');
  const own = call.outgoing ? 'uac' : 'uas';
  call.stopRefreshing?.();
  if (timer.refresh === false || !(seconds > 0) || refresher !== own) return;
  const method = timer.method ?? 'INVITE';
  const next = (): void => {
    call.stopRefreshing = peer.clock.after((seconds * 1000) / 2, () => {
      peer.inBackground(
        `the session refresh by ${method}`,
        refresh(peer, call, method, timer, seconds, modify),
      );
      next();
    });
  };
  next();
}

async function refresh(
  peer: PeerCore,
  call: PeerCall,
  method: 'INVITE' | 'UPDATE',
  timer: SessionTimer,
  seconds: number,
  modify: Modify,
): Promise<void> {
  // In the refreshing request the peer is the UAC, whoever placed the call.
  const more = sessionTimerFields({ ...timer, expires: seconds, refresher: 'uac' });
  const body = method === 'INVITE' ? peer.ground.media.descriptionOf(call.id).offer(call.sdp) : '';
  await modify(call, {
    method,
    more,
    ...(body === '' ? {} : { body, contentType: 'application/sdp' }),
  });
}
