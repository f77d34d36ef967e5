/** `offhook serve --check` and `offhook monitors dump`: what is wrong with a configuration, and what holds. */
import { expect, test } from 'vitest';
import { runFiles } from '../../testing/cli/run-files.js';

const SCENARIOS = {
  'pass.js': `scenario('passes', () => { assert(1).equals(1); });`,
  'toggle.js': `scenario('as the file says', () => { assert(env('LINE', 'up')).equals('up'); });`,
};

function files(config: Readonly<Record<string, unknown>>): Record<string, string> {
  return { ...SCENARIOS, 'offhook.config.json': JSON.stringify(config) };
}

test.each([
  [
    'nothing there',
    {},
    /^offhook: configuration: none was found: no offhook\.config\.json or \.yaml in /,
  ],
  [
    'no JSON',
    { 'offhook.config.json': '{ "monitors": ' },
    /^offhook: configuration ".*": cannot be read: /,
  ],
  ['no monitors', { 'offhook.config.json': '{}' }, /lacks "monitors"\n.*hint: write "monitors": /s],
  [
    'no such setting',
    files({ monitors: { a: { run: 'pass.js', evry: '1m' } } }),
    /monitors\.a\.evry: is not a setting\n.*did you mean "every"\?/s,
  ],
  [
    'a wrong value',
    files({ monitors: { a: { run: 'pass.js', every: 'often' } } }),
    /monitors\.a\.every: must be a duration of at least 1 s such as "30s", "5m" or "2h" or "never": got "often" \(string\)\n.*offhook\.config\.json:1:\d+/s,
  ],
  [
    'no pattern',
    files({ monitors: { a: { run: 'pass.js', cron: '61 * * * *' } } }),
    /monitors\.a\.cron: is not a cron pattern/,
  ],
  [
    'two schedules',
    files({ monitors: { a: { run: 'pass.js', cron: '1 * * * *', every: '5m' } } }),
    /monitors\.a\.cron: cannot be used together with "every"/,
  ],
  [
    'a variable that is not set',
    files({ monitors: { a: { run: 'pass.js', set: { X: '${NOT_SET}' } } } }),
    /monitors\.a\.set\.X: names the variable NOT_SET, which is not set or is empty/,
  ],
  [
    'a variable where none may be',
    files({ monitors: { a: { run: '${HOME}' } } }),
    /monitors\.a\.run: is a variable, which is allowed only for secrets/,
  ],
  [
    'nobody of that name',
    files({ monitors: { a: { run: 'pass.js', notify: 'x' } } }),
    /monitors\.a\.notify: names "x", which is not in "notify"/,
  ],
  [
    'a setting that neither the monitor nor a run has',
    { 'offhook.config.json': '{"monitors": {"a": {"run": "pass.js"}}, "autth": []}' },
    /^offhook: autth: is not a setting\n {2}hint: did you mean "auth"\?\n {2}at .*:1:41/,
  ],
  [
    'a target with settings of another type',
    files({
      monitors: { a: { run: 'pass.js' } },
      notify: { x: { type: 'exec', command: ['true'], url: 'http://127.0.0.1/' } },
    }),
    /notify\.x\.url: is a setting of type "webhook", and this target has type "exec"/,
  ],
  [
    'a warning behind its critical value',
    files({ monitors: { a: { run: 'pass.js', degraded: { mos: { warning: 2, critical: 3 } } } } }),
    /degraded\.mos: has a warning that never comes: .*: warning 2, critical 3\n/,
  ],
  [
    'no such file of variables',
    files({ monitors: { a: { run: 'pass.js', env_file: 'none.env' } } }),
    /^monitor "a":\noffhook: environment file "none\.env": not read: there is no such file\n/,
  ],
  [
    'several documents',
    { 'offhook.config.yaml': 'monitors: {}\n---\nmonitors: {}\n' },
    /cannot be read: line 2: it has several YAML documents, but only one is allowed\n/,
  ],
  [
    'no such file',
    files({ monitors: { a: { run: 'none.js' }, b: { run: 'pass.js' } } }),
    /^monitor "a":\noffhook: "none\.js": there is no such file or folder/,
  ],
  [
    'strangers could come',
    files({ monitors: { a: { run: 'pass.js' } }, listen: { host: '0.0.0.0' } }),
    /auth/,
  ],
] as const)('serve --check: %s', async (_what, given, expected) => {
  const { code, stderr } = await runFiles(given, ['serve', '--check']);
  expect({ code, stderr: expected.test(stderr) ? '' : stderr }).toEqual({ code: 2, stderr: '' });
});

test('YAML says the same, with anchors; lines go to the runs from a file of any name, and their passwords nowhere else', async () => {
  const yaml =
    'x-all: &all { every: 5m }\nmonitors:\n  one: { run: pass.js, <<: *all }\n  two:\n    run: [toggle.js]\n    cron: "0 9 * * *"\n';
  const files = {
    'watch.yaml': `${yaml}lines:\n  default: { prio: 2, password: "\${PW}" }\n  sales: { number: "1", password: hunter22 }\n  other: {}\n`,
    'pass.js': `import { line } from 'offhook/modes';\nline('sales');\n${SCENARIOS['pass.js']}`,
    'toggle.js': SCENARIOS['toggle.js'],
  };
  const checked = await runFiles(files, ['serve', '--check', 'watch.yaml']);
  expect(checked).toMatchObject({ code: 0, stderr: '' });
  expect(checked.stdout).toMatch(/watch\.yaml: 2 of 2 monitors can run\n$/);
  const { stdout } = await runFiles({ 'offhook.config.yaml': files['watch.yaml'] }, [
    'monitors',
    'dump',
  ]);
  expect(JSON.parse(stdout)).toMatchObject({
    monitors: {
      one: { run: ['pass.js'], every: '5m', fail_after: 2 },
      two: { cron: '0 9 * * *', timezone: 'UTC' },
    },
    lines: {
      sales: { number: '1', dial: '{number}', prio: 2, password: '***' },
      other: { prio: 2, password: '${PW}' },
    },
    max_parallel: 3,
  });
});
