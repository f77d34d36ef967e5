/** Everything that a person or an assistant needs to find the cause of a failure without the page. */
import { formatMs } from '../../time.js';
import type { Failure } from '../../model/run-event.js';
import type { AttemptData } from '../../story/page-data.js';
import type { Story } from '../../story/story.js';
import { codeFrame } from '../layout/code-frame.js';
import { shownPlace } from '../parts/code-frame.js';
import { page } from '../state/page.js';
import { againCommand } from './again.js';
import { rowText } from './row-text.js';

const AROUND = 6;

/** @param source of the file of the first failure */
export function assistantText(
  { scenario, verdict, ms }: AttemptData,
  story: Story,
  source: string | undefined,
): string {
  const { run } = page;
  return [
    `Phone-call test "${scenario.name}" of ${scenario.file}: ${verdict} after ${formatMs(ms)} (attempt ${scenario.attempt})`,
    `Offhook ${run.version}, baresip ${run.baresip ?? 'unknown'}, Node.js ${run.host.node}, ${run.host.platform} ${run.host.arch}`,
    `Run it again: ${againCommand(scenario)}`,
    ...story.failures.map((failure, index) =>
      failureText(failure, index === 0 ? source : undefined),
    ),
    ['Call flow (seconds since the attempt began):', ...flowLines(story)].join('\n'),
  ].join('\n\n');
}

function failureText(failure: Failure, source: string | undefined): string {
  const { code, message, expected, actual, hint, at, phase } = failure;
  return [
    `Failure in ${phase} [${code}]: ${message}`,
    ...(expected === undefined ? [] : [`  expected: ${expected}`]),
    ...(actual === undefined ? [] : [`  seen:     ${actual}`]),
    ...(hint === undefined ? [] : [`  hint: ${hint}`]),
    ...(at === undefined ? [] : [`  at ${shownPlace(at)}:${at.column}`]),
    ...(at === undefined || source === undefined ? [] : ['', ...frameLines(source, at.line)]),
  ].join('\n');
}

function frameLines(source: string, line: number): string[] {
  return codeFrame(source, line, AROUND).map(
    ({ number, text, isMarked }) =>
      `${isMarked ? '>' : ' '} ${String(number).padStart(4)} | ${text}`,
  );
}

/** Rows before the failure and after it: all rows of a long call would hide its cause. */
const [BEFORE, AFTER] = [150, 20];

function flowLines(story: Story): string[] {
  const { rows } = story;
  const failure = rows.findIndex(({ kind }) => kind === 'failure');
  const end = failure < 0 ? rows.length : failure + AFTER;
  const from = Math.max(0, (failure < 0 ? rows.length : failure) - BEFORE);
  const left = from === 0 ? [] : [`earlier lines left out: ${from}`];
  const lines = rows.slice(from, end).flatMap((row) => {
    const text = rowText(row, story);
    return text === undefined ? [] : `${(row.at / 1000).toFixed(3).padStart(8)}  ${text}`;
  });
  return [...left, ...lines];
}
