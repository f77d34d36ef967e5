/** DTMF digits: as scripts write them, as RTP events (RFC 4733) and as bodies of SIP INFO. */

/** The digits stand in the order of their event numbers, 0 to 15 (RFC 4733, table 3). */
const DIGITS = '0123456789*#ABCD';
const MOST_DIGITS = 64;

/** Why a script cannot send these digits; `undefined` when it can. */
export function dtmfProblem(digits: string): string | undefined {
  if (digits === '') return 'holds no digit';
  const all = Array.from(digits);
  const bad = all.find((one) => !DIGITS.includes(one));
  if (bad !== undefined) {
    const wanted = /^[a-d]$/.test(bad) ? `write ${bad.toUpperCase()}` : 'digits are 0-9, *, #, A-D';
    return `holds ${JSON.stringify(bad)}, which is not a DTMF digit: ${wanted}`;
  }
  return all.length > MOST_DIGITS
    ? `holds ${all.length} digits: at most ${MOST_DIGITS} at a time`
    : undefined;
}

/** Event number of a digit. */
export function dtmfEvent(digit: string): number | undefined {
  const event = digit.length === 1 ? DIGITS.indexOf(digit.toUpperCase()) : -1;
  return event < 0 ? undefined : event;
}

/** Digit of an event number. */
export function dtmfDigit(event: number): string | undefined {
  return DIGITS[event];
}

/** Whether an INFO of that type carries a digit: the two types in use, neither of which has an RFC. */
export function isInfoDtmf(contentType: string): boolean {
  return /^application\/dtmf(?:-relay)?$/.test(typeOf(contentType));
}

/**
 * The digit of an INFO: "Signal=5" of application/dtmf-relay, or the plain digit of application/dtmf. Some gateways
 * write the event number instead (10 is *). `undefined` for any other body, a hook flash (16) among them.
 */
export function infoDigit(contentType: string, body: string): string | undefined {
  const relayed = /(?:^|[\r\n])[ \t]*Signal[ \t]*[=:][ \t]*([0-9A-D*#]+)[ \t]*(?=[\r\n]|$)/i;
  switch (typeOf(contentType)) {
    case 'application/dtmf':
      return digitOf(body.trim());
    case 'application/dtmf-relay':
      return digitOf(relayed.exec(body)?.[1] ?? '');
    default:
      return undefined;
  }
}

function typeOf(contentType: string): string {
  return contentType.split(';')[0]?.trim().toLowerCase() ?? '';
}

function digitOf(text: string): string | undefined {
  const event = /^1[0-5]$/.test(text) ? Number(text) : dtmfEvent(text);
  return event === undefined ? undefined : dtmfDigit(event);
}
