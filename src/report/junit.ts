/**
 * JUnit XML as Jenkins and GitLab read it: a testsuite per file, a testcase per scenario. Written at
 * the end in one go, so that nobody ever reads half a file; also when the run broke off. Its schema is junit-10.xsd of
 * Jenkins, and besides, as GitLab and pytest have it, `file`, `line` and `properties` of a testcase.
 */
import { basename, relative, resolve } from 'node:path';
import { formatMs } from '../time.js';
import type { RunEvent, ScenarioId } from '../model/run-event.js';
import { AgentNames } from './lines/agent-names.js';
import { printFailures } from './lines/failure.js';
import { outputError } from './output.js';
import { KeptText, Page, palette } from './lines/page.js';
import { isBad, Results, type AttemptResult, type ScenarioResult } from './results.js';
import type { Reporter } from './reporter.js';
import { ScenarioView } from './lines/scenario-view.js';
import { oneLine } from '../story/printable.js';
import { WallClock } from './wall-clock.js';
import { checkWritable, writeWhole } from './whole-file.js';
import { element, xmlText } from './xml.js';

interface JUnitOptions {
  file: string;
  /** Locations below this folder are shown relative to it. */
  cwd?: string;
}

/** A scenario that runs: what the console would show of it, and the files it left. */
interface Shown {
  view: ScenarioView;
  kept: KeptText;
  attachments: string[];
}

const COLOURLESS = palette(0);

export class JUnitReporter implements Reporter {
  readonly ignores = new Set(['sip', 'agent_log', 'agent_config', 'source'] as const);
  readonly #file: string;
  readonly #cwd: string;
  readonly #clock = new WallClock();
  readonly #names = new AgentNames();
  readonly #results = new Results();
  /** What of an attempt is shown; the key is its id. */
  readonly #shown = new Map<string, Shown>();
  readonly #outputs = new Map<string, string>();
  /** What setup_file and teardown_file of a file did; the key is the file. */
  readonly #onceOutputs = new Map<string, string>();
  readonly #leftOut: ScenarioResult[] = [];
  #isRepeated = false;
  #written = false;

  /** @throws OffhookError E_OUTPUT when the file cannot be written: before anything runs. */
  constructor(options: JUnitOptions) {
    this.#file = options.file;
    this.#cwd = options.cwd ?? '';
    checkWritable(options.file);
  }

  on(event: RunEvent): void {
    this.#results.on(event);
    switch (event.type) {
      case 'scenario_started':
      case 'file_part_started':
        this.#shown.set(event.scenario.id, this.#begin(event.scenario, event.at));
        return;
      case 'file_part_finished':
        if (event.failures.length === 0) this.#keepOutput(event.scenario);
        else this.#end(event.scenario.id);
        return;
      case 'scenario_finished':
        this.#end(event.scenario.id);
        return;
      case 'left_out':
        this.#leftOut.push(leftOutResult(event));
        return;
      case 'run_started':
        this.#names.take(event);
        this.#isRepeated = event.repeat !== undefined;
        this.#clock.on(event);
        return;
      case 'run_finished':
      case 'sip':
      case 'agent_log':
      case 'source':
        return;
      case 'audio_saved':
        this.#shown.get(event.scenario)?.attachments.push(this.#nearPath(event.file));
        break;
      case 'agent':
        this.#names.take(event);
        break;
      default:
        break;
    }
    if (event.scenario !== undefined) this.#shown.get(event.scenario)?.view.on(event);
  }

  close(): Promise<void> {
    if (this.#written) return Promise.resolve();
    this.#written = true;
    for (const id of this.#shown.keys()) this.#end(id);
    try {
      writeWhole(this.#file, this.#document());
    } catch (error) {
      return Promise.reject(outputError(this.#file, error));
    }
    return Promise.resolve();
  }

  #begin(scenario: ScenarioId, startedAt: number): Shown {
    const kept = new KeptText();
    const page = new Page(kept.write, COLOURLESS);
    const options = { verbose: false, cwd: this.#cwd };
    const view = new ScenarioView(page, this.#names, scenario, startedAt, options);
    return { view, kept, attachments: [] };
  }

  /** A setup_file or teardown_file that passed is no test case: its output goes to the suite of the file. */
  #keepOutput({ id, file }: ScenarioId): void {
    const output = this.#shown.get(id)?.kept.text ?? '';
    this.#shown.delete(id);
    this.#onceOutputs.set(file, (this.#onceOutputs.get(file) ?? '') + output);
  }

  #end(id: string): void {
    const shown = this.#shown.get(id);
    if (shown === undefined) return;
    this.#shown.delete(id);
    const files = shown.attachments.map((file) => `[[ATTACHMENT|${file}]]\n`);
    this.#outputs.set(id, shown.kept.text + files.join(''));
  }

  /** Returns a path below the folder the run was started in if possible: Jenkins and GitLab look for attachments there. */
  #nearPath(file: string): string {
    const near = relative(this.#cwd, resolve(this.#cwd, file));
    return near.startsWith('..') ? resolve(this.#cwd, file) : near;
  }

  #document(): string {
    const cases = [...this.#results.all(), ...this.#leftOut];
    const files = [...new Set(cases.map((one) => one.scenario.file))];
    const suites = files.map((file) =>
      this.#suite(
        file,
        cases.filter((one) => one.scenario.file === file),
      ),
    );
    const content = `\n${suites.join('\n')}\n`;
    // The schema of Jenkins does not know the attribute `skipped` of this element.
    const { skipped: _, ...inAll } = totals(cases);
    const total = element(
      'testsuites',
      { name: 'offhook', ...inAll },
      suites.length === 0 ? '' : content,
    );
    return `<?xml version="1.0" encoding="UTF-8"?>\n${total}\n`;
  }

  #suite(file: string, cases: readonly ScenarioResult[]): string {
    const startedAt = Math.min(...cases.map((one) => one.startedAt));
    const timestamp = this.#clock.time(startedAt).slice(0, 19);
    const output = this.#onceOutputs.get(file) ?? '';
    const once = output === '' ? [] : [element('system-out', {}, xmlText(output))];
    const content = [...cases.map((one) => this.#case(one)), ...once].join('\n');
    return element('testsuite', { name: file, ...totals(cases), timestamp }, `\n${content}\n`);
  }

  /**
   * Makes one case of all attempts of a scenario, in the form of Maven Surefire: if the scenario failed, its first attempt
   * is the failure, and later ones are reruns; if it passed in the end, the attempts before are flaky.
   */
  #case(one: ScenarioResult): string {
    const isRed = isBad(one.verdict);
    const shown = shownAttempt(one);
    const others = [...one.earlier, one].filter((other) => other.scenario !== shown.scenario);
    const { file, name, tags, attempt, id } = shown.scenario;
    const properties = tags.map((value) => element('property', { name: 'tag', value }));
    const output = this.#outputs.get(id) ?? '';
    const parts = [
      ...(properties.length === 0 ? [] : [element('properties', {}, properties.join(''))]),
      ...this.#result(shown),
      ...others.map((other) => this.#other(isRed ? 'rerun' : 'flaky', other)),
      ...(output === '' ? [] : [element('system-out', {}, xmlText(output))]),
    ];
    const attributes = {
      name: this.#isRepeated ? `${name} (attempt ${attempt})` : name,
      classname: file,
      file,
      line: lineOf(shown),
      time: seconds(shown.ms),
    };
    return element('testcase', attributes, parts.length === 0 ? '' : `\n${parts.join('\n')}\n`);
  }

  /**
   * At most one failure or error per testcase: readers take only the first; its text lists the others, too.
   */
  #result(one: AttemptResult): string[] {
    switch (one.verdict) {
      case 'passed':
      case 'flaky':
        return [];
      case 'skipped':
        return [
          element('skipped', { message: one.skipReason === '' ? undefined : one.skipReason }),
        ];
      case 'failed':
        return [element('failure', reasonOf(one), this.#explained(one))];
      case 'errored':
        return [element('error', reasonOf(one), this.#explained(one))];
      case 'unfinished':
        return [element('error', reasonOf(one))];
    }
  }

  /** Makes the element for an attempt other than the one that the case shows. */
  #other(kind: 'rerun' | 'flaky', one: AttemptResult): string {
    const output = this.#outputs.get(one.scenario.id) ?? '';
    const parts = [
      element('stackTrace', {}, this.#explained(one)),
      ...(output === '' ? [] : [element('system-out', {}, xmlText(output))]),
    ];
    const what = one.verdict === 'failed' ? 'Failure' : 'Error';
    return element(`${kind}${what}`, reasonOf(one), `\n${parts.join('\n')}\n`);
  }

  #explained(one: AttemptResult): string {
    const kept = new KeptText();
    const page = new Page(kept.write, COLOURLESS);
    printFailures({ page, names: this.#names, cwd: this.#cwd }, one.failures);
    return xmlText(kept.text);
  }
}

/** The attempt that stands for its scenario. */
function shownAttempt(one: ScenarioResult): AttemptResult {
  return isBad(one.verdict) ? (one.earlier[0] ?? one) : one;
}

/** Where it failed, unless that is in a file beside the scenario's own. */
function lineOf({ scenario, failures }: AttemptResult): number | undefined {
  const at = failures[0]?.at;
  const isOwn = at !== undefined && basename(at.file) === basename(scenario.file);
  return isOwn ? at.line : undefined;
}

function reasonOf({ verdict, failures, ms }: AttemptResult): { message?: string; type: string } {
  if (verdict === 'unfinished') {
    const message = `the run broke off after ${formatMs(ms)} of this scenario`;
    return { message, type: 'E_INTERRUPTED' };
  }
  const first = failures[0];
  return first === undefined
    ? { type: verdict }
    : { message: oneLine(first.message), type: first.code };
}

/** A scenario that does not run is skipped, with the reason: a report must not look as if it were not there. */
function leftOutResult(event: Extract<RunEvent, { type: 'left_out' }>): ScenarioResult {
  const { at, file, name, tags, reason } = event;
  return {
    scenario: { id: '', key: '', attempt: 1, order: Infinity, file, name, tags },
    startedAt: at,
    ms: 0,
    verdict: 'skipped',
    skipReason: reason,
    failures: [],
    earlier: [],
  };
}

function totals(cases: readonly ScenarioResult[]): Record<string, string | number> {
  const number = (...verdicts: ScenarioResult['verdict'][]): number =>
    cases.filter((one) => verdicts.includes(shownAttempt(one).verdict)).length;
  return {
    tests: cases.length,
    failures: number('failed'),
    errors: number('errored', 'unfinished'),
    skipped: number('skipped'),
    time: seconds(cases.reduce((sum, one) => sum + one.ms, 0)),
  };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
