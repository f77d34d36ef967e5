/** Where env() finds what: the layers of variables, from the command line to the .env file of a project. */
import { describe, expect, it } from 'vitest';
import { logsOf, runFiles } from '../testing/cli/run-files.js';

describe.concurrent('variables', () => {
  const SHOW =
    "assert(1).equals(1); log(['A', 'B', 'C', 'D', 'E'].map((name) => env(name, '-')).join(' '));";
  const LAYERS = {
    'it.env': 'B=sibling\nC=sibling\nD=sibling\n',
    'one.env': 'C=one\nD=one\nE=one\nB=one\n',
    'two.env': 'E=two\n',
  };

  it('layers: --set, the sibling .env, --env-file (later ones win), the environment', async () => {
    const files = { 'it.js': SHOW, ...LAYERS };
    const flags = ['--env-file', 'one.env', '--env-file', 'two.env', '--set', 'D=set'];
    const { stdout } = await runFiles(files, ['run', 'it.js', '--json', ...flags], {
      env: { A: 'environment', E: 'environment' },
    });
    expect(logsOf(stdout)).toEqual(['environment sibling sibling set two']);
  });

  it('--vars is --env-file, .env of folder and project come last, and a value cut at "#" is told', async () => {
    const files = {
      'calls/it.js': SHOW,
      'package.json': '{}',
      '.env': 'A=project\nB=project\n',
      'calls/.env': 'B=folder\nC=fol#der\n',
      'one.env': 'D=one\n',
    };
    const { stdout } = await runFiles(files, ['run', 'calls/it.js', '--json', '--vars', 'one.env']);
    expect(logsOf(stdout)).toEqual(['project folder fol one -']);
    expect(stdout).toMatch(/calls\/\.env.*: line 2: the value of C ends before/);
  });

  it('load_env() wins over files, --set over load_env()', async () => {
    const files = { 'it.js': `log(load_env('more.env'));${SHOW}`, 'more.env': 'A=more\nB="m o"\n' };
    const { stdout } = await runFiles(files, ['run', 'it.js', '--json', '--set', 'A=set'], {
      env: { B: 'environment' },
    });
    expect(logsOf(stdout)).toEqual(['{ A: "more", B: "m o" }', 'set m o - - -']);
  });

  it('load_env() of a missing file fails at its line', async () => {
    const { code, stdout } = await runFiles({ 'it.js': "\nload_env('no.env');" }, ['run', 'it.js']);
    expect(stdout).toMatch(/no\.env.* \[E_READ_FAILED\]/);
    expect(stdout).toContain('at it.js:2:1\n');
    expect(code).toBe(1);
  });
});
