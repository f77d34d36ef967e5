/** Values of Reason header fields (RFC 3326, 2): why a call was ended, in the words of another protocol. */

export interface ReasonValue {
  /** "Q.850", "SIP", ... as written. */
  protocol: string;
  /** Q.850 cause value, or SIP status code. */
  cause?: number;
  /** The text without its quotes. */
  text?: string;
}

const PARAMETER = /;\s*([^\s;=]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)/g;

/** Parses one value as `headerValues` gives it: `Q.850;cause=16;text="Normal call clearing"`. */
export function reasonOf(value: string): ReasonValue {
  const reason: ReasonValue = { protocol: /^[^;]*/.exec(value)?.[0].trim() ?? '' };
  for (const [, name = '', given = ''] of value.matchAll(PARAMETER)) {
    if (/^cause$/i.test(name) && /^\d{1,9}$/.test(given.trim())) reason.cause ??= Number(given);
    if (/^text$/i.test(name)) reason.text ??= unquoted(given.trim());
  }
  return reason;
}

function unquoted(text: string): string {
  const quoted = /^"(.*)"$/s.exec(text)?.[1];
  return quoted === undefined ? text : quoted.replace(/\\(.)/g, '$1');
}
