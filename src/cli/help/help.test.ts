import { CommanderError, type Command } from 'commander';
import { expect, it } from 'vitest';
import { build } from '../command-line.js';
import { joinOptionalFiles } from '../optional-files.js';
import { examplesOf } from './help.js';

const LINES = 50;
const COLUMNS = 100;

/** What the words print. Nothing is run. */
function printed(...words: string[]): string {
  let text = '';
  const program = build(() => undefined);
  for (const command of [program, ...program.commands]) {
    command.configureOutput({
      writeOut: (part) => {
        text += part;
      },
      getOutHelpWidth: () => COLUMNS,
    });
  }
  expect(() => program.parse(words, { from: 'user' })).toThrow(CommanderError);
  return text;
}

const COMMANDS: readonly [name: string, command: Command][] = build(() => undefined).commands.map(
  (command) => [command.name(), command],
);

it.each([['offhook', []], ...COMMANDS.map(([name]) => [name, [name]] as const)] as const)(
  'the help of %s fits a screen and shows an example',
  (name, words) => {
    const text = printed(...words, '--help');
    const lines = text.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(LINES);
    expect(lines.filter((line) => line.length > COLUMNS)).toEqual([]);
    expect(text).toMatch(/^Examples?:\n {2}\S/m);
    for (const example of examplesOf(name)) expect(text).toContain(`\n  ${example}  `);
  },
);

it.each(COMMANDS)('every option of %s stands in one of its helps', (name, command) => {
  const hasMore = command.options.some(({ long }) => long === '--help-all');
  const text = printed(name, hasMore ? '--help-all' : '--help');
  for (const { hidden, flags } of command.options)
    if (!hidden) expect(text).toContain(`  ${flags} `);
});

it.each(COMMANDS.flatMap(([name]) => examplesOf(name)))('%s is a command line', (example) => {
  const words = example.replace(/^.*<\((.*)\)$/, '$1').split(' ');
  const program = build(() => undefined);
  let isRead = false;
  for (const command of program.commands) {
    command.action(() => {
      isRead = true;
    });
  }
  program.parse(joinOptionalFiles(words.slice(1)), { from: 'user' });
  expect(isRead).toBe(true);
});
