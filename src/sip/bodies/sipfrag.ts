/** Body of a NOTIFY about a REFER: message/sipfrag (RFC 3420) with a status line (RFC 3515, 2.4.5). */

export interface SipFragment {
  code: number;
  reason: string;
}

/** The status line; `undefined` for a fragment without a status line, such as that of a request. */
export function parseSipfrag(body: string): SipFragment | undefined {
  const first = body.trimStart().split(/[\r\n]/)[0] ?? '';
  const match = /^SIP\/\d\.\d[ \t]+([1-6]\d\d)(?![^ \t])/i.exec(first);
  if (match === null) return undefined;
  return { code: Number(match[1]), reason: first.slice(match[0].length).trim() };
}
