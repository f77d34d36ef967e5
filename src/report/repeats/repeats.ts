/**
 * What a run with --repeat tells of its scenarios: how often each passed, at which line it failed and how long that took,
 * and where the events of an attempt that passed and of one that failed part.
 */
import { formatMs } from '../../time.js';
import type { Failure, RunEvent, ScenarioId } from '../../model/run-event.js';
import type { AgentNames } from '../lines/agent-names.js';
import type { Page } from '../lines/page.js';
import { isBad } from '../results.js';
import { count, oneLine } from '../../story/printable.js';
import { scenarioTitle } from '../../story/scenario-title.js';
import { clockTime, cut, padTo, shownPath } from '../text.js';
import { agentEventText } from '../../story/wording.js';
import { divergence, latest, type Mark } from '../../story/divergence.js';

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

interface Kept {
  attempt: number;
  marks: readonly Mark[];
}

interface Tries {
  scenario: ScenarioId;
  passed: number;
  /** Failures of the same place and code are alike; kindOf makes the key. */
  failed: Map<string, { first: Failure; ms: number[]; actual: string[] }>;
  /** The first attempts of each kind. */
  good?: Kept;
  bad?: Kept;
}

/** The most marks kept of an attempt: more are not needed to find where attempts part, and a scenario may run for hours. */
const MOST_MARKS = 500;
const ROWS_BEFORE = 3;
const ROWS_AFTER = 4;
const WIDEST_COLUMN = 60;

export class Repeats {
  readonly #names: AgentNames;
  readonly #running = new Map<string, { startedAt: number; marks: Mark[] }>();
  readonly #tries = new Map<string, Tries>();
  #times = 1;

  constructor(names: AgentNames) {
    this.#names = names;
  }

  on(event: RunEvent): void {
    if (event.type === 'run_started') this.#times = event.repeat ?? 1;
    if (this.#times === 1) return;
    switch (event.type) {
      case 'scenario_started':
        this.#running.set(event.scenario.id, { startedAt: event.at, marks: [] });
        return;
      case 'agent':
        this.#mark(event, event.entry.agent, agentEventText(event.entry.event, this.#names));
        return;
      case 'verb_finished':
        if (event.error !== undefined) {
          this.#mark(event, event.agent ?? '', `✗ ${event.verb} failed`);
        }
        return;
      case 'scenario_finished':
        this.#finished(event);
        return;
      default:
        return;
    }
  }

  /** Nothing without --repeat. */
  print(page: Page, cwd: string): void {
    if (this.#times === 1 || this.#tries.size === 0) return;
    const all = [...this.#tries.values()].sort((a, b) => a.scenario.order - b.scenario.order);
    const unsteady = all.filter(({ failed }) => failed.size > 0);
    const { bold, good } = page.palette;
    page.line(`repeated ${this.#times} times:`, { style: bold });
    for (const tries of unsteady) this.#printTries(page, tries, cwd);
    const steady = all.length - unsteady.length;
    if (steady > 0) {
      page.line(`${count(steady, 'scenario')} passed each time`, { indent: 2, style: good });
    }
    page.blank();
  }

  #mark(event: EventOf<'agent' | 'verb_finished'>, agent: string, text: string): void {
    const running = this.#running.get(event.scenario);
    if (running === undefined || running.marks.length >= MOST_MARKS || text === '') return;
    running.marks.push({ agent, text: oneLine(text), at: event.at - running.startedAt });
  }

  #finished({ scenario, verdict, failures, ms }: EventOf<'scenario_finished'>): void {
    const marks = this.#running.get(scenario.id)?.marks ?? [];
    this.#running.delete(scenario.id);
    const tries: Tries = this.#tries.get(scenario.key) ?? {
      scenario,
      passed: 0,
      failed: new Map(),
    };
    this.#tries.set(scenario.key, tries);
    const kept = { attempt: scenario.attempt, marks };
    if (verdict === 'passed') {
      tries.passed += 1;
      tries.good ??= kept;
    }
    const [first] = failures;
    if (!isBad(verdict) || first === undefined) return;
    tries.bad ??= kept;
    const kind = kindOf(first);
    const alike = tries.failed.get(kind) ?? { first, ms: [], actual: [] };
    alike.ms.push(ms);
    if (first.actual !== undefined) alike.actual.push(first.actual);
    tries.failed.set(kind, alike);
  }

  #printTries(page: Page, tries: Tries, cwd: string): void {
    const { bad, warn, dim } = page.palette;
    const kinds = [...tries.failed.values()].sort((a, b) => b.ms.length - a.ms.length);
    const failed = kinds.reduce((sum, { ms }) => sum + ms.length, 0);
    const isMixed = tries.passed > 0;
    const what = `failed ${failed} of ${failed + tries.passed} times: ${scenarioTitle(tries.scenario)}`;
    const style = isMixed ? warn : bad;
    page.line(what, { indent: 2, lead: [[isMixed ? '~ ' : '✗ ', style]], style });
    for (const { first, ms, actual } of kinds) {
      const always = kinds.length === 1 ? 'always ' : `${ms.length} times `;
      const place =
        first.at === undefined ? '' : `${shownPath(first.at.file, cwd)}:${first.at.line}: `;
      const values = spreadOf(
        actual.map(Number).filter((one) => !Number.isNaN(one)),
        String,
      );
      const seen = values === undefined ? '' : ` (seen: ${values})`;
      page.line(`${always}${place}${oneLine(first.message)}${seen}`, { indent: 6 });
      page.line(`after ${spreadOf(ms, formatMs) ?? ''}`, { indent: 6, style: dim });
    }
    if (tries.good !== undefined && tries.bad !== undefined) {
      printDifference(page, tries.good, tries.bad);
    }
  }
}

/** @returns place and code: what a repeated scenario fails with again and again is one kind */
export function kindOf({ code, at }: Failure): string {
  return `${code} ${at?.file ?? ''}:${at?.line ?? ''}`;
}

/** "1.9 s to 2.4 s"; undefined without a value. */
function spreadOf(values: readonly number[], shown: (value: number) => string): string | undefined {
  if (values.length === 0) return undefined;
  const [least, most] = [shown(Math.min(...values)), shown(Math.max(...values))];
  return least === most ? least : `${least} to ${most}`;
}

function printDifference(page: Page, good: Kept, bad: Kept): void {
  const { dim, bold } = page.palette;
  const at = divergence(good.marks, bad.marks);
  if (at === undefined) {
    const late = latest(good.marks, bad.marks);
    const text =
      late === undefined
        ? 'no events of agents to compare'
        : `the same events in both; furthest apart: ${late.mark.agent} ${late.mark.text}, after ${formatMs(late.mark.at)} where it passed, ${formatMs(late.otherAt)} where it failed`;
    page.line(text, { indent: 6, style: dim });
    return;
  }
  page.line(`first different event (of ${oneLine(at.agent)}):`, { indent: 6, style: dim });
  const column = Math.min(WIDEST_COLUMN, Math.floor((page.columns - 12) / 2));
  const row = (left: string, right: string, mark = ' '): string =>
    `${padTo(cut(left, column), column)} ${mark} ${cut(right, column)}`;
  const title = row(`passed (attempt ${good.attempt})`, `failed (attempt ${bad.attempt})`);
  page.line(title, { indent: 6, style: bold, wrapped: false });
  for (let step = -ROWS_BEFORE; step <= ROWS_AFTER; step += 1) {
    const left = textAt(good.marks, at.passed + step);
    const right = textAt(bad.marks, at.failed + step);
    if (left === '' && right === '') continue;
    page.line(row(left, right, step === 0 ? '≠' : '│'), { indent: 6, wrapped: false });
  }
}

function textAt(marks: readonly Mark[], index: number): string {
  const mark = marks[index];
  return mark === undefined ? '' : `${clockTime(mark.at)} ${mark.agent} ${mark.text}`;
}
