/** Nothing that is printed drives a terminal or a CI system. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runFiles } from '../testing/cli/run-files.js';

const EVIL = '\u001b[31m\u0007\u009b\u202e\u200b\r\n::error::x\n  ##[error]y ##vso[task.z]';
const TAG = 't\u001b[31m\u202e##[error]x';
const SUITE = `
scenario(${JSON.stringify(EVIL)}, { tags: [${JSON.stringify(TAG)}], skip: ${JSON.stringify(EVIL)} }, () => {});
scenario('says it', () => {
  log(${JSON.stringify(EVIL)});
  step(${JSON.stringify(EVIL)}, () => 1);
  assert(${JSON.stringify(EVIL)}).describe(${JSON.stringify(EVIL)}).equals(${JSON.stringify(EVIL)} + '!');
});`;
/** What a terminal obeys or hides, and what a CI system takes for a command. */
const DRIVES =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]|^\s*::|##(?:\[|vso\[)/m;

test.each([
  ['list', []],
  ['list', ['--json']],
  ['run', ['--logs']],
  ['run', ['-v']],
  ['run', ['--json']],
])('%s %j', async (command, flags) => {
  const args = [command, 'it.js', '--reporter', 'junit=out.xml', ...flags];
  let xml = '';
  const { stdout, stderr } = await runFiles(
    { 'it.js': SUITE },
    command === 'list' ? [command, 'it.js', ...flags] : args,
    {
      after: (folder) => {
        if (command === 'run') xml = readFileSync(join(folder, 'out.xml'), 'utf8');
        return Promise.resolve();
      },
    },
  );
  expect(stdout).toMatch(/\\x1b\[31m|\\u001b\[31m/);
  for (const text of [stdout, stderr, xml]) expect(text).not.toMatch(DRIVES);
  if (command === 'list' && flags.length === 0)
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
  if (command === 'list' && flags.length > 0) {
    expect(JSON.parse(stdout)).toMatchObject([{ name: EVIL, tags: [TAG], skip: EVIL }, {}]);
  }
});
