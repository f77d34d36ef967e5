import { expect, test } from 'vitest';
import { Places } from './places.js';

/** Asks for a place of that name; the list has those that have begun, in this order. */
function asking(most: number): {
  places: Places;
  begun: string[];
  ask: (name: string, ...locks: string[]) => void;
} {
  const places = new Places(most);
  const begun: string[] = [];
  const ask = (name: string, ...locks: string[]): void => {
    places.ask({ name, locks, begin: () => begun.push(name) });
  };
  return { places, begun, ask };
}

test('no more than so many at a time, in the order of asking', () => {
  const { places, begun, ask } = asking(2);
  for (const name of ['a', 'b', 'c', 'd']) ask(name);
  expect(begun).toEqual(['a', 'b']);
  expect(places.waitsFor('c')).toBe('a place: 2 running already');
  places.release('b');
  expect(begun).toEqual(['a', 'b', 'c']);
  expect(places.waitsFor('c')).toBeUndefined();
  places.most = 5;
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
});

test('two that share a lock run one after the other, and hold up nobody else', () => {
  const { places, begun, ask } = asking(3);
  ask('a', 'x');
  ask('b', 'x', 'y');
  ask('c', 'z');
  expect(begun).toEqual(['a', 'c']);
  expect(places.waitsFor('b')).toBe('x, which a has');
  // who came later does not take what an earlier one waits for: it would wait for ever
  ask('d', 'y');
  expect(places.waitsFor('d')).toBe('y, which b has');
  places.release('a');
  expect(begun).toEqual(['a', 'c', 'b']);
  places.release('b');
  expect(begun).toEqual(['a', 'c', 'b', 'd']);
});

test('who no longer waits leaves its locks to the others', () => {
  const { places, begun, ask } = asking(3);
  ask('a', 'x');
  ask('b', 'x', 'y');
  ask('c', 'y');
  expect(places.withdraw('b')).toBe(true);
  expect(places.withdraw('b')).toBe(false);
  expect(begun).toEqual(['a', 'c']);
});

test('any order of locks, any number of places: all have their turn, none overlap', () => {
  let seed = 1;
  const random = (below: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  for (let round = 0; round < 200; round += 1) {
    const places = new Places(1 + random(4));
    const running = new Map<string, readonly string[]>();
    let ended = 0;
    for (let index = 0; index < 20; index += 1) {
      const name = `m${index}`;
      const locks = [`l${random(5)}`, `l${random(5)}`];
      const begin = (): void => {
        for (const held of running.values()) {
          expect(held.filter((lock) => locks.includes(lock))).toEqual([]);
        }
        running.set(name, locks);
      };
      places.ask({ name, locks, begin });
    }
    while (running.size > 0) {
      const name = [...running.keys()][random(running.size)] ?? '';
      running.delete(name);
      ended += 1;
      places.release(name);
    }
    expect(ended).toBe(20);
  }
});
