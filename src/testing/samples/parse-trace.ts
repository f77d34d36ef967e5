/** Feeds reads to the parser of baresip's trace and collects what the parser returns. */
import { SipTraceParser } from '../../baresip/wire/sip-trace.js';
import { Endpoints } from '../../sip/endpoints.js';
import type { SipMessage } from '../../sip/sip-message.js';

/** Where the agent of these tests listens. */
export const OWN = '127.0.0.1:5070';
export const IN = `UDP 127.0.0.1:5080 -> ${OWN}`;
export const OUT = `UDP ${OWN} -> 127.0.0.1:5080`;

export interface Parsed {
  messages: SipMessage[];
  raws: string[];
  /** The times in the marks of the messages. */
  times: (string | undefined)[];
  lines: string[];
  /** Whether each message and each line is proven to be baresip's own. */
  proven: { messages: boolean[]; lines: boolean[] };
  oddities: string[];
}

export function parse(chunks: Iterable<Buffer>, own: string[] = [OWN], end = true): Parsed {
  const parsed: Parsed = {
    messages: [],
    raws: [],
    times: [],
    lines: [],
    proven: { messages: [], lines: [] },
    oddities: [],
  };
  const sink = {
    message: (message: SipMessage, raw: string, proven: boolean, time?: string) => {
      parsed.messages.push(message);
      parsed.raws.push(raw);
      parsed.times.push(time);
      parsed.proven.messages.push(proven);
    },
    line: (line: string, proven: boolean) => {
      parsed.lines.push(line);
      parsed.proven.lines.push(proven);
    },
    oddity: (what: string) => parsed.oddities.push(what),
  };
  const parser = new SipTraceParser(sink, new Endpoints(own));
  for (const chunk of chunks) parser.push(chunk);
  if (end) parser.end();
  return parsed;
}

/** A frame, in one read. */
export function shown(raw: string, address = `UDP ${OWN} -> 127.0.0.1:5080`): Buffer {
  return Buffer.from(`\x1b[36;1m#\n${address}\n${raw}\x1b[;m\n`, 'latin1');
}

export function request(...lines: string[]): string {
  return ['INVITE sip:b@h SIP/2.0', 'Call-ID: c', 'CSeq: 7 INVITE', ...lines, '', ''].join('\r\n');
}

/** @returns the pieces in which baresip writes a frame, each of which can come in a read of its own */
export function written(raw: string, address: string): Buffer[] {
  return ['\x1b[36;1m#\n', `${address}\n`, raw, '\x1b[;m\n'].map((one) =>
    Buffer.from(one, 'latin1'),
  );
}
