import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Failure } from '../../model/run-event.js';
import { SampleRun, sipMessage } from '../../testing/samples/sample-run.js';
import { sampleSuite, written } from '../../testing/samples/sample-suite.js';
import { joinMessages } from '../../story/sip-join.js';
import { GithubReporter } from './github.js';
import { sequenceDiagram } from './mermaid.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'offhook-github-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const places = { root: '/home/me', cwd: '/home/me/tests' };

async function summaryOf(run: SampleRun, before = ''): Promise<string> {
  const summary = join(folder, 'summary.md');
  writeFileSync(summary, before);
  await written((output) => new GithubReporter({ output, summary, ...places }), run);
  return readFileSync(summary, 'utf8');
}

const annotations = (run: SampleRun) =>
  written((output) => new GithubReporter({ output, ...places }), run);

test('an error for each that failed, at once; a warning for what is flaky', async () => {
  expect(await annotations(sampleSuite())).toBe(
    '::error file=tests/call.js,line=12,col=3,title=call.js › rings # 1::await_until: condition did not hold: bob.state was Idle (waited 5000 ms)%0Ahint: check that bob is registered where alice dials\n' +
      '::warning file=tests/call.js,line=12,col=3,title=call.js › shaky is flaky::passed on attempt 2; at first: assert(alice.state): does not equal Established: was Idle\n' +
      '::error file=tests/late.js,title=late.js › ours::agent "a": SIGSEGV\n',
  );
});

test('nothing a script says is a command of its own', async () => {
  const evil = 'a,b::c%0A\n::error file=x::y\r##[error]';
  const run = new SampleRun().begin(1).scenario('a.js', evil);
  const text = await annotations(
    run.finish('failed', [{ code: 'E_ASSERT', phase: 'body', message: evil }]).end(),
  );
  expect(text.split('\n')).toHaveLength(2);
  expect(text).toContain('title=a.js › a%2Cb%3A%3Cc'.replace('%3Cc', '%3Ac'));
  expect(text).toContain('::a,b::c%250A%0A::error file=x::y%0D');
});

test('the summary: counts, failures with their ladder, flaky, warnings', async () => {
  expect(await summaryOf(sampleSuite(), '# before\n')).toMatchInlineSnapshot(`
    "# before
    ## Offhook: 5 scenarios&#58; 1 passed, 1 failed, 1 errored, 1 flaky, 1 skipped in 11 s


    ### Failed

    <details><summary>✗ <b>call.js › rings &#35; 1</b> (2 attempts): await&#95;until&#58; condition did not hold&#58; bob.state was Idle &#40;waited 5000 ms&#41;</summary>

    \`\`\`text
        await_until: condition did not hold (waited 5000 ms) [E_AWAIT_TIMEOUT]
          expected: Ringing
          seen:     Idle
          hint: check that bob is registered where alice dials
          at call.js:12:3
          from login lib/login.js:3:1

          11 | alice.dial(bob);
        > 12 | await_until(() => assert(bob.state).equals(State.Ringing));
             |   ^
          13 | bob.accept();

        last SIP messages and events of alice, bob:
                   alice                      bob
          0.091s     |-------- INVITE -------->|  sent 3 times until 1.591s
          1.600s     |<---- 404 Not Found -----|
          1.601s     * alice: ended by remote: rejected (404 Not Found)
    \`\`\`

    \`\`\`mermaid
    sequenceDiagram
      participant p0 as alice
      participant p1 as bob
      p0->>p1: INVITE
      p1-->>p0: 404 Not Found (INVITE)
    \`\`\`

    </details>

    <details><summary>✗ <b>late.js › ours</b>: agent "a"&#58; SIGSEGV</summary>

    \`\`\`text
        in setup, which runs once for each scenario:
        agent "a": SIGSEGV [E_AGENT_CRASHED]
    \`\`\`

    </details>


    ### Flaky

    - ~ **call.js › shaky** passed on attempt 2; at first: assert&#40;alice.state&#41;&#58; does not equal Established&#58; was Idle

    ### Warnings

    - "only" is set
    "
  `);
});

test('a summary stays below what GitHub takes, and says what is missing', async () => {
  const run = new SampleRun().begin(40);
  const long: Failure = { code: 'E_ASSERT', phase: 'body', message: 'x'.repeat(60_000) };
  for (let at = 0; at < 40; at += 1) run.scenario('a.js', `s${at}`).finish('failed', [long]);
  run.scenario('a.js', 'shaky').failAndRetry(long).again().finish('flaky');
  const text = await summaryOf(run.end());
  expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024);
  expect(text).toMatch(/… \d+ more did not fit here/);
  expect(text).toContain('### Flaky');
  const filled = await summaryOf(run, 'y'.repeat(1024 * 1024 - 100));
  expect(filled).toHaveLength(1024 * 1024 - 100);
});

test('Mermaid: a long ladder is cut, its texts cannot end a line', () => {
  const seen = Array.from({ length: 70 }, (_, cseq) => ({
    at: cseq,
    agent: 'al"ice; x',
    message: sipMessage({ cseq, code: 200, reason: 'OK; #1\nend' }),
  }));
  const diagram = sequenceDiagram(joinMessages(seen, () => 'bob')) ?? '';
  expect(diagram).toContain('participant p0 as al#34;ice#59; x\n');
  expect(diagram).toContain('Note over p0,p1: 10 messages before\n');
  expect(diagram).toContain('  p0-->>p1: 200 OK#59; #35;1 end (INVITE)');
  expect(diagram.split('\n')).toHaveLength(64);
  expect(sequenceDiagram([])).toBeUndefined();
});
