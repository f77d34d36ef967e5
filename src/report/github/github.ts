/**
 * GitHub Actions: an annotation for each scenario that failed, at once, so that a job that is cut off shows it, too;
 * at the end the job summary. What is flaky is a warning, never an error.
 */
import { appendFileSync, statSync } from 'node:fs';
import { formatMs } from '../../time.js';
import type { RunEvent, ScenarioId } from '../../model/run-event.js';
import { AgentNames } from '../lines/agent-names.js';
import { printFailures } from '../lines/failure.js';
import { outputError, type Output } from '../output.js';
import { KeptText, Page, palette } from '../lines/page.js';
import type { Reporter } from '../reporter.js';
import { isBad, Results, type ScenarioResult } from '../results.js';
import { joinMessages, seenMessage, type SeenMessage } from '../../story/sip-join.js';
import { countsText, sumOf } from '../console/summary.js';
import { count } from '../../story/printable.js';
import { annotation } from './annotations.js';
import { jobSummary, type Explained } from './job-summary.js';
import { sequenceDiagram } from './mermaid.js';

export interface GithubOptions {
  /** Where annotations go: a runner reads stdout and stderr. */
  output: Output;
  /** The file of the job summary (GITHUB_STEP_SUMMARY), which other steps write to as well. */
  summary?: string;
  /** Folder of the checkout: annotations name files below it. */
  root: string;
  /** Folder the run was started in: files of scenarios are relative to it. */
  cwd: string;
}

const MOST_SUMMARY_BYTES = 1024 * 1024;
const MOST_SLOWEST = 5;
const MOST_EXPLAINED = 50;
const MOST_MESSAGES = 500;

export class GithubReporter implements Reporter {
  readonly ignores = new Set(['agent_log', 'agent_config', 'source'] as const);
  readonly #options: GithubOptions;
  readonly #results = new Results();
  readonly #names = new AgentNames();
  /** The messages of scenarios that run; the key is the id of the attempt. */
  readonly #seen = new Map<string, SeenMessage[]>();
  readonly #failed: Explained[] = [];
  readonly #warnings = new Set<string>();
  #isRetried = false;
  #title = 'the run broke off';

  constructor(options: GithubOptions) {
    this.#options = options;
  }

  on(event: RunEvent): void {
    this.#results.on(event);
    switch (event.type) {
      case 'run_started':
        this.#names.take(event);
        this.#isRetried = event.retries !== undefined;
        return;
      case 'scenario_started':
      case 'file_part_started':
        this.#seen.set(event.scenario.id, []);
        return;
      case 'agent':
        this.#names.take(event);
        return;
      case 'sip': {
        const seen = this.#seen.get(event.scenario);
        if (seen === undefined) return;
        seen.push(seenMessage(event));
        if (seen.length > 2 * MOST_MESSAGES) seen.splice(0, MOST_MESSAGES);
        return;
      }
      case 'warning':
        if (event.aside !== true) this.#warnings.add(event.text);
        return;
      case 'scenario_finished':
        this.#finished(event.scenario, event.retried === true);
        return;
      case 'file_part_finished':
        this.#finished(event.scenario, false);
        return;
      case 'run_finished': {
        const counts = countsText(event.counts, this.#isRetried, this.#results.failedParts);
        this.#title = `${count(sumOf(event.counts), 'scenario')}: ${counts} in ${formatMs(event.ms)}`;
        return;
      }
      default:
        return;
    }
  }

  close(): Promise<void> {
    const { summary } = this.#options;
    if (summary === undefined) return Promise.resolve();
    try {
      const there = statSync(summary, { throwIfNoEntry: false })?.size ?? 0;
      const room = MOST_SUMMARY_BYTES - there - 1;
      if (room > 1000) appendFileSync(summary, this.#summary(room));
    } catch (error) {
      return Promise.reject(outputError(summary, error));
    }
    return Promise.resolve();
  }

  #finished(scenario: ScenarioId, isRetried: boolean): void {
    const seen = this.#seen.get(scenario.id) ?? [];
    this.#seen.delete(scenario.id);
    const result = this.#results.of(scenario);
    if (result === undefined || isRetried) return;
    const { output, root, cwd } = this.#options;
    if (result.verdict === 'flaky') {
      const first = result.earlier[0]?.failures[0];
      const text = `passed on attempt ${scenario.attempt}; at first: ${first?.message ?? 'unknown'}`;
      output.write(annotation('warning', scenario, first, text, { root, cwd }));
    } else if (isBad(result.verdict)) {
      const [first] = result.failures;
      const hint = first?.hint === undefined ? '' : `\nhint: ${first.hint}`;
      const text = (first?.message ?? result.verdict) + hint;
      output.write(annotation('error', scenario, first, text, { root, cwd }));
      this.#keep(result, seen);
    }
  }

  #keep(result: ScenarioResult, seen: readonly SeenMessage[]): void {
    if (this.#failed.length >= MOST_EXPLAINED) {
      this.#failed.push({ result, text: result.failures[0]?.message ?? '', diagram: undefined });
      return;
    }
    const kept = new KeptText(64 * 1024);
    const page = new Page(kept.write, palette(0));
    printFailures({ page, names: this.#names, cwd: this.#options.cwd }, result.failures);
    const arrows = joinMessages(seen, (address) => this.#names.at(address));
    this.#failed.push({ result, text: kept.text, diagram: sequenceDiagram(arrows) });
  }

  #summary(room: number): string {
    const all = this.#results.all();
    const slowest = [...all].sort((a, b) => b.ms - a.ms).slice(0, MOST_SLOWEST);
    return jobSummary(
      {
        title: this.#title,
        failed: [...this.#failed].sort((a, b) => a.result.scenario.order - b.result.scenario.order),
        flaky: all.filter(({ verdict }) => verdict === 'flaky'),
        slowest: all.length > MOST_SLOWEST ? slowest : [],
        warnings: [...this.#warnings],
      },
      room,
    );
  }
}
