/** DTMF digits: as scripts write them, as RTP events (RFC 4733) and as bodies of SIP INFO. */

/** In the order of their event numbers, 0 to 15 (RFC 4733, table 3). */
const DIGITS = '0123456789*#ABCD';
const MOST_DIGITS = 64;

/** Why a script cannot send these digits; `undefined` when it can. */
export function dtmfProblem(digits: string): string | undefined {
  if (digits === '') return 'holds no digit';
  const all = Array.from(digits);
  const bad = all.find((one) => !DIGITS.includes(one));
  if (bad !== undefined) {
    const wanted = /^[a-d]$/.test(bad) ? `write ${bad.toUpperCase()}` : 'digits are 0-9, *, #, A-D';
    return `holds ${JSON.stringify(bad)}, which is no DTMF digit: ${wanted}`;
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

/**
 * What an INFO says of its digit: "Signal=5" of application/dtmf-relay, or the plain digit of application/dtmf.
 * `undefined` for any other body.
 */
export function infoSignal(contentType: string, body: string): string | undefined {
  const type = contentType.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/dtmf') return body.trim();
  if (type !== 'application/dtmf-relay') return undefined;
  return /(?:^|[\r\n])[ \t]*Signal[ \t]*[=:][ \t]*([0-9A-D*#]+)/i.exec(body)?.[1];
}

/** The digit of an INFO. Some gateways write the event number instead (10 is *). */
export function infoDigit(contentType: string, body: string): string | undefined {
  const signal = infoSignal(contentType, body);
  return signal === undefined ? undefined : digitOf(signal);
}

function digitOf(text: string): string | undefined {
  const event = /^1[0-5]$/.test(text) ? Number(text) : dtmfEvent(text);
  return event === undefined ? undefined : dtmfDigit(event);
}
