/** `list` and `check`: what is found, without starting anything. */
import { describe, expect, it } from 'vitest';
import { runFiles } from '../testing/cli/run-files.js';

const TAGGED = `
  scenario('an answered call', { tags: ['smoke', 'call'] }, () => assert(1).equals(1));
  scenario('bob is busy', { tags: ['call'] }, () => assert(1).equals(1));
  scenario('nobody is there', () => assert(1).equals(1));
`;

describe.concurrent('list and check', () => {
  it('list shows what would run, with tags', async () => {
    const { code, stdout, stderr } = await runFiles({ 'it.js': TAGGED }, [
      'list',
      'it.js',
      '--tag',
      'call',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe('it.js › an answered call #smoke #call\nit.js › bob is busy #call\n');
  });

  it('list --json', async () => {
    const { stdout } = await runFiles(
      { 'it.js': "scenario('x', { tags: ['t'], skip: 'why' }, () => {});" },
      ['list', 'it.js', '--json'],
    );
    expect(JSON.parse(stdout)).toEqual([
      { file: 'it.js', name: 'x', tags: ['t'], only: false, skip: 'why' },
    ]);
  });

  it('check starts nothing', async () => {
    const { code, stdout } = await runFiles(
      { 'it.js': "setup(() => agent('a')); scenario('x', () => {});" },
      ['check', 'it.js'],
      { env: { PATH: '/nowhere' } },
    );
    expect(stdout).toBe('1 scenario in 1 file: no problems found\n');
    expect(code).toBe(0);
  });
});
