import { expect, test } from 'vitest';
import { Timeline } from './timeline.js';

/** [time stamp, ms of arrival] -> place; each packet has 160 samples. */
function places(packets: readonly (readonly [number, number])[]): (number | undefined)[] {
  const line = new Timeline();
  let end = 0;
  return packets.map(([timestamp, at]) => {
    const place = line.place(timestamp >>> 0, at, end);
    if (place !== undefined) end = Math.max(end, place + 160);
    return place;
  });
}

test.each<[string, (readonly [number, number])[], (number | undefined)[]]>([
  [
    'one after the other',
    [
      [5000, 0],
      [5160, 20],
      [5320, 40],
    ],
    [0, 160, 320],
  ],
  [
    'a gap',
    [
      [5000, 0],
      [5800, 100],
    ],
    [0, 800],
  ],
  [
    'packets that came together after a pause of this process',
    [
      [0, 0],
      [160, 2000],
      [320, 2000],
      [480, 2001],
    ],
    [0, 160, 320, 480],
  ],
  [
    'the end of the count',
    [
      [2 ** 32 - 160, 0],
      [2 ** 32, 20],
    ],
    [0, 160],
  ],
  [
    'time stamps that jump ahead',
    [
      [0, 0],
      [1_000_000, 20],
      [1_000_160, 40],
    ],
    [0, 160, 320],
  ],
  [
    'time stamps that jump back',
    [
      [1_000_000, 0],
      [0, 20],
      [160, 40],
    ],
    [0, 160, 320],
  ],
  [
    'the same after a pause',
    [
      [1_000_000, 0],
      [0, 1000],
      [160, 1020],
    ],
    [0, 8000, 8160],
  ],
])('%s', (_, packets, expected) => {
  expect(places(packets)).toEqual(expected);
});

test('time stamps of a faster clock, and a change of the clock: what follows joins what is there', () => {
  const line = new Timeline();
  // [time stamp, ms of arrival, length so far, clock]
  const packets = [
    [2 ** 32 - 960, 0, 0, 48_000],
    [0, 20, 160, 48_000],
    [4800, 120, 320, 48_000],
    [4800, 140, 1120, 8000],
    [4960, 160, 1280, 8000],
  ] as const;
  const found = packets.map(([timestamp, at, end, clock]) => line.place(timestamp, at, end, clock));
  expect(found).toEqual([0, 160, 960, 1120, 1280]);
});

test('a flood is not recorded beyond ten seconds ahead of time', () => {
  const all = places(Array.from({ length: 10_000 }, (_, i) => [i * 160, 0] as const));
  const recorded = all.filter((one) => one !== undefined);
  expect(Math.max(...recorded)).toBeLessThanOrEqual(80_000);
  expect(recorded.length).toBeGreaterThan(400);
});
