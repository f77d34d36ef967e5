/** `offhook report`: recorded runs, told again and as one. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { leavingNothing } from '../../testing/cli/leftovers.js';
import { runCli, type CliResult } from '../../testing/cli/run-cli.js';
import { runFiles, writeFiles } from '../../testing/cli/run-files.js';

const SUITE = `
scenario('good', { tags: ['smoke'] }, () => assert(1).equals(1));
scenario('bad', () => assert(1).equals(2));
scenario('left out', { skip: 'not yet' }, () => {});
scenario('ours', () => { agent('a'); });
`;

it('report: shards as one run, with one that is missing and a record that is none', async () => {
  const shard = async (folder: string, index: number): Promise<void> => {
    const args = ['run', 'suite.js', `--shard=${index}/2`, `--reporter=ndjson=${index}.ndjson`];
    await runFiles({ 'suite.js': SUITE }, args, {
      env: { OFFHOOK_BARESIP: '/nowhere/baresip' },
      after: (made) => copyFile(join(made, `${index}.ndjson`), join(folder, `${index}.ndjson`)),
    });
  };
  const { folder, leftovers } = await writeFiles({ 'odd.ndjson': 'hello\n' });
  await leavingNothing(leftovers, async () => {
    await Promise.all([shard(folder, 1), shard(folder, 2)]);
    const report = (...words: string[]): Promise<CliResult> =>
      runCli(['report', ...words], { cwd: folder, leftovers });
    const whole = await report('2.ndjson', '1.ndjson', '--reporter=tap');
    expect([...whole.stdout.matchAll(/^(?:not )?ok/gm)]).toHaveLength(4);
    expect({ code: whole.code, stderr: whole.stderr }).toEqual({ code: 1, stderr: '' });
    const lacking = await report('2.ndjson', 'odd.ndjson', '--reporter=junit=out.xml');
    expect(lacking.stdout).toMatch(/^✗ records › shard 1\/2 {2}errored.*: is missing/m);
    expect(lacking.stdout).toMatch(/^✗ records › odd\.ndjson {2}errored.*: line 1 is not JSON/m);
    expect(lacking.code).toBe(1);
    const none = await report('odd.ndjson');
    expect(none.stderr).toMatch(
      /^offhook: record "odd\.ndjson": cannot be read: line 1 is not JSON\n/,
    );
    const over = await report('1.ndjson', '--reporter=junit=./1.ndjson');
    expect(over.stderr).toContain('output file "./1.ndjson": is one of the records to read');
    expect([none.code, over.code]).toEqual([2, 2]);
  });
});
