import { expect, test } from 'vitest';
import { audioFiles } from './save-audio.js';

const scenario = (name: string, attempt = 1) => ({
  id: `tests/queue.js#${name}.${attempt}`,
  key: `tests/queue.js › ${name}`,
  attempt,
  order: 1,
  file: 'tests/queue.js',
  name,
  tags: [],
});

test('files are named after file, scenario, agent and call', () => {
  const files = audioFiles('/out');
  expect(files(scenario('caller hears music'))('alice', 1)).toBe(
    '/out/queue-caller-hears-music-alice-1.wav',
  );
  expect(files(scenario('queue'))('bob', 2)).toBe('/out/queue-bob-2.wav');
  expect(files(scenario('queue'))('bob', 2, 'caller')).toBe('/out/queue-bob-2-caller.wav');
});

test('no attempt overwrites another one, and its number is in the name', () => {
  const files = audioFiles('/out');
  const paths = [1, 2, 3].map((attempt) => files(scenario('busy', attempt))('alice', 1));
  expect(paths).toEqual([
    '/out/queue-busy-alice-1.wav',
    '/out/queue-busy-attempt-2-alice-1.wav',
    '/out/queue-busy-attempt-3-alice-1.wav',
  ]);
});

test('names that differ only in characters of no file name get a number', () => {
  const files = audioFiles('/out');
  expect(files(scenario('a/b'))('alice', 1)).toBe('/out/queue-a-b-alice-1.wav');
  expect(files(scenario('a?b'))('alice', 1)).toBe('/out/queue-a-b-alice-1-2.wav');
  expect(files(scenario('a/b'))('alice', 1)).toBe('/out/queue-a-b-alice-1.wav');
});
