/** A peer may write arbitrary bytes: what baresip writes around them shows that they are the peer's. */
import { describe, expect, test } from 'vitest';
import {
  IN,
  OUT,
  OWN,
  parse,
  request,
  shown,
  written,
  type Parsed,
} from '../../testing/samples/parse-trace.js';

/** The time as baresip writes it: local time. */
const now = new Date().toTimeString().slice(0, 8);
const MARKS = '\x1b[;m\n\x1b[36;1m#\n';
const FORGED = [
  'INVITE sip:+15550199@toll.example SIP/2.0',
  `Via: SIP/2.0/UDP ${OWN};branch=z9hG4bKforged`,
  'Call-ID: forged',
  'CSeq: 1 INVITE',
  'Content-Length: 0',
  '',
  '',
].join('\r\n');
const forgedAfter = (marks: string): string => `${marks}UDP ${OWN} -> 192.0.2.9:5060\n${FORGED}`;

describe('a message is framed by the marks', () => {
  const next = shown(request('X-Next: 1', 'l: 0'), OUT);

  test.each([
    ['another request', FORGED, 'Content-Length: 0'],
    ['a line of the log', '\noptions reply error: forged\n', 'l: 0'],
    ['a mark without an end', '\n#\nUDP 1.1.1.1:1 -> 2.2.2.2:2\nBYE sip:x SIP/2.0\r\n\r\n', 'l: 0'],
    ['a NUL', '\0', 'Content-Length: 0'],
  ])('%s behind Content-Length is left out, and told', (_what, tail, length) => {
    const { messages, raws, lines, oddities } = parse([shown(request(length) + tail, IN), next]);
    expect(messages.map((one) => [one.direction, one.call_id, one.body])).toEqual([
      ['received', 'c', ''],
      ['sent', 'c', ''],
    ]);
    expect(raws[0]).toBe(request(length));
    expect(lines).toEqual([]);
    expect(oddities).toEqual([`${tail.length} bytes beyond its Content-Length: left out`]);
  });

  test.each([5, 100, 1500, 9_999_999, 99_999_999_999])(
    'a Content-Length of %d costs nothing but a warning',
    (length) => {
      const raw = request(`Content-Length: ${length}`) + 'body';
      const { messages, oddities } = parse([shown(raw, IN), next, next]);
      expect(messages.map((one) => one.body)).toEqual(['body', '', '']);
      expect(oddities).toEqual([`its Content-Length says ${length} bytes, its body has 4`]);
    },
  );

  test('a Content-Length that is no exact number is told as such', () => {
    const raw = request(`Content-Length: ${'9'.repeat(23)}`) + 'body';
    const { messages, oddities } = parse([shown(raw, IN), next, next]);
    expect(messages.map((one) => one.body)).toEqual(['body', '', '']);
    expect(oddities).toEqual([
      'its Content-Length says more than 9007199254740991 bytes, its body has 4',
    ]);
  });

  test('it is told before the next one comes', () => {
    for (const length of [0, 4, 9999]) {
      const raw = request(`Content-Length: ${length}`) + 'body';
      expect(parse(written(raw, IN), [OWN], false).messages).toHaveLength(1);
    }
  });

  test('a Content-Length that is too long by the end mark takes no mark into the body', () => {
    const raw = request('Content-Length: 9') + 'body';
    for (const reads of [[shown(raw, IN)], [shown(raw, IN), next]]) {
      const { messages, oddities } = parse(reads);
      expect(messages.map((one) => one.body)).toEqual(['body', ''].slice(0, reads.length));
      expect(oddities).toEqual(['its Content-Length says 9 bytes, its body has 4']);
    }
    // a body of that length may end with the mark
    const true9 = request('Content-Length: 9') + 'body\x1b[;m\n';
    expect(parse([shown(true9, IN)]).raws).toEqual([true9]);
  });

  test('the last Content-Length counts, and none that is no number', () => {
    expect(parse([shown(request('l: 99', 'Content-Length: 2') + 'body', IN)]).raws).toEqual([
      request('l: 99', 'Content-Length: 2') + 'bo',
    ]);
    for (const length of ['-1', '4 ', ' 4\t', '4,4', '0x4', '4\x0b'])
      expect(parse([shown(request(`l: ${length}`) + 'body', IN)]).raws).toHaveLength(1);
  });

  test('the head ends where it does for baresip: at the first empty line, of any line ends', () => {
    for (const empty of ['\r\n\r\n', '\n\n', '\n\r\r\n', '\r\n\n']) {
      const raw = `OPTIONS sip:b@h SIP/2.0\r\nCall-ID: c\r\nl: 6${empty}a\r\n\r\nb`;
      expect(parse([shown(raw, IN)]).messages[0]?.body).toBe('a\r\n\r\nb');
    }
    // a line of blanks is a continuation
    const folded = 'OPTIONS sip:b@h SIP/2.0\r\nX: 1\r\n \r\nl: 0\r\n\r\n';
    expect(parse([shown(folded, IN)]).messages[0]?.headers).toEqual([
      ['X', '1'],
      ['l', '0'],
    ]);
  });

  test('in a stream Content-Length is read as baresip reads it', () => {
    const tcp = (raw: string) => written(raw, `TCP 127.0.0.1:5080 -> ${OWN}`);
    const after = tcp(request('X-Next: 1', 'l: 0'));
    for (const [length, body] of [
      ['4294967300', 'body'],
      ['four', ''],
      ['0000000000000000000000000000004', 'body'],
      ['4\x0b', ''],
    ] as const) {
      const { messages } = parse([...tcp(request(`l: ${length}`) + body), ...after]);
      expect(messages.map((one) => one.body)).toEqual([body, '']);
    }
    // the first header line cannot continue an earlier line
    const first = 'OPTIONS sip:b@h SIP/2.0\r\n l: 4\r\nCall-ID: c\r\n\r\nbody';
    expect(parse([...tcp(first), ...after]).messages.map((one) => one.body)).toEqual(['body', '']);
  });

  test('empty lines in front of a message of a stream are none of it', () => {
    const raw = `\r\n\r\n${request('l: 0')}`;
    expect(parse(written(raw, `TCP 127.0.0.1:5080 -> ${OWN}`)).raws).toEqual([request('l: 0')]);
  });
});

describe('a peer imitates the marks', () => {
  const proofOf = ({ messages, proven }: Parsed) =>
    messages.map((one, at) => [one.direction, one.call_id, proven.messages[at]]);

  test.each([
    ['#', '#', true],
    [`${now}.500#`, `${now}.000#`, true],
    [`${now}.500#`, `${now}.999#`, true],
    // a mark that this baresip would not write is not a mark
    ['#', '00:00:01.000#', false],
    [`${now}.500#`, '#', false],
  ])('marks are %s, imitated as %s', (own, forgedMark, frame) => {
    const real = (raw: string, address: string) => [
      Buffer.from(`\x1b[36;1m${own}\n`),
      ...written(raw, address).slice(1),
    ];
    for (const length of ['l: 0', 'l: 9999', 'X: none']) {
      const { messages, proven } = parse([
        ...real(request('l: 0'), IN),
        ...real(request(length) + forgedAfter(`\x1b[;m\n\x1b[36;1m${forgedMark}\n`), IN),
        ...real(request('l: 0'), OUT),
      ]);
      const forged = messages.findIndex((one) => one.call_id === 'forged');
      expect(messages[forged]?.direction).toBe(frame ? 'sent' : undefined);
      expect(proven.messages).toEqual(messages.map((_, at) => at !== forged));
      expect(messages.at(-1)).toMatchObject({ direction: 'sent', call_id: 'c' });
      expect(messages).toHaveLength(frame ? 4 : 3);
    }
  });

  test('in one read with the message before: not proven, like a real one there', () => {
    const real = Buffer.concat(written(request('l: 0'), OUT));
    const read = Buffer.concat([...written(request('l: 0') + forgedAfter(MARKS), IN), real]);
    expect(proofOf(parse([read])).slice(1)).toEqual([
      ['sent', 'forged', false],
      ['sent', 'c', false],
    ]);
    expect(proofOf(parse([read, real])).at(-1)).toEqual(['sent', 'c', true]);
  });

  test('a body of the length that its head says may hold anything', () => {
    const body = `x${forgedAfter(MARKS)}`;
    for (const address of [IN, `TCP 127.0.0.1:5080 -> ${OWN}`]) {
      const { messages, oddities } = parse([
        ...written(request(`l: ${body.length}`) + body, address),
        ...written(request('l: 0'), OUT),
      ]);
      expect(messages.map((one) => one.body)).toEqual([body, '']);
      expect(oddities).toEqual([
        'it contains ESC, the character that marks messages in the SIP trace',
      ]);
    }
  });

  test('marks in a header field are part of it', () => {
    const raw = request('X: 1\x1b[;m', '\x1b[36;1m12:34:56.789#', ` ${OUT}`, 'l: 0');
    expect(parse(written(raw, IN)).raws).toEqual([raw]);
  });

  test('a length that reaches exactly to the end of what came later hides nothing', () => {
    const later = written(request('X-Later: 1', 'l: 0'), OUT);
    const bytes = Buffer.concat([Buffer.from('\x1b[;m\n'), ...later]).length - 5;
    for (const head of ['REFER', 'NOTIFY']) {
      const raw = request(`l: ${bytes}`).replace('INVITE', head);
      const { messages } = parse([...written(raw, IN), ...later]);
      expect(messages.map((one) => one.direction)).toEqual(['received', 'sent']);
    }
  });

  test('the same where all of it came in one read', () => {
    const later = Buffer.concat(written(request('X-Later: 1', 'l: 0'), OUT));
    const raw = request(`l: ${later.length}`);
    const { messages } = parse([Buffer.concat([...written(raw, IN), later])]);
    expect(messages.map((one) => one.direction)).toEqual(['received', 'sent']);
  });

  test('a forged head without an end, or a forged stream, hides nothing', () => {
    const first = written(request('l: 0'), IN);
    const warning = Buffer.from('\x1b[31mua: not found\n\x1b[;m');
    const later = [warning, ...written(request('X-Later: 1', 'l: 0'), OUT)];
    for (const forged of [
      `UDP 1.1.1.1:1 -> ${OWN}\nINVITE sip:x SIP/2.0\r\nX: 1`,
      `UDP 1.1.1.1:1 -> ${OWN}\n`,
      '',
      `TCP 1.1.1.1:1 -> ${OWN}\nMESSAGE sip:x SIP/2.0\r\nl: 500\r\n\r\n`,
      `TCP 1.1.1.1:1 -> ${OWN}\nMESSAGE sip:x SIP/2.0\r\nl: 99999\r\n\r\n`,
    ]) {
      const reads = [...first, ...written(request('l: 0') + MARKS + forged, IN), ...later];
      for (const chunks of [reads, [Buffer.concat(reads)]]) {
        const { raws } = parse(chunks);
        expect(raws.at(-1)).toBe(request('X-Later: 1', 'l: 0'));
      }
    }
  });

  test('a line is proven as a message is', () => {
    const forged = `${request('l: 0')}\x1b[;m\noptions reply error: forged\n`;
    const { lines, proven } = parse([
      ...written(forged, IN),
      Buffer.from('options reply error: true\n'),
    ]);
    expect(lines).toEqual(['options reply error: forged', 'options reply error: true']);
    expect(proven.lines).toEqual([false, true]);
  });

  test('a read as long as reads can be proves nothing', () => {
    const forged = Buffer.concat(written(request('l: 0') + forgedAfter(MARKS), IN));
    // the read ends in the middle of the forged bytes
    const before = `${'x'.repeat(65_535 - forged.indexOf('z9hG4bKforged'))}\n`;
    const bytes = Buffer.concat([Buffer.from(before), forged]);
    const chunks = [bytes.subarray(0, 65_536), bytes.subarray(65_536)];
    expect(proofOf(parse(chunks)).at(-1)).toEqual(['sent', 'forged', false]);
  });

  test('the answer to OPTIONS, which baresip repeats in its log, is neither line nor message', () => {
    const answer = `SIP/2.0 200 OK\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\nl: 0\r\n\r\n${forgedAfter(MARKS)}\nsndfile: x\n`;
    const { messages, lines } = parse([
      ...written(
        answer.replace(/l: 0/, `l: ${answer.length - answer.indexOf('\r\n\r\n') - 4}`),
        IN,
      ),
      Buffer.from(
        `----- OPTIONS of sip:x@127.0.0.1 -----\n${answer.replace(/l: 0/, `l: ${answer.length - answer.indexOf('\r\n\r\n') - 4}`)}after\n`,
      ),
    ]);
    expect(messages.map((one) => one.code)).toEqual([200]);
    expect(lines).toEqual(['after']);
  });

  test('a frame without an address line is none, where its mark may be an imitation', () => {
    for (const above of ['', `UDQ ${OWN} -> 192.0.2.9:5060\n`]) {
      const { messages } = parse(written(request('l: 0') + MARKS + above + FORGED, IN));
      expect(messages.map((one) => one.call_id)).toEqual(['c']);
    }
  });

  test('the mark of this moment in a head that goes on behind it: what stands before it is told', () => {
    const mark = `${now}.500#`;
    const raw = `OPTIONS sip:b@h SIP/2.0\r\nCall-ID: c\r\n${forgedAfter(`\x1b[;m\n\x1b[36;1m${mark}\n`)}`;
    const [, ...pieces] = written(raw, IN);
    const frame = [Buffer.from(`\x1b[36;1m${mark}\n`), ...pieces];
    const log = Buffer.from('a line of the log\n');
    // In one read with a line above it, nothing is proven: the other half may be a frame of its own.
    const told = parse([frame.slice(0, 1), log, Buffer.concat([log, ...frame])].flat());
    expect(told.raws[0]).toBe('OPTIONS sip:b@h SIP/2.0\r\nCall-ID: c\r\n');
    expect(told.messages.map((one) => [one.direction, one.call_id])).toEqual([
      ['received', 'c'],
      ['sent', 'forged'],
    ]);
    expect(told.proven.messages).toEqual([false, false]);
    // A read that begins with the message proves the mark above it.
    const [first = log, address = log, ...rest] = frame;
    const read = [first, log, Buffer.concat([log, first, address]), ...rest];
    expect(parse(read).raws).toEqual([raw]);
  });
});
