import { expect, test } from 'vitest';
import { eventReader } from './event-stream.js';

const STREAM =
  'retry: 3000\n\n: still here\n\ndata: {"a":1}\n\ndata: one\r\ndata:  two\r\n\r\ndata:x\r\revent: y\n\n';

test('events of a stream: comments and other fields are none', () => {
  expect(eventReader()(STREAM)).toEqual(['{"a":1}', 'one\n two', 'x']);
});

test('wherever the stream is cut, the events are the same', () => {
  for (let at = 0; at <= STREAM.length; at += 1) {
    const read = eventReader();
    expect([...read(STREAM.slice(0, at)), ...read(STREAM.slice(at))], `cut at ${at}`).toEqual([
      '{"a":1}',
      'one\n two',
      'x',
    ]);
  }
});

test('what is not whole is none yet', () => {
  const read = eventReader();
  expect(read('data: half')).toEqual([]);
  expect(read(' and whole\n')).toEqual([]);
  expect(read('\n')).toEqual(['half and whole']);
});
