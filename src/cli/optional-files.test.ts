import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinOptionalFiles } from './optional-files.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'offhook-words-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('a flag with an optional file', () => {
  it.each([
    [
      ['run', 'a.js', '--logs'],
      ['run', 'a.js', '--logs='],
    ],
    [
      ['run', '--logs', 'a.js'],
      ['run', '--logs=', 'a.js'],
    ],
    [
      ['run', '--only-changed', 'a.ts', '--only-changed', 'tests/*.js'],
      ['run', '--only-changed=', 'a.ts', '--only-changed=', 'tests/*.js'],
    ],
    [
      ['run', '--only-changed', 'main', 'a.js', '--only-changed', '/'],
      ['run', '--only-changed', 'main', 'a.js', '--only-changed=', '/'],
    ],
    [
      ['run', '--logs', 'a.mjs'],
      ['run', '--logs=', 'a.mjs'],
    ],
    [
      ['run', '--logs', 'tests/*'],
      ['run', '--logs=', 'tests/*'],
    ],
    [
      ['run', '--logs', '--sip-trace', 'a.js'],
      ['run', '--logs=', '--sip-trace=', 'a.js'],
    ],
    [
      ['run', '--logs', 'out.txt', 'a.js'],
      ['run', '--logs', 'out.txt', 'a.js'],
    ],
    [
      ['run', '--sip-trace=x.js', 'a.js'],
      ['run', '--sip-trace=x.js', 'a.js'],
    ],
    [
      ['run', '--timeout', '5s', 'a.js'],
      ['run', '--timeout', '5s', 'a.js'],
    ],
  ])('%j', (words, joined) => {
    expect(joinOptionalFiles(words)).toEqual(joined);
  });

  it('a folder in its place is a path to run', () => {
    expect(joinOptionalFiles(['run', '--logs', folder])).toEqual(['run', '--logs=', folder]);
  });

  it('--save-audio takes a folder that exists, unless its scenarios are what is to run', () => {
    const folderOf = (name: string, ...files: string[]): string => {
      mkdirSync(join(folder, name));
      for (const file of files) writeFileSync(join(folder, name, file), '');
      return join(folder, name);
    };
    const [empty, wavs] = [folderOf('empty'), folderOf('wavs', 'a-1.wav', 'b-1.wav')];
    const [mixed, suites] = [folderOf('mixed', 'notes.txt'), folderOf('suites', 'call.js')];
    const joined = (...words: string[]): string[] => joinOptionalFiles(['--save-audio', ...words]);
    for (const words of [
      [empty],
      [empty, 'a.js'],
      [wavs, suites],
      [mixed, 'a.js'],
      [mixed, suites],
    ])
      expect(joined(...words)).toEqual(['--save-audio', ...words]);
    for (const words of [[suites], [suites, 'a.js'], [mixed], [mixed, '-q']])
      expect(joined(...words)).toEqual(['--save-audio=', ...words]);
  });
});
