import { expect, test } from 'vitest';
import { EventQueue, EventReader, eventOf } from './telephone-event.js';

const STEP = 160;
const END = 0x80;

const payload = (event: number, duration: number, end = false): Uint8Array =>
  Uint8Array.of(event, (end ? END : 0) | 10, duration >> 8, duration & 255);

function reader(): { told: [string, number][]; events: EventReader } {
  const told: [string, number][] = [];
  return { told, events: new EventReader((digit, ticks) => told.push([digit, ticks])) };
}

/** What a queue sends in so many packet times. */
function sent(queue: EventQueue, times: number): string[] {
  return Array.from({ length: times }, (_, i) => {
    const { packet, replacesAudio } = queue.next(i * STEP, STEP);
    const audio = replacesAudio ? '' : 'audio';
    if (packet === undefined) return audio;
    const [event, flags = 0, high = 0, low = 0] = packet.payload;
    const mark = packet.marker ? 'M' : '';
    const text = `${mark}${event}@${packet.timestamp}+${high * 256 + low}${flags & END ? 'E' : ''}`;
    return `${text} ${audio}`.trim();
  });
}

test('a digit: updates, three ends, audio behind it', () => {
  const queue = new EventQueue();
  const done: string[] = [];
  queue.add({ event: 5, duration: 400, gap: 320, sent: () => done.push('5') });
  expect(sent(queue, 4)).toEqual(['M5@0+160', '5@0+320', '5@0+400E', '5@0+400E audio']);
  expect(done).toEqual([]);
  expect(sent(queue, 2)).toEqual(['5@0+400E audio', 'audio']);
  expect(done).toEqual(['5']);
});

test('two digits keep their pause; without one the next ends the repeats', () => {
  const queue = new EventQueue();
  queue.add({ event: 1, duration: 160, gap: 480 });
  queue.add({ event: 1, duration: 160, gap: 0 });
  queue.add({ event: 2, duration: 160, gap: 0 });
  expect(sent(queue, 6)).toEqual([
    'M1@0+160E',
    '1@0+160E audio',
    '1@0+160E audio',
    'audio',
    'M1@640+160E',
    'M2@800+160E',
  ]);
});

test('all digits and the flash are read as they were sent', () => {
  const { told, events } = reader();
  const digits = '0123456789*#ABCD!';
  const queue = new EventQueue();
  for (const digit of digits) queue.add({ event: eventOf(digit)!, duration: 800, gap: 400 });
  for (let t = 0; t < 200 * STEP; t += STEP) {
    const { packet } = queue.next(t, STEP);
    if (packet !== undefined) events.packet(packet.timestamp, packet.payload, t / 8);
  }
  expect(told).toEqual(Array.from(digits, (digit) => [digit, 800]));
  expect(['x', '', '12', 'E'].map(eventOf)).toEqual(Array(4).fill(undefined));
});

test('beside audio of a faster clock a digit lasts as long', () => {
  const { told, events } = reader();
  const queue = new EventQueue();
  queue.add({ event: 5, duration: 800, gap: 0 });
  for (let t = 0; t < 10 * STEP; t += STEP) {
    const { packet } = queue.next(6 * t, STEP, 6);
    if (packet !== undefined) events.packet(packet.timestamp, packet.payload, t / 8);
  }
  expect(told).toEqual([['5', 800]]);
});

test('repeated ends, an update that comes late and a lost beginning make one digit', () => {
  const { told, events } = reader();
  events.packet(1000, payload(3, 320), 0);
  for (let i = 0; i < 3; i += 1) events.packet(1000, payload(3, 800, true), 20 * i);
  events.packet(1000, payload(3, 480), 80);
  // of this one only the end comes
  events.packet(5000, payload(3, 640, true), 500);
  expect(told).toEqual([
    ['3', 800],
    ['3', 640],
  ]);
  expect(events.deadline).toBeUndefined();
});

test('a lost end: the next digit or the time ends it', () => {
  const { told, events } = reader();
  events.packet(1000, payload(7, 480), 0);
  events.packet(3000, payload(8, 160), 300);
  expect(told).toEqual([['7', 480]]);
  // the end of the first comes after the beginning of the second
  events.packet(1000, payload(7, 800, true), 301);
  expect(events.deadline).toBe(500);
  events.end();
  expect(told).toEqual([
    ['7', 480],
    ['8', 160],
  ]);
});

test('an event of more than 8 s has segments and is one digit', () => {
  const { told, events } = reader();
  events.packet(100, payload(9, 0xffff), 0);
  events.packet(100 + 0xffff, payload(9, 0xffff), 8000);
  events.packet(100 + 2 * 0xffff, payload(9, 800, true), 16_000);
  expect(told).toEqual([['9', 2 * 0xffff + 800]]);
});

test('several events in a packet; time stamps that wrap around; a count that begins anew', () => {
  const { told, events } = reader();
  const both = Buffer.concat([payload(1, 800, true), payload(2, 400, true)]);
  events.packet(2 ** 32 - 400, both, 0);
  events.packet(2 ** 32 - 400, both, 20);
  events.packet(2_000_000_000, payload(4, 800, true), 500);
  events.packet(500, payload(5, 800, true), 900);
  expect(told.map(([digit]) => digit).join('')).toBe('1245');
});

test('what is no digit or cut off is passed over', () => {
  const { told, events } = reader();
  events.packet(0, payload(32, 800, true), 0);
  events.packet(5000, payload(1, 800, true).subarray(0, 3), 0);
  expect(told).toEqual([]);
});
