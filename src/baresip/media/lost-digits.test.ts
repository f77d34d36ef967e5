import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { decodeG711, type G711Law } from '../../audio/g711.js';
import { dtmfEvent } from '../../model/dtmf.js';
import { LostDigits } from './lost-digits.js';

let folder: string;
let path: string;
let found: string[];
let lost: number;
let time: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'offhook-test-'));
  path = join(folder, 'received-0.wav');
  writeFileSync(path, Buffer.alloc(44));
  [found, lost, time] = [[], 0, 0];
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(law: G711Law, octets: readonly number[]): void {
  appendFileSync(path, Buffer.from(Int16Array.from(octets, (one) => decodeG711(law, one)).buffer));
}
function reader(codec = 'PCMU', rate = 8000): LostDigits {
  const address = '127.0.0.1:9';
  const media = { codec, rate, direction: 'sendrecv', local_address: address } as const;
  const digits = new LostDigits({
    media: (call) => (call === 'c' ? { ...media, remote_address: address } : undefined),
    found: (call, digit) => found.push(`${call} ${digit}`),
    lost: () => {
      lost += 1;
    },
  });
  digits.listen('c', path);
  return digits;
}
const toldLine = (digit: string, end = 0) => `received in-band DTMF event: '${digit}' (end=${end})`;
const again = () => `audio: [time=${time.toFixed(3)}] discard old frame (0.000 seconds old)`;

describe.each([
  ['PCMU', 'mulaw'],
  ['PCMA', 'alaw'],
] as const)('%s', (codec, law) => {
  const audio = (frames: number, octet = 0xd5) => {
    write(
      law,
      Array.from({ length: 160 * frames }, () => octet),
    );
  };
  /** The packet of a digit that is decoded, then the packets with the same timestamp. */
  const event = (digits: LostDigits, digit: string) => {
    write(law, [dtmfEvent(digit) ?? 0, 0x0a, 0, 160]);
    time += 0.3;
    for (let packets = 0; packets < 5; packets += 1) digits.line(again());
  };

  test('the first digit is told, the others are read', () => {
    const digits = reader(codec);
    audio(200);
    digits.line(toldLine('1'));
    for (const digit of '12345*0#') event(digits, digit);
    expect(found).toEqual(Array.from('2345*0#', (digit) => `c ${digit}`));
    expect(lost).toBe(0);
  });

  test('equal digits with audio between them: the second is not told', () => {
    const digits = reader(codec);
    for (const told of [true, false]) {
      if (told) digits.line(toldLine('0'));
      event(digits, '0');
      audio(10);
    }
    expect(found).toEqual(['c 0']);
  });

  test('a digit that baresip saw the end of is told again', () => {
    const digits = reader(codec);
    digits.line(toldLine('5'));
    digits.line(toldLine('5', 1));
    event(digits, '5');
    expect(found).toEqual(['c 5']);
  });

  test('loud audio is not a digit', () => {
    const digits = reader(codec);
    digits.line(toldLine('1'));
    event(digits, '1');
    // Octets that look like events, in whole frames.
    audio(3, 0x05);
    event(digits, '2');
    expect(found).toEqual(['c 2']);
  });
});

describe('read late', () => {
  const frame = Array.from({ length: 160 }, () => 0xff);
  /** Three packets of each digit come before anything is read. */
  const come = (...events: readonly number[]) => {
    for (const at of events) write('mulaw', [at, 0x0a, 0, 160]);
    write('mulaw', [...frame, ...frame]);
  };
  const lines = (digits: LostDigits) => {
    for (let packets = 0; packets < 2; packets += 1) digits.line(again());
    time += 0.3;
  };

  test('each digit is found at its line', () => {
    const digits = reader();
    digits.line(toldLine('1'));
    come(1, 2, 3);
    come(4);
    lines(digits);
    expect(found).toEqual([]);
    lines(digits);
    expect(found).toEqual(['c 2']);
    for (let left = 0; left < 2; left += 1) lines(digits);
    expect(found).toEqual(['c 2', 'c 3', 'c 4']);
    digits.end();
  });

  test('a digit that baresip reports in a line still to come is not found', () => {
    const digits = reader();
    digits.line(toldLine('2'));
    come(2, 3, 4);
    lines(digits);
    digits.line(toldLine('3'));
    lines(digits);
    lines(digits);
    expect(found).toEqual(['c 4']);
  });

  describe('of one packet, which has no line', () => {
    beforeEach(() => {
      vi.useFakeTimers();
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    test.each([
      { what: 'it is found when no line comes', ends: false, later: ['c 2'] },
      { what: 'but not of an agent that has ended', ends: true, later: [] },
    ])('$what', async ({ ends, later }) => {
      const digits = reader();
      digits.line(toldLine('1'));
      come(1, 2);
      lines(digits);
      expect(found).toEqual([]);
      if (ends) digits.end();
      await vi.advanceTimersByTimeAsync(300);
      expect(found).toEqual(later);
    });
  });
});

test('a codec that cannot be read back: each digit that is not told is lost', () => {
  const digits = reader('opus', 48_000);
  digits.line(toldLine('1'));
  for (let digit = 0; digit < 3; digit += 1) {
    for (let packets = 0; packets < 4; packets += 1) digits.line(again());
    time += 0.3;
  }
  expect(found).toEqual([]);
  expect(lost).toBe(2);
});

test('of calls that have ended nothing is read', () => {
  const digits = reader();
  digits.listen('gone', join(folder, 'missing.wav'));
  digits.line(toldLine('1'));
  digits.line(again());
  expect([found, lost]).toEqual([[], 0]);
});
