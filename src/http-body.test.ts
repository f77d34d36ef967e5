import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bodyData, CodingError, codingsOf, decodeContent } from './http-body.js';

const TEXT = Buffer.from('{"a":"ü"}');
const LIMIT = 1000;

test.each([
  ['', TEXT],
  ['identity', TEXT],
  ['gzip', gzipSync(TEXT)],
  ['X-GZIP', gzipSync(TEXT)],
  ['deflate', deflateSync(TEXT)],
  ['deflate', deflateRawSync(TEXT)],
  ['br', brotliCompressSync(TEXT)],
  ['gzip, br', brotliCompressSync(gzipSync(TEXT))],
  [' br ,gzip', gzipSync(brotliCompressSync(TEXT))],
])('%j is undone', (field, bytes) => {
  expect(decodeContent(bytes, field, LIMIT).toString()).toBe('{"a":"ü"}');
});

test('an empty body stays empty, whatever its coding', () => {
  expect(decodeContent(Buffer.alloc(0), 'gzip', LIMIT)).toHaveLength(0);
});

function problemOf(bytes: Buffer, field: string): string {
  try {
    return decodeContent(bytes, field, LIMIT).toString();
  } catch (error) {
    return error instanceof CodingError ? `${error.problem}: ${error.message}` : String(error);
  }
}

const BOMB = Buffer.alloc(LIMIT + 1);

test.each([
  ['zstd', TEXT, 'unknown: the content coding "zstd" is not supported'],
  ['toString', TEXT, 'unknown: the content coding "tostring" is not supported'],
  ['gzip, compress', gzipSync(TEXT), 'unknown: the content coding "compress" is not supported'],
  ['gzip', TEXT, 'broken: it is not gzip, although its header says so'],
  ['gzip', gzipSync(TEXT).subarray(0, -9), 'broken: its gzip data end too early'],
  ['deflate', deflateSync(TEXT).subarray(0, -6), 'broken: its deflate data end too early'],
  ['br', brotliCompressSync(TEXT).subarray(0, -3), 'broken: its br data end too early'],
  ['gzip', gzipSync(BOMB), 'too large: it is too large'],
  ['deflate', deflateSync(BOMB), 'too large: it is too large'],
  ['br', brotliCompressSync(BOMB), 'too large: it is too large'],
  ['gzip,gzip', gzipSync(gzipSync(BOMB)), 'too large: it is too large'],
  ['br,br,br,br,br', TEXT, 'broken: it has 5 content codings (limit 4)'],
])('%j of bad bytes: what is wrong is named', (field, bytes, problem) => {
  expect(problemOf(bytes, field)).toBe(problem);
});

/** Flips one bit of the byte at index -`fromEnd`, in place. */
function spoiled(bytes: Buffer, fromEnd: number): Buffer {
  bytes.writeUInt8((bytes.at(-fromEnd) ?? 0) ^ 1, bytes.length - fromEnd);
  return bytes;
}

/** Adds a file name to the header of a gzip file. */
function named(gzip: Buffer): Buffer {
  const header = Buffer.from(gzip.subarray(0, 10));
  header[3] = 8;
  return Buffer.concat([header, Buffer.from('file.json\0'), gzip.subarray(10)]);
}

test.each([
  ['gzip', Buffer.from('H4sIAAAAAAAAA6tWSlSyUqrKLChITVGqBQDkY1ufDgAAAA==', 'base64')],
  ['gzip', named(spoiled(gzipSync('{"a":"zipped"}'), 8))],
  ['gzip', spoiled(gzipSync('{"a":"zipped"}'), 4)],
  ['deflate', spoiled(deflateSync('{"a":"zipped"}'), 2)],
])('%s with a wrong checksum: the content is kept', (field, bytes) => {
  try {
    expect(decodeContent(bytes, field, LIMIT)).toBe('an error');
  } catch (error) {
    const { problem, message, content } = error as CodingError;
    expect([problem, message]).toEqual(['checksum', `its ${field} checksum is wrong`]);
    expect(content?.toString()).toBe('{"a":"zipped"}');
  }
});

test('a body that is not UTF-8 keeps its bytes', () => {
  expect(bodyData(Buffer.from('\ufeffgr\u00fcn \ufffd'))).toEqual({
    body: '\ufeffgr\u00fcn \ufffd',
  });
  expect(bodyData(Buffer.from([0xff, 0x00, 0x41]))).toEqual({
    body: '\ufffd\u0000A',
    body_base64: '/wBB',
  });
});

const JSON_TEXT = '{"a":"gr\u00fcn"}';

test.each([
  ['UTF-16LE with a mark', '', Buffer.from(`\ufeff${JSON_TEXT}`, 'utf16le'), `\ufeff${JSON_TEXT}`],
  [
    'UTF-16BE with a mark',
    'application/problem+json; charset=utf-8',
    Buffer.from(`\ufeff${JSON_TEXT}`, 'utf16le').swap16(),
    `\ufeff${JSON_TEXT}`,
  ],
  ['UTF-16 without a mark', 'text/plain;charset="UTF-16LE"', utf16('a'), 'a'],
  ['latin1', 'application/json; Charset=ISO-8859-1', Buffer.from(JSON_TEXT, 'latin1'), JSON_TEXT],
  ['windows-1251', 'text/plain; charset=windows-1251', Buffer.from([0xcf]), '\u041f'],
])('%s: its text is read, its bytes are kept', (_name, type, bytes, text) => {
  expect(bodyData(bytes, type)).toEqual({ body: text, body_base64: bytes.toString('base64') });
});

function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le');
}

test.each([
  ['audio that begins like UTF-16', 'audio/wav', Buffer.from([0xff, 0xfe, 0x00, 0x80])],
  ['UTF-32', 'application/json', Buffer.from([0xff, 0xfe, 0x00, 0x00, 0x31, 0x00, 0x00, 0x00])],
  ['an unknown charset', 'text/plain; charset=klingon', Buffer.from([0xff, 0x41])],
])('%s is not guessed at', (_name, type, bytes) => {
  expect(bodyData(bytes, type)).toEqual({
    body: bytes.toString('utf8'),
    body_base64: bytes.toString('base64'),
  });
});

test.each([
  [{}, TEXT],
  [{ 'transfer-encoding': 'chunked' }, TEXT],
  [{ 'transfer-encoding': 'gzip, Chunked' }, gzipSync(TEXT)],
  [
    { 'content-encoding': 'br', 'transfer-encoding': 'gzip,chunked' },
    gzipSync(brotliCompressSync(TEXT)),
  ],
])('codings of content and transfer %j are undone', (headers, bytes) => {
  expect(decodeContent(bytes, codingsOf(headers), LIMIT).toString()).toBe('{"a":"\u00fc"}');
});
