import { Parser } from 'tap-parser';
import { expect, test } from 'vitest';
import { SampleRun } from '../testing/samples/sample-run.js';
import { sampleSuite, written } from '../testing/samples/sample-suite.js';
import { TapReporter } from './tap.js';

const tap = (run: SampleRun) => written((output) => new TapReporter({ output }), run);

/** Parses the text with a TAP parser that is not ours. */
function parsed(text: string): {
  points: Record<string, unknown>[];
  wrong: unknown[];
  end: Parser;
} {
  const parser = new Parser();
  const points: Record<string, unknown>[] = [];
  const wrong: unknown[] = [];
  parser.on('assert', (point) => points.push(point as unknown as Record<string, unknown>));
  parser.on('extra', (line) => wrong.push(line));
  parser.end(text);
  return { points, wrong, end: parser };
}

test('each scenario is a test point, failures with what is known of them', async () => {
  const { points, wrong, end } = parsed(await tap(sampleSuite()));
  expect(wrong).toEqual([]);
  expect(end.results).toMatchObject({ count: 5, pass: 3, fail: 2, skip: 1, failures: [{}, {}] });
  expect(points.map(({ ok, name }) => `${String(ok)} ${String(name)}`)).toEqual([
    'true call.js › answered',
    'false call.js › rings # 1',
    'true call.js › shaky',
    'true late.js › later',
    'false late.js › ours',
  ]);
  expect(points[1]).toMatchObject({
    time: 4900,
    diag: {
      verdict: 'failed',
      attempts: 2,
      code: 'E_AWAIT_TIMEOUT',
      at: { file: '/home/me/tests/call.js', line: 12, column: 3 },
      expected: 'Ringing',
      actual: 'Idle',
    },
  });
  expect(points[2]).toMatchObject({ diag: { verdict: 'flaky', code: 'E_ASSERT' } });
  expect(points[3]).toMatchObject({ skip: 'not today' });
});

test('whatever a script says stays within its place', async () => {
  const evil = 'x\nnot ok 7 # TODO \\ ---\n  ...\nBail out! \u001b[2J "q": {';
  const run = new SampleRun().begin(1).scenario('a.js', evil);
  run.finish('failed', [{ code: 'E_ASSERT', phase: 'body', message: evil, hint: evil }]).end();
  const { points, wrong, end } = parsed(await tap(run));
  expect(wrong).toEqual([]);
  expect(end.results).toMatchObject({ count: 1, fail: 1, todo: 0, bailout: false });
  expect(points[0]).toMatchObject({ diag: { message: evil, hint: evil } });
});

test('a run that is not whole bails out', async () => {
  const cut = new SampleRun().begin(2).scenario('a.js', 'one').finish('passed');
  expect(parsed(await tap(cut)).end.results).toMatchObject({ ok: false });
  const stopped = new SampleRun().begin(2).end({ interrupted: true });
  expect(parsed(await tap(stopped)).end.results).toMatchObject({ bailout: 'interrupted' });
});
