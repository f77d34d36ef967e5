import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { SipMessage } from '../../sip/sip-message.js';
import { Endpoints } from '../../sip/endpoints.js';
import { IN, OWN, parse, request, shown, type Parsed } from '../../testing/samples/parse-trace.js';

const TRANSCRIPTS = new URL('../../testing/transcripts/', import.meta.url);
const VERSIONS = ['1.0.0', '1.1.0', '4.9.0'];

/** The result without properties that depend on where the reads ended. */
function shownBy({ messages, raws, lines }: Parsed): unknown {
  return { messages, raws, lines };
}

function* pieces(data: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
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
      expect(shownBy(parse(pieces(data, size), [hosts.alice]))).toEqual(shownBy(whole));
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
      expect(shownBy(parse([data.subarray(0, at), data.subarray(at)]))).toEqual(shownBy(whole));
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

describe('start lines and characters', () => {
  test.each([
    "!interesting-Method0123456789_*+`.%indeed'~",
    'invite',
    'X'.repeat(200),
    '{}',
    '1',
    'M\u00e9thode',
  ])('the method %s', (method) => {
    const raw = Buffer.from(request('l: 0').replace(/^INVITE/, method));
    const { messages } = parse([shown(raw.toString('latin1'), IN)]);
    expect(messages[0]).toMatchObject({ method, uri: 'sip:b@h' });
  });

  test.each([
    ['SIP/2.0 200 ', 200, ''],
    ['SIP/3.0 486 Busy', 486, 'Busy'],
    ['SIP/2.0 1999 Far  out', 1999, 'Far  out'],
  ])('the status line %j', (line, code, reason) => {
    const { messages } = parse([shown(`${line}\r\nCSeq: 7 INVITE\r\nl: 0\r\n\r\n`, IN)]);
    expect(messages[0]).toMatchObject({ method: 'INVITE', code, reason });
  });

  test.each(['gr\u00fcn \ufffd', '\ufffd', '\ufffd\u65e5\ufffd\u{1f4de}'])(
    'UTF-8 with U+FFFD in it: %s',
    (text) => {
      const body = Buffer.from(text);
      const raw = request(`Subject: ${body.toString('latin1')}`, `l: ${body.length}`);
      const { messages } = parse([shown(raw + body.toString('latin1'), IN)]);
      expect(messages[0]?.body).toBe(text);
      expect(messages[0]?.headers).toContainEqual(['Subject', text]);
    },
  );

  test('a field that is not UTF-8 does not spoil the others', () => {
    const good = Buffer.from('\u65e5\ufffd').toString('latin1');
    const raw = request(`Subject: ${good}`, 'X: J\xf6rg', `l: ${good.length}`) + good;
    const { messages } = parse([shown(raw, IN)]);
    expect(messages[0]?.headers).toContainEqual(['Subject', '\u65e5\ufffd']);
    expect(messages[0]?.headers).toContainEqual(['X', 'J\xf6rg']);
    expect(messages[0]?.body).toBe('\u65e5\ufffd');
  });
});

describe('directions', () => {
  const via = 'SIP/2.0/TCP 127.0.0.1:5070;branch=x';
  test('a connection the agent opened is known by its first request', () => {
    const ends = new Endpoints([OWN]);
    const out = { transport: 'TCP', source: '127.0.0.1:40000', destination: '127.0.0.1:5060' };
    const back = { transport: 'TCP', source: '127.0.0.1:5060', destination: '127.0.0.1:40000' };
    expect(ends.isSent(true, 'SIP/2.0/TCP 127.0.0.1:40000', out, true)).toBe(true);
    expect(ends.isSent(false, '', back, true)).toBe(false);
    expect(ends.isSent(true, 'SIP/2.0/TCP 127.0.0.1:5060', back, true)).toBe(false);
    expect(ends.isSent(false, 'SIP/2.0/TCP 127.0.0.1:5060', out, true)).toBe(true);
  });

  test('a line that may be an imitation teaches nothing', () => {
    const ends = new Endpoints([OWN]);
    const forged = { transport: 'TCP', source: '127.0.0.1:5080', destination: '127.0.0.1:9' };
    const back = { transport: 'TCP', source: '127.0.0.1:5080', destination: '127.0.0.1:40000' };
    expect(ends.isSent(true, '', forged, false)).toBe(true);
    expect(ends.isSent(false, '', back, true)).toBe(false);
  });

  test('UDP between two others was not received: it has to be confirmed', () => {
    const ends = new Endpoints([OWN]);
    const others = { transport: 'UDP', source: '192.0.2.1:5060', destination: '192.0.2.2:5060' };
    expect(ends.isSent(false, '', others, false)).toBe(true);
  });

  test('without addresses the topmost Via tells', () => {
    const ends = new Endpoints([OWN]);
    expect(ends.isSent(true, via, undefined, true)).toBe(true);
    expect(ends.isSent(false, via, undefined, true)).toBe(false);
    expect(ends.isSent(true, 'SIP/2.0/UDP 10.0.0.1:5060', undefined, true)).toBe(false);
    expect(ends.isSent(false, 'SIP/2.0/UDP 10.0.0.1:5060', undefined, true)).toBe(true);
  });
});

test('a message is handed on with the time of its mark line', () => {
  const plain = shown(request('Content-Length: 0'));
  const timed = Buffer.from(plain.toString('latin1').replace('#', '00:54:28.733#'), 'latin1');
  expect(parse([timed]).times).toEqual(['00:54:28.733']);
  expect(parse([plain]).times).toEqual([undefined]);
});
