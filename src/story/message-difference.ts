/** Two SIP messages side by side: start line, header fields by name in their order, lines of the body. */
import { diffArrays } from 'diff';
import { fullName, messageText, type SipMessage } from '../sip/sip-message.js';

export interface PartDifference {
  part: 'start' | 'header' | 'body';
  /** `changed`: the same header field, or the same kind of line, with another value. */
  kind: 'same' | 'changed' | 'only_left' | 'only_right';
  left?: string;
  right?: string;
  /** Is set where something `changed` that no two messages have in common: tags, branches, ports and numbers. */
  usual?: true;
}

interface Part {
  /** Equal for parts that may stand beside each other. */
  key: string;
  text: string;
  /** The value of a header field, whose name has several forms; of other lines the text. */
  value: string;
}

export function compareMessages(left: SipMessage, right: SipMessage): readonly PartDifference[] {
  return [
    ...aligned('start', startOf(left), startOf(right)),
    ...aligned('header', headersOf(left), headersOf(right)),
    ...aligned('body', bodyOf(left), bodyOf(right)),
  ];
}

function startOf(message: SipMessage): Part[] {
  const whole = messageText(message);
  const text = whole.slice(0, whole.indexOf('\r\n'));
  return [{ key: '', text, value: text }];
}

function headersOf({ headers }: SipMessage): Part[] {
  return headers.map(([name, value]) => ({
    key: fullName(name),
    text: `${name}: ${value}`,
    value: `${fullName(name)}: ${value}`,
  }));
}

/** Lines of SDP are alike where they describe the same thing: "a=rtpmap:0 PCMU/8000" the payload 0. */
function bodyOf({ body }: SipMessage): Part[] {
  if (body === '') return [];
  const lines = body.replace(/\r?\n$/, '').split(/\r?\n/);
  return lines.map((text) => {
    const described = /^(?:a=(?:rtpmap|fmtp|rtcp-fb):\S+|a=[\w-]+|[a-z]=)/.exec(text)?.[0];
    const direction = /^a=(?:sendrecv|sendonly|recvonly|inactive)$/.test(text);
    return { key: direction ? 'a=direction' : (described ?? text), text, value: text };
  });
}

function aligned(
  part: PartDifference['part'],
  left: readonly Part[],
  right: readonly Part[],
): PartDifference[] {
  const rows: PartDifference[] = [];
  let [atLeft, atRight] = [0, 0];
  const keys = (parts: readonly Part[]): string[] => parts.map(({ key }) => key);
  for (const { added, removed, count } of diffArrays(keys(left), keys(right))) {
    for (let step = 0; step < count; step += 1) {
      const one = added ? undefined : left[atLeft++];
      const other = removed ? undefined : right[atRight++];
      if (one !== undefined && other !== undefined) rows.push(pair(part, one, other));
      else if (one !== undefined) rows.push({ part, kind: 'only_left', left: one.text });
      else if (other !== undefined) rows.push({ part, kind: 'only_right', right: other.text });
    }
  }
  return rows;
}

function pair(part: PartDifference['part'], one: Part, other: Part): PartDifference {
  const sides = { left: one.text, right: other.text };
  if (one.text === other.text) return { part, kind: 'same', ...sides };
  const usual = withoutChance(one.value) === withoutChance(other.value);
  return { part, kind: 'changed', ...sides, ...(usual ? { usual: true } : {}) };
}

/** Header fields and lines of SDP whose whole value is made up for each message, dialog or session. */
const BY_CHANCE = /^(?:call-id|i|cseq|date|content-length|l|o=-?|a=ssrc|session-id)\b.*/i;

function withoutChance(text: string): string {
  return text
    .replace(BY_CHANCE, (line) => /^[\w-]+/.exec(line)?.[0] ?? '')
    .replaceAll(/\b(branch|tag|nonce|cnonce|response|received|rport)=("[^"]*"|[^;,\s]*)/gi, '$1=')
    .replaceAll(/0x[0-9a-f]+|\b[0-9a-f]{8,}\b|\d{4,}/gi, '#');
}
