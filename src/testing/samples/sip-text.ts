/** SIP messages for tests, as a peer reads them. */
import { messageOf } from '../../signalling/transactions/messages.js';
import type { SipMessage } from '../../sip/sip-message.js';

/** @param lines start line and header lines */
export function received(lines: readonly string[], body = ''): SipMessage {
  return messageOf([...lines, '', body].join('\r\n'), {
    direction: 'received',
    transport: 'udp',
    local: '127.0.0.1:5060',
    remote: '127.0.0.1:5070',
  });
}
