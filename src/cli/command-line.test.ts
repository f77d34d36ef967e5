import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OffhookError } from '../errors.js';
import { build, commandLine } from './command-line.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'offhook-words-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function problemOf(...words: string[]): Promise<string> {
  try {
    await commandLine(words);
    return 'none';
  } catch (error) {
    if (!(error instanceof OffhookError)) throw error;
    return `${error.code} ${error.message} (${error.details.hint ?? 'no hint'})`;
  }
}

describe('words that are not right', () => {
  it.each([
    [['rum'], "E_USAGE unknown command 'rum' (did you mean run?)"],
    [
      ['run'],
      'E_USAGE no scenario is named (write offhook run PATH, or "paths": ["PATH"] in offhook.config.json)',
    ],
    [['test', 'a.js'], "E_USAGE unknown command 'test' (did you mean run?)"],
    [['tests/a.js'], "E_USAGE unknown command 'tests/a.js' (did you mean offhook run tests/a.js?)"],
    [['docter'], "E_USAGE unknown command 'docter' (did you mean doctor?)"],
    [['nothing-like-it'], "E_USAGE unknown command 'nothing-like-it' (see offhook --help)"],
    [['run', 'a.js', '--grep', 'x'], "E_USAGE unknown option '--grep' (did you mean --scenario?)"],
    [['run', '-g', 'x', 'a.js'], "E_USAGE unknown option '-g' (did you mean --scenario?)"],
    [['list', '--tags=x', 'a.js'], "E_USAGE unknown option '--tags=x' (did you mean --tag?)"],
    [
      ['run', 'a.js', '--workers', '4'],
      "E_USAGE unknown option '--workers' (did you mean --jobs?)",
    ],
    [['list', 'a.js', '--pcap'], "E_USAGE unknown option '--pcap' (see offhook list --help)"],
    [['run', 'a.js', '--tagg'], "E_USAGE unknown option '--tagg' (did you mean --tag?)"],
    [
      ['run', 'a.js', '--timeout', '5x'],
      `E_USAGE option '--timeout <duration>' argument '5x' is invalid. It is not of the form "200ms", "5s" or "2m" (see offhook run --help)`,
    ],
    [
      ['run', 'a.js', '--memory-limit', '1.5'],
      "E_USAGE option '--memory-limit <MiB>' argument '1.5' is invalid. It must be a whole number from 16 to 2048 (see offhook run --help)",
    ],
    [['new'], "E_USAGE unknown command 'new' (did you mean init?)"],
    [
      ['completion', 'tcsh'],
      "E_USAGE command-argument value 'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish (see offhook completion --help)",
    ],
    [['completion'], "E_USAGE missing required argument 'shell' (see offhook completion --help)"],
    [
      ['doctor', 'now'],
      "E_USAGE too many arguments for 'doctor'. Expected 0 arguments but got 1 (see offhook doctor --help)",
    ],
  ])('%j', async (words, problem) => {
    expect(await problemOf(...words)).toBe(problem);
  });
});

it('repeatable flags add up, in order', () => {
  const program = build(() => undefined);
  const run = program.commands.find((one) => one.name() === 'run');
  run?.action(() => undefined);
  program.parse(
    ['run', 'a.js', 'b', '--tag', 'x,y', '--set', 'A=1', '--tag', 'z', '--set', 'B=2'],
    { from: 'user' },
  );
  expect(run?.args).toEqual(['a.js', 'b']);
  expect(run?.opts()).toMatchObject({
    tag: ['x,y', 'z'],
    set: ['A=1', 'B=2'],
    excludeTag: [],
    timeout: '120s',
    color: true,
  });
});

it('each command and each flag says what it is for', () => {
  for (const command of build(() => undefined).commands) {
    expect(command.description()).not.toBe('');
    for (const option of command.options) expect(option.description).not.toBe('');
  }
});
