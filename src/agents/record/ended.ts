/** How a call ended, by its SIP messages: the same for every driver. */
import type { Ended } from '../../model/agent-event.js';
import { headerValues } from '../../sip/headers.js';
import { reasonOf } from '../../sip/reason.js';
import type { SipMessage } from '../../sip/sip-message.js';

/** Every Reason of the messages that ended a call: BYE, CANCEL, final response (RFC 3326). */
export function causeOf(...messages: (SipMessage | undefined)[]): Pick<Ended, 'cause' | 'causes'> {
  const values = messages.flatMap((one) => headerValues(one?.headers ?? [], 'reason'));
  return causeIn([...new Set(values)]);
}

/** The fields of `Ended` for the values of the Reason headers (RFC 3326); none where every value is empty. */
export function causeIn(values: readonly string[]): Pick<Ended, 'cause' | 'causes'> {
  const given = values.filter((one) => one !== '');
  return given.length === 0 ? {} : { cause: given.join(', '), causes: given.map(reasonOf) };
}

/** The end by a final response of 300 or more to the INVITE; `cancel`: the CANCEL before that response. */
export function endedByResponse(
  message: SipMessage,
  by: 'local' | 'remote',
  cancelled: boolean,
  cancel?: SipMessage,
): Ended {
  return {
    by,
    how: cancelled ? 'cancel' : 'rejected',
    code: message.code ?? 0,
    reason: message.reason ?? '',
    ...causeOf(cancel, message),
  };
}

/** The end of a call whose place another call took (RFC 3891). */
export const REPLACED: Ended = { by: 'remote', how: 'replaced' };

/** The end after the agent's transfer succeeded: it does not matter whose BYE comes first. */
export const TRANSFERRED: Ended = {
  by: 'local',
  how: 'transferred',
  reason: 'Call transferred',
};
