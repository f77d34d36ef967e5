import { Command } from 'commander';
import { describe, expect, it, test } from 'vitest';
import { build } from '../command-line.js';
import { declare } from '../declare.js';
import { having, list, maybe, on, oneOf, word } from '../flags.js';
import { wantedAt, type Wanted } from './wanted.js';

const PROGRAM = build(() => undefined);

/** "words run list", "files", "tags of a.js", with what is kept before it. */
function told(wanted: Wanted): string {
  const keep = wanted.keep === '' ? '' : `${wanted.keep} `;
  switch (wanted.kind) {
    case 'words':
      return `${keep}words ${wanted.words.map(({ text }) => text).join(' ')}`.trimEnd();
    case 'files':
      return `${keep}files`;
    case 'names':
    case 'tags':
      return `${keep}${wanted.kind} of ${wanted.paths.join(' ')}`.trimEnd();
  }
}

function at(line: string): string {
  const words = line.split(' ');
  return told(wantedAt(PROGRAM, words.slice(0, -1), words.at(-1) ?? ''));
}

describe('the cursor', () => {
  it.each([
    ['offhook run ', 'files'],
    ['offhook run a.js --scenario ', 'names of a.js'],
    ['offhook run a.js b --scenario=x', '--scenario= names of a.js b'],
    ['offhook run --vars x.env --logs out.txt --logs a.js --tag ', 'tags of a.js'],
    ['offhook list --exclude-tag a,b', 'a, tags of'],
    ['offhook list --tag=a,', '--tag=a, tags of'],
    ['offhook run -q a.js --last ', 'words failed flaky slow'],
    ['offhook run --reporter html=', 'html= files'],
    ['offhook run --reporter=junit=o', '--reporter=junit= files'],
    ['offhook run --save-audio ', 'files'],
    ['offhook run --artifacts=', '--artifacts= files'],
    ['offhook run --label ', 'words'],
    ['offhook run -- --l', 'files'],
    ['offhook run --nonsense --last ', 'words failed flaky slow'],
    ['offhook completion ', 'words bash zsh fish'],
    ['offhook completion bash ', 'words'],
    ['offhook init --ci ', 'words github gitlab jenkins none'],
    ['offhook doctor ', 'words'],
    ['offhook nonsense ', 'words'],
    ['offhook --', 'words --version --help'],
    ['npx --yes offhook@1.0.0 completion ', 'words bash zsh fish'],
    ['/usr/bin/offhook completion ', 'words bash zsh fish'],
  ])('%s|', (line, wanted) => {
    expect(at(line)).toBe(wanted);
  });
});

test('every command and every option that helps show is offered', () => {
  const names = PROGRAM.commands.map((command) => command.name());
  expect(at('offhook ')).toBe(`words ${names.join(' ')} help`);
  expect(at('offhook help ')).toBe(at('offhook '));
  for (const command of PROGRAM.commands) {
    const offered = at(`offhook ${command.name()} --`).split(' ');
    for (const { long, hidden } of command.options) {
      expect(offered.includes(long ?? ''), `${command.name()} ${long}`).toBe(!hidden);
    }
    expect(offered).toContain('--help');
  }
  expect(at('offhook run --').split(' ')).toContain('--vars');
  expect(at('offhook run --no-l').split(' ')).toContain('--no-lab');
});

test('a new option needs nothing but its row', () => {
  const table = {
    fruit: oneOf(['apple', 'pear'], 'kind', 'which'),
    basket: word('folder', 'where'),
    label: maybe('file', 'with'),
    who: having({ offers: 'names' }, list('pattern', 'for')),
    ripe: on('only'),
  };
  const program = new Command('offhook');
  declare(program.command('eat').argument('[path...]'), table);
  const value = (flag: string): string => told(wantedAt(program, ['o', 'eat', 'a', flag], ''));
  expect(value('--fruit')).toBe('words apple pear');
  expect(value('--basket')).toBe('files');
  expect(value('--who')).toBe('names of a');
  expect(value('--ripe')).toBe('files');
});
