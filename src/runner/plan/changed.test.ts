import { expect, test } from 'vitest';
import { isAffected } from './changed.js';

const INPUTS = {
  scripts: [
    { path: '/r/tests/it.ts', text: "agent('a').send_audio(file('./hello.wav'));" },
    { path: '/r/lib/login.js', text: '' },
  ],
  settings: ['/r/tests/it.env', '/etc/common.env'],
};

function changed(...files: string[]): boolean {
  return isAffected(INPUTS, { ref: 'HEAD', root: '/r', files: new Set(files) });
}

test.each([
  ['the file itself', '/r/tests/it.ts'],
  ['what it imports', '/r/lib/login.js'],
  ['its variables', '/r/tests/it.env'],
  ['settings above it', '/r/offhook.config.json'],
  ['a file whose name stands in it', '/r/sounds/hello.wav'],
])('a change of %s concerns it', (_, path) => {
  expect(changed('/r/other.js', path)).toBe(true);
});

test('other changes do not', () => {
  expect(changed()).toBe(false);
  expect(
    changed('/r/tests/other.ts', '/r/other/offhook.config.json', '/r/lib/login.ts', '/r/lo.wav'),
  ).toBe(false);
});

test('of files outside the repository nothing is known: they count as changed', () => {
  const outside = { scripts: [{ path: '/elsewhere/it.js', text: '' }], settings: [] };
  expect(isAffected(outside, { ref: 'HEAD', root: '/r', files: new Set() })).toBe(true);
});
