import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { SipMessage } from '../model/agent-event.js';
import { Endpoints } from './endpoints.js';
import { SipTraceParser } from './sip-trace.js';

const TRANSCRIPTS = new URL('../testing/transcripts/', import.meta.url);
const VERSIONS = ['1.0.0', '1.1.0', '4.9.0'];
const OWN = '127.0.0.1:5070';

interface Parsed {
  messages: SipMessage[];
  raws: string[];
  lines: string[];
}

function parse(chunks: Iterable<Buffer>, own: string[] = [OWN], end = true): Parsed {
  const parsed: Parsed = { messages: [], raws: [], lines: [] };
  const sink = {
    message: (message: SipMessage, raw: string) => {
      parsed.messages.push(message);
      parsed.raws.push(raw);
    },
    line: (line: string) => parsed.lines.push(line),
  };
  const parser = new SipTraceParser(sink, new Endpoints(own));
  for (const chunk of chunks) parser.push(chunk);
  if (end) parser.end();
  return parsed;
}

function* pieces(data: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

function shown(raw: string, address = `UDP ${OWN} -> 127.0.0.1:5080`): Buffer {
  return Buffer.from(`\x1b[36;1m#\n${address}\n${raw}\x1b[;m\n`, 'latin1');
}

function request(...lines: string[]): string {
  return ['INVITE sip:b@h SIP/2.0', 'Call-ID: c', 'CSeq: 7 INVITE', ...lines, '', ''].join('\r\n');
}

describe.each(VERSIONS)('output of baresip %s', (version) => {
  const hosts = JSON.parse(readFileSync(new URL(`${version}.json`, TRANSCRIPTS), 'utf8')) as Record<
    'alice' | 'bob',
    string
  >;
  const read = (agent: 'alice' | 'bob') =>
    readFileSync(new URL(`${version}-${agent}.stdout`, TRANSCRIPTS));
  const word = (one: SipMessage) =>
    `${one.direction === 'sent' ? '>' : '<'} ${one.code ?? ''}${one.method}`;
  const caller = ['> INVITE', '< 180INVITE', '< 200INVITE', '> ACK', '> BYE', '< 200BYE'];
  const rejected = ['> INVITE', '< 180INVITE', '< 486INVITE', '> ACK'];

  test('the caller sees both calls', () => {
    const { messages, lines } = parse([read('alice')], [hosts.alice]);
    expect(messages.map(word)).toEqual([...caller, ...rejected]);
    expect(lines[0]).toContain(`baresip v${version}`);
    expect(lines.filter((line) => /\x1b|SIP\/2\.0|^#|->.*\d$|missing json/.test(line))).toEqual([]);
    expect(messages.every((one) => one.local === hosts.alice && one.remote === hosts.bob)).toBe(
      true,
    );
  });

  test('the callee sees the same, the other way', () => {
    const { messages } = parse([read('bob')], [hosts.bob]);
    const turned = [...caller, ...rejected].map(
      (text) => (text.startsWith('>') ? '<' : '>') + text.slice(1),
    );
    expect(messages.map(word)).toEqual(turned);
  });

  test('whatever the size of the chunks', () => {
    const data = read('alice');
    const whole = parse([data], [hosts.alice]);
    for (const size of [1, 2, 3, 7, 64, 1000])
      expect(parse(pieces(data, size), [hosts.alice])).toEqual(whole);
  });
});

describe('the trace parser', () => {
  test('splits nowhere: one message cut at every byte', () => {
    const data = Buffer.concat([
      Buffer.from('before\n'),
      shown(request('Content-Length: 4') + 'body'),
      Buffer.from('after\n'),
    ]);
    const whole = parse([data]);
    expect(whole.messages[0]).toMatchObject({
      method: 'INVITE',
      uri: 'sip:b@h',
      call_id: 'c',
      cseq: 7,
      body: 'body',
      direction: 'sent',
    });
    expect(whole.lines).toEqual(['before', 'after']);
    for (let at = 1; at < data.length; at++)
      expect(parse([data.subarray(0, at), data.subarray(at)])).toEqual(whole);
  });

  test('a message is there as soon as its last byte is', () => {
    const data = shown(request('Content-Length: 4') + 'body');
    const last = data.indexOf('body') + 4;
    expect(parse([data.subarray(0, last - 1)], [OWN], false).messages).toHaveLength(0);
    expect(parse([data.subarray(0, last)], [OWN], false).messages).toHaveLength(1);
  });

  test('log lines in between, and no address line', () => {
    const raw = request('Via: SIP/2.0/TCP 127.0.0.1:5070;branch=x', 'l: 0');
    const data = Buffer.from(
      `\x1b[36;1m00:54:28.733#\nmodule: a line of another thread\n${raw}\x1b[;m\n`,
    );
    const { messages, lines } = parse([data]);
    expect(messages[0]).toMatchObject({
      direction: 'sent',
      transport: 'TCP',
      local: '',
      remote: '',
    });
    expect(lines).toEqual(['module: a line of another thread']);
  });

  test('folded lines are joined, compact names kept, repeats kept', () => {
    const { messages } = parse([
      shown(request('i: later', 'X-A: one', '\ttwo', 'X-B: 1', 'X-B: 2', 'l: 0')),
    ]);
    expect(messages[0]?.headers.slice(2)).toEqual([
      ['i', 'later'],
      ['X-A', 'one two'],
      ['X-B', '1'],
      ['X-B', '2'],
      ['l', '0'],
    ]);
  });

  test('UTF-8 and latin1 texts', () => {
    const latin = shown(request('Subject: J\xf6rg', 'l: 0'));
    expect(parse([latin]).messages[0]?.headers).toContainEqual(['Subject', 'Jörg']);
    const utf8 = Buffer.from(
      shown(request('Subject: X', 'l: 0')).toString().replace('X', '日本 Jörg'),
    );
    expect(parse([utf8]).messages[0]?.headers).toContainEqual(['Subject', '日本 Jörg']);
  });

  test('a body may look like a trace', () => {
    const body = 'UDP 1.1.1.1:1 -> 2.2.2.2:2\nBYE sip:x SIP/2.0\r\n\r\n\x1b[;m\n';
    const { messages } = parse([shown(request(`Content-Length: ${body.length}`) + body)]);
    expect(messages.map((one) => one.body)).toEqual([body]);
  });

  test('no Content-Length, or a wrong one, costs that message at most', () => {
    const next = shown(request('X-Next: 1', 'l: 0'));
    for (const length of ['X: 1', 'Content-Length: 9999', 'Content-Length: ten']) {
      const { messages } = parse([shown(request(length) + 'tail'), next]);
      expect(messages.map((one) => one.body)).toEqual(['tail', '']);
    }
  });

  test('a stream that ends inside a message', () => {
    const { messages } = parse([shown(request('l: 0')).subarray(0, 90)]);
    expect(messages).toHaveLength(1);
  });

  test('bytes without any sense are lines', () => {
    const { messages, lines } = parse([
      Buffer.from([0xff, 0x00, 0x0a, 0x1b, 0x5b, 0x33, 0x6d, 0x0a]),
      Buffer.from('x'.repeat(300_000)),
    ]);
    expect(messages).toEqual([]);
    expect(lines.at(-1)).toHaveLength(300_000);
  });
});

describe('directions', () => {
  const via = 'SIP/2.0/TCP 127.0.0.1:5070;branch=x';
  test('a connection the agent opened is known by its first request', () => {
    const ends = new Endpoints([OWN]);
    const out = { transport: 'TCP', source: '127.0.0.1:40000', destination: '127.0.0.1:5060' };
    const back = { transport: 'TCP', source: '127.0.0.1:5060', destination: '127.0.0.1:40000' };
    expect(ends.isSent(true, 'SIP/2.0/TCP 127.0.0.1:40000', out)).toBe(true);
    expect(ends.isSent(false, '', back)).toBe(false);
    expect(ends.isSent(true, 'SIP/2.0/TCP 127.0.0.1:5060', back)).toBe(false);
    expect(ends.isSent(false, 'SIP/2.0/TCP 127.0.0.1:5060', out)).toBe(true);
  });

  test('without addresses the topmost Via tells', () => {
    const ends = new Endpoints([OWN]);
    expect(ends.isSent(true, via, undefined)).toBe(true);
    expect(ends.isSent(false, via, undefined)).toBe(false);
    expect(ends.isSent(true, 'SIP/2.0/UDP 10.0.0.1:5060', undefined)).toBe(false);
    expect(ends.isSent(false, 'SIP/2.0/UDP 10.0.0.1:5060', undefined)).toBe(true);
  });
});

test('a message is handed on with the time of its mark line', () => {
  const marks: unknown[] = [];
  const parser = new SipTraceParser(
    { message: (_message, _raw, mark) => marks.push(mark), line: () => undefined },
    new Endpoints([OWN]),
  );
  const marked = shown(request('Content-Length: 0'))
    .toString('latin1')
    .replace('#', '00:54:28.733#');
  parser.push(Buffer.from(marked, 'latin1'));
  parser.push(shown(request('Content-Length: 0')));
  expect(marks).toEqual(['00:54:28.733', undefined]);
});
