/** Settings as users meet them: the project file, variables and flags, through the program. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventsOf, logsOf, runFiles, verdictsOf } from '../../testing/cli/run-files.js';

const FILES = {
  'calls/it.js': `
    scenario('quick', { tags: ['smoke'] }, () => { assert(1).equals(1); log(env('A')); });
    scenario('slow', () => { assert(1).equals(2); });
  `,
  'more.env': 'A=file\n',
  'offhook.config.json': JSON.stringify({
    $schema: './schema.json',
    paths: ['calls'],
    'env-file': ['more.env'],
    'max-agents': 3,
    projects: [
      { name: 'smoke', tag: ['smoke'], reporter: ['ndjson=out/smoke.ndjson'] },
      { name: 'all', set: ['A=all'], reporter: ['ndjson=out/all.ndjson'] },
    ],
  }),
};

describe.concurrent('settings', () => {
  it('`run` alone runs what the file says', async () => {
    const { code, stdout, stderr } = await runFiles(FILES, ['run', '--json']);
    expect(logsOf(stdout)).toEqual(['file']);
    expect(stderr).toBe('');
    expect(code).toBe(1);
  });

  it('--project takes its settings, and a failure names the project in the command to run again', async () => {
    let report = '';
    const { code, stdout } = await runFiles(FILES, ['run', '--project', 'smoke', '--no-tag'], {
      after: async (folder) => {
        report = await readFile(join(folder, 'out/smoke.ndjson'), 'utf8');
      },
    });
    expect(eventsOf(report).filter(({ type }) => type === 'scenario_finished')).toHaveLength(2);
    expect(stdout).toMatch(
      /see more: offhook run calls\/it\.js --scenario "slow" .*--no-tag --project smoke/,
    );
    expect(code).toBe(1);
  });

  it('several --project run one after another, each with its settings and its report', async () => {
    const reports: string[] = [];
    const both = ['run', '--project', 'smoke', '--project', 'all'];
    const { code, stdout, stderr } = await runFiles(FILES, both, {
      after: async (folder) => {
        for (const name of ['smoke', 'all'])
          reports.push(await readFile(join(folder, `out/${name}.ndjson`), 'utf8'));
      },
    });
    expect(reports.map(logsOf)).toEqual([['file'], ['all']]);
    expect(reports.map(verdictsOf)).toEqual([['quick: passed'], ['quick: passed', 'slow: failed']]);
    expect(stdout).toMatch(/^1 scenario: 1 passed in [^]*^2 scenarios: 1 passed, 1 failed in /m);
    expect(stdout).toMatch(/see more: offhook run .*--scenario "slow" --project all -v/);
    expect(stderr).toBe('project "smoke" (1 of 2)\nproject "all" (2 of 2)\n');
    expect(code).toBe(1);
  });

  it('`config` says what holds and why', async () => {
    const args = ['config', '--project', 'smoke', '--lab', '--set', 'A_PASS=hunter22'];
    const { code, stdout } = await runFiles(FILES, args, { env: { OFFHOOK_TIMEOUT: '9s' } });
    const row = (key: string): string =>
      (stdout.split('\n').find((line) => line.startsWith(`${key} `)) ?? '').replace(/ +/g, ' ');
    expect(row('tag')).toMatch(
      /^tag smoke tag in offhook\.config\.json \(offhook\.config\.json:1:\d+\)$/,
    );
    expect(row('lab')).toBe('lab true --lab');
    expect(row('timeout')).toBe('timeout 9s OFFHOOK_TIMEOUT');
    expect(row('cpu-limit')).toBe('cpu-limit 10s default');
    expect(row('max-agents')).toMatch(/^max-agents 3 max-agents in .*offhook\.config\.json$/);
    expect(row('set')).toBe('set A_PASS=*** --set');
    expect(code).toBe(0);
  });

  it('a bad value names its place, and so does what only the command finds wrong', async () => {
    const first = await runFiles(
      { 'it.js': '', 'offhook.config.json': '{\n  "timeout": "5x"\n}' },
      ['run', 'it.js'],
    );
    expect(first.stderr).toBe(
      'offhook: timeout in offhook.config.json: is not of the form "200ms", "5s" or "2m": got "5x" (string)\n' +
        '  hint: correct it, or remove it\n  at offhook.config.json:2:3\n',
    );
    const second = await runFiles(
      { 'it.js': '', 'offhook.config.yaml': '# reports\nreporter:\n  - junot=x\n' },
      ['run', 'it.js'],
    );
    expect(second.stderr).toContain(
      'offhook: reporter in offhook.config.yaml: there is no reporter',
    );
    expect(second.stderr).toContain('  at offhook.config.yaml:2:1\n');
    expect([first.code, second.code]).toEqual([2, 2]);
  });

  it('a file beside a scenario does not say how a run goes: a warning', async () => {
    const files = {
      'inner/it.js': 'assert(1).equals(1);',
      'inner/offhook.config.json': '{ "baresip": "./evil", "reporter": ["ndjson=evil.txt"] }',
    };
    const { code, stdout } = await runFiles(files, ['run', 'inner/it.js']);
    expect(stdout).toMatch(/baresip, reporter of .*offhook\.config\.json do not count/);
    expect(code).toBe(0);
  });
});
