/** The summary of a run as the Markdown of a GitHub job summary. */
import { formatMs } from '../../time.js';
import type { ScenarioResult } from '../results.js';
import { oneLine, plain } from '../../story/printable.js';
import { scenarioTitle } from '../../story/scenario-title.js';

export interface Explained {
  result: ScenarioResult;
  /** Its failures as text. */
  text: string;
  /** Its SIP messages as a Mermaid diagram. */
  diagram: string | undefined;
}

export interface SummaryParts {
  /** "24 scenarios: 20 passed, 4 failed in 5.2 s". */
  title: string;
  failed: readonly Explained[];
  flaky: readonly ScenarioResult[];
  slowest: readonly ScenarioResult[];
  warnings: readonly string[];
}

/** @param room bytes it may have: GitHub drops a summary that is larger. */
export function jobSummary(parts: SummaryParts, room: number): string {
  const { title, failed, flaky, slowest, warnings } = parts;
  const tail = [
    ...section('Flaky', flaky.map(flakyItem)),
    ...section('Slowest', slowest.map(slowItem)),
    ...section(
      'Warnings',
      warnings.map((text) => `- ${escaped(text)}`),
    ),
  ];
  const head = `## Offhook: ${escaped(title)}\n`;
  const end = fitted(tail, room / 2);
  const left = room - bytes(head) - bytes(end) - 200;
  const explained = fitted(section('Failed', failed.map(failedItem)), left);
  return `${head}\n${explained}${end}`;
}

/** @returns the text of as many items as there is room for, and how many more there are */
function fitted(items: readonly string[], room: number): string {
  let used = 0;
  let taken = 0;
  for (const item of items) {
    used += bytes(item) + 1;
    if (used > room) break;
    taken += 1;
  }
  const shown = items.slice(0, taken).map((item) => `${item}\n`);
  const lost = items.length - taken;
  return shown.join('') + (lost === 0 ? '' : `\n… ${lost} more did not fit here\n`);
}

function section(title: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [`\n### ${title}\n`, ...items];
}

function failedItem({ result, text, diagram }: Explained): string {
  const { scenario, failures, earlier } = result;
  const times = earlier.length === 0 ? '' : ` (${earlier.length + 1} attempts)`;
  const why = escaped(failures[0]?.message ?? result.verdict);
  return [
    `<details><summary>✗ <b>${escaped(scenarioTitle(scenario))}</b>${times}: ${why}</summary>\n`,
    fenced('text', plain(text).replace(/^\n+|\n+$/g, '')),
    ...(diagram === undefined ? [] : ['', fenced('mermaid', diagram)]),
    '\n</details>\n',
  ].join('\n');
}

function flakyItem({ scenario, earlier }: ScenarioResult): string {
  const why = earlier[0]?.failures[0]?.message ?? 'unknown';
  const title = escaped(scenarioTitle(scenario));
  return `- ~ **${title}** passed on attempt ${scenario.attempt}; at first: ${escaped(why)}`;
}

function slowItem({ scenario, ms }: ScenarioResult): string {
  return `- ${formatMs(ms)} ${escaped(scenarioTitle(scenario))}`;
}

/** A fence that no line of the text can end. */
function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

/** Text that Markdown and HTML leave as it is. */
function escaped(text: string): string {
  return oneLine(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_~|[\]()#!@$:]/g, (char) => `&#${char.charCodeAt(0)};`);
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}
