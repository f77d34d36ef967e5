import { Command } from 'commander';
import { expect, test } from 'vitest';
import { declare } from './declare.js';
import { aliases, list, maybe, off, on, whole, wholeOr, word, type ValuesOf } from './flags.js';

const TABLE = {
  allFiles: on('all'),
  envFile: list('file', 'files', '--vars'),
  baresip: word('program', 'which'),
  sipTrace: maybe('file', 'where'),
  maxAgents: whole('n', 'most', { least: 1, most: 9 }),
  memoryLimit: wholeOr(4, 'MiB', 'memory', { least: 1, most: 9 }),
  quiet: on('less', '-q'),
  color: off('none'),
};

function parsed(...words: string[]): ValuesOf<typeof TABLE> {
  const command = declare(new Command().exitOverride(), TABLE);
  command.configureOutput({ writeErr: () => undefined });
  return command.parse(words, { from: 'user' }).opts();
}

test('the key of a row is the flag, and the field', () => {
  const words =
    '--all-files --vars a --env-file b --baresip x --sip-trace --max-agents 3 -q --no-color';
  expect(parsed(...words.split(' '))).toEqual({
    allFiles: true,
    envFile: ['a', 'b'],
    baresip: 'x',
    sipTrace: true,
    maxAgents: 3,
    memoryLimit: 4,
    quiet: true,
    color: false,
  });
  expect(parsed()).toEqual({ envFile: [], memoryLimit: 4, color: true });
  expect(() => parsed('--max-agents', '10')).toThrow('whole number from 1 to 9');
});

test.each([
  ['10.0.0.5:5060=PBX', true],
  ['10.0.0.5=PBX', true],
  ['[::1]:65535=SBC', true],
  ['10.0.0.5:65536=PBX', false],
  ['10.0.0.5:0=PBX', false],
  ['10.0.0.5:5060= ', false],
  ['10.0.0.5:5060', false],
  ['=PBX', false],
])('alias %s', (value, fits) => {
  const command = declare(new Command().exitOverride(), { aliases: aliases('names') });
  command.configureOutput({ writeErr: () => undefined });
  const parse = (): unknown => command.parse(['--aliases', value], { from: 'user' }).opts();
  if (fits) expect(parse()).toEqual({ aliases: [value] });
  else expect(parse).toThrow('must give names to addresses');
});

test('a misspelt flag does not compile', () => {
  const flags = parsed('--all-files');
  // @ts-expect-error there is no such row
  expect(flags.allFile).toBeUndefined();
  // @ts-expect-error a list is no text
  const text: string = flags.envFile;
  expect(text).toEqual([]);
});
