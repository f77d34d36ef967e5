/** Bodies of several parts (RFC 2046, 5.1; in SIP: RFC 5621). */
import { headerOf, parseHeaders, type HeaderField } from '../sip-message.js';

export interface BodyPart {
  /** Media type with its parameters, as written; "text/plain" where the part names none (RFC 2046, 5.2). */
  readonly content_type: string;
  readonly headers: readonly HeaderField[];
  readonly body: string;
}

/** The parts of a message's body; undefined where its Content-Type is not multipart, or names no boundary. */
export function partsOf({
  headers,
  body,
}: {
  readonly headers: readonly HeaderField[];
  readonly body: string;
}): readonly BodyPart[] | undefined {
  const type = headerOf(headers, 'content-type') ?? '';
  const match = /^\s*multipart\/.*?;\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;"]+))/is.exec(type);
  const boundary = match?.[1] ?? match?.[2];
  return boundary === undefined ? undefined : partsBetween(body, boundary);
}

/** The first part of that media type in a body that begins with a boundary; undefined in any other body. */
export function partIn(body: string, type: string): string | undefined {
  const boundary = /^\s*--([^\r\n]*[^\s])/.exec(body)?.[1];
  if (boundary === undefined) return undefined;
  return partsBetween(body, boundary).find((part) => isOfType(part.content_type, type))?.body;
}

/** Whether a Content-Type names that media type, whatever its parameters and case. */
export function isOfType(contentType: string, type: string): boolean {
  return contentType.split(';', 1)[0]?.trim().toLowerCase() === type;
}

function partsBetween(body: string, boundary: string): readonly BodyPart[] {
  const parts: BodyPart[] = [];
  /** Start of the current part, while its end has not been found. */
  let from: number | undefined;
  for (
    let at = body.indexOf(`--${boundary}`);
    at >= 0;
    at = body.indexOf(`--${boundary}`, at + 1)
  ) {
    if (at > 0 && body[at - 1] !== '\n') continue;
    const rest = /^(--)?[ \t]*(?:\r?\n|$)/.exec(body.slice(at + boundary.length + 2, at + 200));
    if (rest === null) continue;
    if (from !== undefined) parts.push(partOf(withoutLineEnd(body.slice(from, at))));
    from = rest[1] === undefined ? at + boundary.length + 2 + rest[0].length : undefined;
    if (from === undefined) return parts;
  }
  // Without a closing boundary the last part goes on to the end of the body, which may have been cut off.
  if (from !== undefined) parts.push(partOf(body.slice(from)));
  return parts;
}

/** The line end in front of a boundary belongs to the boundary. */
function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}

function partOf(text: string): BodyPart {
  const isBare = /^\r?\n/.exec(text);
  const end = isBare ?? /\r?\n\r?\n/.exec(text);
  const headers = isBare === null ? parseHeaders(text.slice(0, end?.index)) : [];
  return {
    content_type: headerOf(headers, 'content-type') ?? 'text/plain',
    headers,
    body: end === null ? '' : text.slice(end.index + end[0].length),
  };
}

/** Puts parts together; none of them holds the boundary. */
export function multipartText(parts: readonly Omit<BodyPart, 'content_type'>[]): {
  readonly contentType: string;
  readonly body: string;
} {
  let boundary = 'offhook-part';
  for (let n = 1; parts.some(({ body }) => body.includes(`--${boundary}`)); n += 1) {
    boundary = `offhook-part-${n}`;
  }
  const texts = parts.map(({ headers, body }) => {
    const fields = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    return `--${boundary}\r\n${fields}\r\n${body}\r\n`;
  });
  return {
    contentType: `multipart/mixed;boundary=${boundary}`,
    body: `${texts.join('')}--${boundary}--\r\n`,
  };
}
