/** What a run prints and writes: for people, for programs, for CI. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { CLI_FILE } from '../testing/cli/run-cli.js';
import { eventsOf, runFiles, steer, writeFiles } from '../testing/cli/run-files.js';

const CALL = {
  'call.js': `
const alice = agent('alice');
const bob = agent('bob');
alice.dial(bob);
await_until(() => assert(bob.state).equals(State.Ringing));
bob.accept();
await_until(() => assert(alice.state).equals(State.Established));
log('password is', env('SECRET_PASSWORD', 'none'));
alice.hangup();
await_until(() => assert(bob.state).equals(State.Idle));
`,
};

const REFUSED = {
  'refused.js': `const alice = agent('alice');
const bob = agent('bob');
alice.dial(bob);
bob.reject();
await_until(() => assert(alice.state).equals(State.Established), '200ms');
`,
};

const MIXED = {
  'mixed.js': `
scenario('good', { tags: ['smoke'] }, () => assert(1).equals(1));
scenario('bad', () => assert('<a & "b">').describe('the <text>').equals('x'));
scenario('left out', { skip: 'not yet' }, () => {});
scenario('ours', () => { agent('a'); });
`,
};

/** The character that begins escape codes. Those of a script could not only set colours, but move the cursor or set the title. */
const ESCAPE = new RegExp('\\u001b');

describe.concurrent('console', () => {
  it('tells what each agent does, as it happens', async () => {
    const { code, stdout, stderr } = await runFiles(CALL, ['run', 'call.js']);
    const shown = stdout.replaceAll(/\d+(\.\d+)? m?s\b|\d+\.\d{3}s|:\d{5}/g, 'N');
    expect(shown).toMatch(/^call\.js\n/);
    for (const line of [
      /^ +N {2}alice {2}started as sip:alice@127\.0\.0\.1N$/m,
      /^ +N {2}alice {2}dial\(bob\)$/m,
      /^ +N {2}bob {4}ringing from alice$/m,
      /^ +N {9}✓ bob\.state equals State\.Ringing \(after N\)$/m,
      /^ +N {2}alice {2}established$/m,
      /^ +N {9}log: password is none$/m,
      /^ +N {2}bob {4}ended by remote: bye$/m,
      /^ {2}✓ passed in N$/m,
      /^1 scenario: 1 passed in N$/m,
    ]) {
      expect(shown).toMatch(line);
    }
    expect(stdout).not.toMatch(ESCAPE);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('explains a failure: code frame, both sides, events and messages, how to see more', async () => {
    const { code, stdout } = await runFiles(REFUSED, ['run', 'refused.js']);
    expect(stdout).toMatch(
      /await_until\(\): alice\.state: never held \(waited 200 ms\) \[E_AWAIT_TIMEOUT\]\n {6}expected: equals "Established"\n {6}seen: {5}"Idle"\n {6}hint: alice's call (?:had ended with 486 Rejected before the wait began|ended with 486 Rejected after \d+ ms of 200 ms)\n {6}at refused\.js:5:1\n/,
    );
    expect(stdout).toContain(
      "    > 5 | await_until(() => assert(alice.state).equals(State.Established), '200ms');\n        | ^\n",
    );
    expect(stdout).toMatch(
      /last SIP messages and events of alice:\n +alice +bob\n.* INVITE -+>\|.*\n.*\|<-+ 180 Ringing -+\|\n.*\|<-+ 486 /,
    );
    expect(stdout).toContain('see more: offhook run refused.js -v --sip-trace\n');
    expect(code).toBe(1);
  });

  it('explains by what came before the failure, not by the end of the agents', async () => {
    const suite = `scenario('refused', () => {\n${REFUSED['refused.js']}});\nscenario('alone', () => {
      agent('alice', { username: 'alice', password: 'pw', domain: '127.0.0.1:9' }).register();
      assert(1).equals(2);
    });\n`;
    const { stdout } = await runFiles({ 'suite.js': suite }, ['run', 'suite.js']);
    expect(stdout).toMatch(/hint: alice's call (?:had )?ended with 486 /);
    expect(stdout).toMatch(/last SIP messages and events of alice:\n[^]*- REGISTER -+>/);
    expect(stdout).not.toMatch(/ stopped$/m);
  });

  it('the command that shows more has the options the scenario needs', async () => {
    const args = ['--set', 'X=a b', '--tag', 'smoke', '--untrusted', '--timeout=9s', '-q'];
    const files = { 'it.js': "scenario('s', { tags: ['smoke'] }, () => assert(1).equals(2));\n" };
    const { stdout } = await runFiles(files, ['run', 'it.js', ...args]);
    expect(stdout).toContain(
      'see more: offhook run it.js --scenario "s" --set "X=a b" --untrusted --timeout 9s -v --sip-trace\n',
    );
  });

  it('-q: nothing but failures and the summary', async () => {
    const good = await runFiles(CALL, ['run', '-q', 'call.js']);
    expect(good.stdout).toMatch(/^1 scenario: 1 passed in \S+ m?s\n$/);
    const bad = await runFiles(MIXED, ['run', '-q', 'mixed.js', '--scenario', 'bad']);
    expect(bad.stdout).toContain(
      'the <text>: does not hold [E_ASSERT]\n      expected: equals "x"\n',
    );
    expect(bad.stdout).not.toContain('passed');
  });

  it('-v: every event, with its place', async () => {
    const { stdout } = await runFiles(CALL, ['run', '-v', 'call.js']);
    expect(stdout).toMatch(/^offhook \d+\.\d+\.\d+, baresip \d+\.\d+\.\d+: 1 scenario in 1 file\n/);
    expect(stdout).toMatch(/alice {2}dial\(bob\) {2}at call\.js:4:1\n/);
    expect(stdout).toMatch(/alice {2}dial took \d+/);
    expect(stdout).toMatch(/bob {4}stopped \(exit code 0\)\n/);
  });

  it('lists what failed at the end, and says whose fault it is', async () => {
    const args = ['run', 'mixed.js', '--reporter', 'console'];
    const { code, stdout } = await runFiles(MIXED, args, {
      env: { OFFHOOK_BARESIP: '/nowhere/baresip' },
    });
    const summary = stdout.slice(stdout.lastIndexOf('\nfailed:\n'));
    expect(summary).toMatch(/^ {2}mixed\.js:3 {2}bad$/m);
    expect(summary).toMatch(/^ {2}mixed\.js:5 {2}ours$/m);
    expect(summary).toMatch(/^4 scenarios: 1 passed, 1 failed, 1 errored, 1 skipped in/m);
    expect(code).toBe(1);
  });

  it('colours when asked for, never against NO_COLOR', async () => {
    const run = (env: Record<string, string | undefined>, ...args: string[]) =>
      runFiles({ 'it.js': 'assert(1).equals(1);' }, ['run', 'it.js', ...args], { env });
    const forced = { NO_COLOR: undefined, FORCE_COLOR: '1' };
    expect((await run(forced)).stdout).toMatch(ESCAPE);
    expect((await run(forced, '--no-color')).stdout).not.toMatch(ESCAPE);
    expect((await run({ ...forced, NO_COLOR: '1' })).stdout).not.toMatch(ESCAPE);
  });

  it('what a script logs cannot steer the terminal', async () => {
    const { stdout } = await runFiles(
      { 'it.js': String.raw`assert(1).equals(1); log('\x1b[2J\x07gone');` },
      ['run', 'it.js'],
    );
    expect(stdout).not.toMatch(ESCAPE);
    expect(stdout).toContain('gone');
  });
});

it('a log is a list; in GitHub Actions with annotations, and a job summary that is added to', async () => {
  let summary = '';
  const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: 'sum.md' };
  const files = { 'suite.js': MIXED['mixed.js'].replace('ours', 'rings'), 'sum.md': 'before\n' };
  const { code, stdout } = await runFiles(files, ['run', 'suite.js'], {
    env: { ...env, OFFHOOK_BARESIP: '/nowhere/baresip' },
    after: async (folder) => {
      summary = await readFile(join(folder, 'sum.md'), 'utf8');
    },
  });
  expect(stdout).toMatch(/^✓ suite\.js › good {2}\S+ m?s\n✗ suite\.js › bad {2}failed in /);
  expect(stdout).toMatch(
    /\n::error file=suite\.js,line=3,col=\d+,title=suite\.js › bad::the <text>/,
  );
  expect(stdout).toMatch(/\n- suite\.js › left out {2}skipped: not yet\n/);
  expect(stdout).toMatch(/\n\nsuite\.js › bad\n[^]*\n4 scenarios: [^\n]*\n$/);
  expect(summary).toMatch(/^before\n## Offhook[^]*<b>suite\.js › bad<\/b>/);
  expect(code).toBe(1);
});

it('where a coding assistant runs it, few words; a reporter that is named wins', async () => {
  const env = { CLAUDECODE: '1', OFFHOOK_BARESIP: '/nowhere/baresip' };
  const brief = await runFiles(MIXED, ['run', 'mixed.js'], { env });
  expect(brief.stdout).toMatch(/^failed: mixed\.js › bad\n/);
  const tap = await runFiles(MIXED, ['run', 'mixed.js', '--reporter', 'tap'], { env });
  expect(tap.stdout).toMatch(/^TAP version 14\nok 1 - mixed\.js › good\n[^]*\n1\.\.4\n$/);
  expect([brief.code, tap.code]).toEqual([1, 1]);
});

const schema = JSON.parse(
  readFileSync(new URL('../schema/run-event.schema.json', import.meta.url), 'utf8'),
) as object;
const ajv = new Ajv({ strict: true, allowUnionTypes: true });
const validate = ajv.compile(schema);

describe.concurrent('--json', () => {
  it.each([
    { what: 'a call with every message', files: CALL, args: ['call.js', '--sip-trace=trace.txt'] },
    { what: 'a failure', files: REFUSED, args: ['refused.js'] },
    { what: 'all verdicts', files: MIXED, args: ['mixed.js', '--baresip', '/nowhere/baresip'] },
  ])('$what: each line is an event of the schema', async ({ files, args }) => {
    const { stdout, stderr } = await runFiles(files, ['run', '--json', ...args]);
    const events = eventsOf(stdout);
    const wrong = events.filter((event) => !validate(event));
    expect(wrong).toEqual([]);
    expect(events[0]).toMatchObject({
      ...{ type: 'run_started', format: 1 },
      host: { name: hostname(), platform: process.platform, node: process.versions.node },
    });
    expect(events.at(-1)).toMatchObject({ type: 'run_finished' });
    const times = events.map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(stderr).toBe('');
  });
});

describe.concurrent('junit', () => {
  it('is well-formed XML with one case for each scenario', async () => {
    let xml = '';
    await runFiles(MIXED, ['run', 'mixed.js', '--reporter', 'junit=out/ci/out.xml'], {
      env: { OFFHOOK_BARESIP: '/nowhere/baresip' },
      after: async (folder) => {
        xml = await readFile(join(folder, 'out/ci/out.xml'), 'utf8');
      },
    });
    expect(openTags(xml)).toEqual([]);
    expect(xml).toMatch(/<testsuites[^>]* tests="4"[^>]* failures="1"[^>]* errors="1"/);
    expect([...xml.matchAll(/<testcase(?:[^>]*) name="([^"]*)"/g)].map(([, name]) => name)).toEqual(
      ['good', 'bad', 'left out', 'ours'],
    );
    expect(xml).toMatch(/<failure [^>]*message="the &lt;text&gt;: does not hold/);
    expect(xml).toMatch(/<error [^>]*type="E_BARESIP_MISSING"/);
    expect(xml).toContain('<skipped message="not yet"');
  });
});

/** Tags that are not closed, or not opened; a text that is not escaped is one of them. */
function openTags(xml: string): string[] {
  const open: string[] = [];
  const body = xml.replace(/^<\?xml[^>]*\?>/, '').replaceAll(/<!\[CDATA\[[^]*?\]\]>/g, '');
  for (const [tag, close, name = '', , empty] of body.matchAll(
    /<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|[<&](?!\w+;|#\d+;|#x[\da-f]+;)/gi,
  )) {
    if (name === '') open.push(tag);
    else if (close === '/') {
      if (open.at(-1) === name) open.pop();
      else open.push(tag);
    } else if (empty === '') open.push(name);
  }
  return open;
}

const LADDER =
  /alice +bob\n[^]*-- INVITE -+>\|[^]*<-+ 180 Ringing -+\|[^]*<-+ 200 \w+ -+\|[^]*-- ACK -+>\|[^]*-- BYE -+>\|[^]*<-+ 200 OK -+\|/;

describe.concurrent('SIP and logs', () => {
  it('--sip-trace: a ladder between the agents, on stdout', async () => {
    const { stdout } = await runFiles(CALL, ['run', 'call.js', '--sip-trace']);
    expect(stdout).toMatch(LADDER);
  });

  it('--sip-trace FILE and --logs FILE', async () => {
    let trace = '';
    let logs = '';
    const { stdout } = await runFiles(
      CALL,
      ['run', '--sip-trace', 'trace.txt', '--logs', 'logs.txt', 'call.js'],
      {
        after: async (folder) => {
          trace = await readFile(join(folder, 'trace.txt'), 'utf8');
          logs = await readFile(join(folder, 'logs.txt'), 'utf8');
        },
      },
    );
    expect(stdout).not.toContain('SIP of');
    expect(trace).toMatch(LADDER);
    expect(logs).toMatch(/^ +\d+\.\d{3}s {2}alice {4}> INVITE sip:bob@127/m);
    expect(logs).toMatch(/^ +\d+\.\d{3}s {2}bob {6}< INVITE sip:bob@127/m);
    expect(logs).toMatch(/alice {4}\| baresip is ready/);
  });

  it('--logs in front of a scenario goes to stderr', async () => {
    const { stdout, stderr } = await runFiles(CALL, ['run', '--logs', 'call.js']);
    expect(stderr).toMatch(/bob {6}> SIP\/2\.0 180 Ringing/);
    expect(stdout).toMatch(/^1 scenario: 1 passed/m);
  });

  it('through a server, the ladder names it', async () => {
    const source = `
      const to = { domain: env('SIP_DOMAIN'), outbound: env('SIP_PROXY') };
      const alice = agent('alice', { ...to, username: env('A_USER'), password: env('A_PASS') });
      alice.register();
      await_until(() => assert(alice.registered).is_true());`;
    const { stdout } = await runFiles({ 'it.js': source }, [
      'run',
      'it.js',
      '--lab',
      '--sip-trace',
      '--logs=logs.txt',
      '-v',
    ]);
    expect(stdout).toMatch(/alice +server\n[^]*- REGISTER -+>\|[^]*<-+ 401 [^]*<-+ 200 OK/);
    expect(stdout).not.toContain('pw-alice');
  });
});

it('a full disk below stdout is not a bug of ours', async () => {
  const { folder, leftovers } = await writeFiles({ 'it.js': "log('x');\nwait('1ms');\n" });
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, ['--', CLI_FILE, 'run', 'it.js'], {
    cwd: folder,
    env: { ...process.env, TMPDIR: leftovers.folder },
    stdio: ['ignore', full, 'pipe'],
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number];
  closeSync(full);
  await leftovers.assertNothingLeft();
  expect(stderr).toMatch(/^offhook: stdout: cannot be written: the disk is full\n/);
  expect(code).toBe(2);
});

it.each([
  { args: '--json', closed: 'stdout', fd: '>&-' },
  { args: '--reporter ndjson', closed: 'stdout', fd: '>&-' },
  { args: '--reporter console', closed: 'stdout', fd: '>&-' },
  { args: '--sip-trace', closed: 'stdout', fd: '>&-' },
  { args: '--logs', closed: 'stderr', fd: '2>&-' },
  { args: '--json --sip-trace', closed: 'stderr', fd: '2>&-' },
  { args: '--reporter junit=/dev/full', closed: 'output file "/dev/full"', fd: '' },
  { args: '', closed: undefined, fd: '>&-' },
])('a report that cannot be written: $args $fd', async ({ args, closed, fd }) => {
  const { folder, leftovers } = await writeFiles({ 'it.js': "wait('1ms');\n" });
  const line = `"$0" -- "$1" run it.js ${args} ${fd}`;
  const child = spawn('sh', ['-c', line, process.execPath, CLI_FILE], {
    cwd: folder,
    env: { ...process.env, TMPDIR: leftovers.folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdout.resume();
  const [code] = (await once(child, 'close')) as [number];
  await leftovers.assertNothingLeft();
  expect(code).toBe(closed === undefined ? 0 : 2);
  if (closed === undefined || closed === 'stderr') expect(stderr).toBe('');
  else expect(stderr).toMatch(`offhook: ${closed}: cannot be written: `);
});

describe.concurrent('a reader that goes', () => {
  it.each(['-v', '--json'])(
    'is not an error with %s, and the run goes on to its verdict',
    async (flag) => {
      const { folder, leftovers } = await writeFiles(REFUSED);
      const child = spawn(process.execPath, ['--', CLI_FILE, 'run', flag, 'refused.js'], {
        cwd: folder,
        env: { ...process.env, TMPDIR: leftovers.folder, NO_COLOR: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.stdout.once('data', () => child.stdout.destroy());
      const [code] = (await once(child, 'close')) as [number];
      await leftovers.assertNothingLeft();
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    },
  );

  it('a status line appears on no pipe', async () => {
    const text = await steer(
      { 'it.js': "wait('400ms');" },
      ['run', 'it.js'],
      async (cli) => (await cli.done).stdout,
    );
    expect(text).not.toContain('\r');
  });
});
