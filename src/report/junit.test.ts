import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OffhookError } from '../errors.js';
import type { Failure, RunEvent } from '../model/run-event.js';
import { audioAt, SampleRun, twoPartyCall } from '../testing/samples/sample-run.js';
import { JUnitReporter } from './junit.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'offhook-junit-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function report(events: readonly RunEvent[], name = 'report.xml'): Promise<string> {
  const file = join(folder, name);
  const reporter = new JUnitReporter({ file, cwd: folder });
  for (const event of events) reporter.on(event);
  expect(existsSync(file)).toBe(false);
  await reporter.close();
  const text = readFileSync(file, 'utf8');
  rmSync(file);
  expect(readdirSync(folder)).toEqual([]);
  checkWellFormed(text);
  return text;
}

const NAME = '[A-Za-z_][\\w.-]*';
const TOKEN = new RegExp(
  `<(${NAME})((?:\\s+${NAME}="(?:[^<&"]|&(?:amp|lt|gt|quot|#\\d+);)*")*)\\s*(/?)>|</(${NAME})>|((?:[^<&>]|&(?:amp|lt|gt|#\\d+);)+)`,
  'y',
);

/** Stricter than XML: accepts only the forms the reporter writes. */
function checkWellFormed(text: string): void {
  expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u);
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  expect(text.startsWith(declaration)).toBe(true);
  const open: string[] = [];
  TOKEN.lastIndex = declaration.length;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new Error(`not well-formed at: ${text.slice(from, from + 80)}`);
    if (match[4] !== undefined) expect(open.pop()).toBe(match[4]);
    else if (match[1] !== undefined && match[3] === '') open.push(match[1]);
  }
  expect(open).toEqual([]);
  if (hasXmllint()) execFileSync('xmllint', ['--noout', '-'], { input: text });
}

let xmllint: boolean | undefined;
function hasXmllint(): boolean {
  if (xmllint !== undefined) return xmllint;
  try {
    execFileSync('xmllint', ['--version'], { stdio: 'ignore' });
    xmllint = true;
  } catch {
    xmllint = false;
  }
  return xmllint;
}

function mixedRun(): SampleRun {
  const run = twoPartyCall(new SampleRun().begin(4, 2));
  return run
    .scenario('suite.js', 'is <refused> & "gone"', 'slow')
    .after(1500)
    .log('before\nand after')
    .finish('failed', [
      {
        code: 'E_ASSERT',
        phase: 'body',
        message: 'assert(alice.state): does not equal Established: was Idle',
        hint: 'look again',
        expected: 'Established',
        actual: 'Idle',
        at: { file: '/x/suite.js', line: 3, column: 1 },
      },
      {
        code: 'E_CALL_STATE',
        phase: 'teardown',
        message: 'agent "alice": cannot hang up: no call',
      },
    ])
    .scenario('suite.js', 'later')
    .finish('skipped', [], 'not today')
    .scenario('suite.js', 'ours')
    .finish('errored', [
      { code: 'E_AGENT_START', phase: 'setup', message: 'agent "a": did not start' },
    ])
    .end();
}

test('a suite per file, a case per scenario', async () => {
  const run = mixedRun();
  expect(await report(run.events)).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="offhook" tests="4" failures="1" errors="1" time="1.623">
    <testsuite name="examples/two-party.js" tests="1" failures="0" errors="0" skipped="0" time="0.123" timestamp="2026-01-02T03:04:05">
    <testcase name="answered call" classname="examples/two-party.js" file="examples/two-party.js" time="0.123">
    <properties><property name="tag" value="smoke"/><property name="tag" value="call"/></properties>
    <system-out>  setup:
        0.040s  alice  started as sip:alice@127.0.0.1:10000
        0.080s  bob    started as sip:bob@127.0.0.1:10010
        0.080s  alice  register()
        0.091s  alice  registered (200 OK)
        0.100s         ✓ alice.registered is true (after 9 ms)
      body:
        0.100s  alice  dial(bob)
        0.105s  bob    ringing from alice
        0.105s  alice  ringing (180 Ringing)
        0.107s         ✓ bob.state equals State.Ringing (after 2 ms)
        0.107s  bob    accept()
        0.114s  alice  established
        0.114s  bob    established
        0.118s         ✓ alice.state equals State.Established (after 4 ms)
        0.118s         log: call is up
        0.118s         ▸ hang up
        0.118s  alice    hangup()
        0.121s  alice    ended by local: bye
        0.123s  bob      ended by remote: bye
        0.123s           ✓ bob.state equals Idle
    </system-out>
    </testcase>
    </testsuite>
    <testsuite name="suite.js" tests="3" failures="1" errors="1" skipped="1" time="1.500" timestamp="2026-01-02T03:04:05">
    <testcase name="is &lt;refused&gt; &amp; &quot;gone&quot;" classname="suite.js" file="suite.js" line="3" time="1.500">
    <properties><property name="tag" value="slow"/></properties>
    <failure message="assert(alice.state): does not equal Established: was Idle" type="E_ASSERT">
        assert(alice.state): does not equal Established: was Idle [E_ASSERT]
          hint: look again
          at /x/suite.js:3:1

        additional failure in teardown:
        agent "alice": cannot hang up: no call [E_CALL_STATE]
    </failure>
    <system-out>    1.500s         log: before
                       and after
    </system-out>
    </testcase>
    <testcase name="later" classname="suite.js" file="suite.js" time="0.000">
    <skipped message="not today"/>
    </testcase>
    <testcase name="ours" classname="suite.js" file="suite.js" time="0.000">
    <error message="agent &quot;a&quot;: did not start" type="E_AGENT_START">
        in setup, which runs once for each scenario:
        agent "a": did not start [E_AGENT_START]
    </error>
    </testcase>
    </testsuite>
    </testsuites>
    "
  `);
});

test('valid XML, whatever scripts and peers say', async () => {
  const evil = '\u0000\u0008\u001b[31m ]]> <![CDATA[ &amp; &#0; \ud800 \udc00 \ufffe 😀 "\' \t\r\n';
  const run = new SampleRun().begin(1);
  run
    .scenario(`f${evil}.js`, evil, evil)
    .log(evil)
    .verb('alice', 'dial', evil)
    .agent('alice', { type: 'warning', text: evil })
    .finish('failed', [
      { code: 'E_ASSERT', phase: 'body', message: evil, hint: evil, actual: evil, codeFrame: evil },
    ])
    .scenario('g.js', 'skipped')
    .finish('skipped', [], evil)
    .end();
  expect(await report(run.events)).toContain('😀');
});

test('an empty run and one that broke off', async () => {
  expect(await report(new SampleRun().begin(0).end().events)).toContain('tests="0"');
  const run = new SampleRun().begin(2).scenario('a.js', 'one').after(250).log('here');
  const text = await report(run.events);
  expect(text).toContain('errors="1"');
  expect(text).toContain('type="E_INTERRUPTED"');
  expect(text).toContain('log: here');
});

test('a script that logs without end does not break the reader', async () => {
  const run = new SampleRun().begin(1).scenario('a.js', 'one');
  for (let i = 0; i < 400; i++) run.log('x'.repeat(1000));
  const text = await report(run.finish('passed').end().events);
  expect(text.length).toBeLessThan(300_000);
  expect(text).toMatch(/cut here: \d+ characters/);
});

test.each([
  ['missing/report.xml', 'folder ".*missing" does not exist'],
  ['.', 'it is a folder'],
])('%s is refused before the run', (name, seen) => {
  const open = (): unknown => new JUnitReporter({ file: join(folder, name) });
  expect(open).toThrow(OffhookError);
  expect(open).toThrow(new RegExp(`^output file ".*": cannot be written: ${seen}$`));
});

test('what does not run is skipped, with the reason', async () => {
  const base = { type: 'left_out', at: 0, tags: [] } as const;
  const xml = await report([
    { ...base, file: 'one.js', name: 'one', why: 'single', reason: 'a single-scenario file' },
    { ...base, file: 'b.js', name: 'b', why: 'only', reason: '"only" is set elsewhere' },
  ]);
  expect(xml).toContain('<testsuites name="offhook" tests="2" failures="0" errors="0" time=');
  expect(xml).toContain(
    '<testcase name="one" classname="one.js" file="one.js" time="0.000">\n<skipped message="a single-scenario file"/>',
  );
  expect(xml).toContain('<skipped message="&quot;only&quot; is set elsewhere"/>');
});

const DOWN: Failure = { code: 'E_ASSERT', phase: 'body', message: 'was Idle' };
const CRASH: Failure = { code: 'E_AGENT_CRASHED', phase: 'body', message: 'agent "a": SIGSEGV' };

test('retries: one case for a scenario, in the form of Surefire', async () => {
  const run = new SampleRun().begin(2, 1, { retries: 2 });
  run.scenario('a.js', 'down').log('first').failAndRetry(DOWN);
  run.again().log('second').finish('errored', [CRASH]);
  run.scenario('a.js', 'shaky').log('third').failAndRetry(DOWN);
  run.again().log('fourth').after(1000).finish('flaky').end();
  const xml = await report(run.events);
  expect(xml.slice(xml.indexOf('<testsuites'))).toMatchInlineSnapshot(`
    "<testsuites name="offhook" tests="2" failures="1" errors="0" time="1.000">
    <testsuite name="a.js" tests="2" failures="1" errors="0" skipped="0" time="1.000" timestamp="2026-01-02T03:04:05">
    <testcase name="down" classname="a.js" file="a.js" time="0.000">
    <failure message="was Idle" type="E_ASSERT">
        was Idle [E_ASSERT]
    </failure>
    <rerunError message="agent &quot;a&quot;: SIGSEGV" type="E_AGENT_CRASHED">
    <stackTrace>
        agent "a": SIGSEGV [E_AGENT_CRASHED]
    </stackTrace>
    <system-out>    0.000s         log: second
    </system-out>
    </rerunError>
    <system-out>    0.000s         log: first
    </system-out>
    </testcase>
    <testcase name="shaky" classname="a.js" file="a.js" time="1.000">
    <flakyFailure message="was Idle" type="E_ASSERT">
    <stackTrace>
        was Idle [E_ASSERT]
    </stackTrace>
    <system-out>    0.000s         log: third
    </system-out>
    </flakyFailure>
    <system-out>    0.000s         log: fourth
    </system-out>
    </testcase>
    </testsuite>
    </testsuites>
    "
  `);
});

test('cases stand in the order of the files, whatever finished first', async () => {
  const run = new SampleRun().begin(3).scenario('a.js', 'one').finish('passed');
  run.scenario('a.js', 'two').finish('passed').scenario('b.js', 'three').finish('passed');
  const xml = await report([...run.events].reverse());
  expect([...xml.matchAll(/<testcase name="(\w+)"/g)].map(([, name]) => name)).toEqual(
    'one two three'.split(' '),
  );
});

test('saved audio is an attachment, as Jenkins and GitLab read it', async () => {
  const run = new SampleRun().begin(1).scenario('a.js', 'one');
  for (const file of ['audio/one-1.wav', '/elsewhere/two.wav']) {
    run.push({ type: 'audio_saved', at: 1, scenario: run.id, ...audioAt('alice', 1, file) });
  }
  const xml = await report(run.finish('passed').end().events);
  expect(xml).toContain('\n[[ATTACHMENT|audio/one-1.wav]]\n[[ATTACHMENT|/elsewhere/two.wav]]\n');
});

test('a repeated scenario has a case for each time', async () => {
  const run = new SampleRun().begin(1, 1, { repeat: 2 }).scenario('a.js', 'one').finish('passed');
  const xml = await report(run.again().finish('failed', [DOWN]).end().events);
  expect(xml).toContain('<testcase name="one (attempt 1)"');
  expect(xml).toMatch(/<testcase name="one \(attempt 2\)".*>\n<failure message="was Idle"/);
});
