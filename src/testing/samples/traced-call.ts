/** Messages and events of one call, as the tests of the driver's call log need them. */
import type { SipMessage } from '../../sip/sip-message.js';
import { CallLog } from '../../baresip/record/call-log.js';
import type { CtrlEvent } from '../../baresip/wire/events.js';
import type { AgentEvent } from '../../model/agent-event.js';

/** A log of calls, and what it has told so far. */
export function recorded(): { log: CallLog; events: AgentEvent[] } {
  const events: AgentEvent[] = [];
  return {
    log: new CallLog((event) => events.push(event), {
      resumedByItself: () => false,
      redirected: () => false,
      refusedInvite: (invite, { code = 0 }) =>
        events.push({ type: 'warning', text: `${code} to ${invite.call_id}` }),
      failedTransferEndsCall: false,
    }),
    events,
  };
}

/** An event of ctrl_tcp about the call "c". */
export function ctrl(name: string, fields: Partial<CtrlEvent> = {}): CtrlEvent {
  return {
    kind: 'event',
    name,
    call: 'c',
    outgoing: false,
    peerUri: 'sip:p@h',
    peerName: '',
    param: '',
    fields: {},
    ...fields,
  };
}

/**
 * A message of the call "c": ">" sent, "<" received; its first words are a method or a status line. The agent's tag is
 * "us", that of the other side "them".
 */
export function sip(arrow: '>' | '<', start: string, more: Partial<SipMessage> = {}): SipMessage {
  const [first = '', ...rest] = start.split(' ');
  const code = /^\d/.test(first)
    ? { code: Number(first), reason: rest.join(' '), method: 'INVITE' }
    : { method: first };
  // The From of an own request and of its responses is the agent's.
  const own = (arrow === '>') === !('code' in code);
  return {
    direction: arrow === '>' ? 'sent' : 'received',
    transport: 'UDP',
    local: '',
    remote: '',
    call_id: 'c',
    cseq: 1,
    body: '',
    headers: tagged(own ? 'us' : 'them', first === 'INVITE' ? '' : own ? 'them' : 'us'),
    ...code,
    ...more,
  };
}

/** @returns From and To with those tags; "" stands for none */
export function tagged(from: string, to: string): SipMessage['headers'] {
  return [
    ['From', `"P" <sip:p@h>;tag=${from}`],
    ['To', `<sip:q@h>${to === '' ? '' : `;tag=${to}`}`],
  ];
}
