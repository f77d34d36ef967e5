/**
 * JUnit XML as Jenkins and GitLab read it: a testsuite per file, a testcase per scenario. Written at
 * the end in one go, so that nobody ever reads half a file; also when the run broke off.
 */
import { accessSync, constants, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, basename } from 'node:path';
import { formatMs } from '../time.js';
import type { Failure, RunEvent, ScenarioId, Verdict } from '../model/run-event.js';
import { AgentNames } from './agent-names.js';
import { printFailures } from './failure.js';
import { outputError } from './output.js';
import { Page, palette } from './page.js';
import type { Reporter } from './reporter.js';
import { ScenarioView } from './scenario-view.js';
import { oneLine } from './text.js';
import { WallClock } from './wall-clock.js';
import { element, xmlText } from './xml.js';

interface JUnitOptions {
  file: string;
  /** Locations below this folder are shown relative to it. */
  cwd?: string;
}

interface TestCase {
  scenario: Pick<ScenarioId, 'file' | 'name' | 'tags'>;
  startedAt: number;
  ms: number;
  verdict: Verdict | 'unfinished';
  skipReason?: string | undefined;
  failures: readonly Failure[];
  output: string;
}

type FinishedEvent = Extract<RunEvent, { type: 'scenario_finished' | 'file_part_finished' }>;

interface Running {
  view: ScenarioView;
  startedAt: number;
  lines: string[];
  chars: number;
}

/** CI servers load the whole file: a scenario that logs without end must not break them. */
const MOST_OUTPUT_CHARS = 256 * 1024;
const COLOURLESS = palette(0);

export class JUnitReporter implements Reporter {
  readonly ignores = new Set(['sip', 'agent_log', 'agent_config'] as const);
  readonly #file: string;
  readonly #cwd: string;
  readonly #clock = new WallClock();
  readonly #names = new AgentNames();
  readonly #running = new Map<string, Running>();
  readonly #cases: TestCase[] = [];
  readonly #leftOut: TestCase[] = [];
  /** By file: what setup_file and teardown_file did. */
  readonly #outputs = new Map<string, string>();
  #lastAt = 0;
  #written = false;

  /** @throws OffhookError E_OUTPUT when the file cannot be written: before anything runs. */
  constructor(options: JUnitOptions) {
    this.#file = options.file;
    this.#cwd = options.cwd ?? '';
    checkWritable(options.file);
  }

  on(event: RunEvent): void {
    this.#lastAt = event.at;
    switch (event.type) {
      case 'scenario_started':
      case 'file_part_started':
        this.#running.set(event.scenario.id, this.#start(event.scenario, event.at));
        return;
      case 'scenario_finished':
      case 'file_part_finished':
        this.#finish(event);
        return;
      case 'left_out':
        this.#leftOut.push(leftOutCase(event));
        return;
      case 'run_started':
        this.#clock.on(event);
        return;
      case 'run_finished':
      case 'sip':
      case 'agent_log':
        return;
      case 'agent':
        if (event.entry.event.type === 'started') {
          this.#names.started(event.entry.agent, event.entry.event.aor);
        }
        break;
      default:
        break;
    }
    if (event.scenario !== undefined) this.#running.get(event.scenario)?.view.on(event);
  }

  close(): Promise<void> {
    if (this.#written) return Promise.resolve();
    this.#written = true;
    for (const running of this.#running.values()) this.#unfinished(running);
    try {
      writeAtomically(this.#file, this.#document());
    } catch (error) {
      return Promise.reject(outputError(this.#file, error));
    }
    return Promise.resolve();
  }

  #start(scenario: ScenarioId, startedAt: number): Running {
    const lines: string[] = [];
    const running = { lines, startedAt, chars: 0 };
    const page = new Page((text) => {
      running.chars += text.length;
      if (running.chars <= MOST_OUTPUT_CHARS) lines.push(text);
    }, COLOURLESS);
    const options = { verbose: false, cwd: this.#cwd };
    return Object.assign(running, {
      view: new ScenarioView(page, this.#names, scenario, startedAt, options),
    });
  }

  #finish(event: FinishedEvent): void {
    const running = this.#running.get(event.scenario.id);
    this.#running.delete(event.scenario.id);
    if (event.type === 'file_part_finished' && event.failures.length === 0) {
      this.#keepOutput(event.scenario.file, running);
      return;
    }
    this.#cases.push({
      scenario: event.scenario,
      startedAt: running?.startedAt ?? event.at - event.ms,
      ms: event.ms,
      verdict: event.verdict,
      skipReason: event.skip_reason,
      failures: event.failures,
      output: running === undefined ? '' : outputOf(running),
    });
  }

  /** What ran once for a file and went well is no test case: what it did stands at the file. */
  #keepOutput(file: string, running: Running | undefined): void {
    const output = running === undefined ? '' : outputOf(running);
    this.#outputs.set(file, (this.#outputs.get(file) ?? '') + output);
  }

  #unfinished(running: Running): void {
    this.#cases.push({
      scenario: running.view.scenario,
      startedAt: running.startedAt,
      ms: Math.max(0, this.#lastAt - running.startedAt),
      verdict: 'unfinished',
      failures: [],
      output: outputOf(running),
    });
  }

  #document(): string {
    const cases = [...this.#cases, ...this.#leftOut];
    const files = [...new Set(cases.map((one) => one.scenario.file))];
    const suites = files.map((file) =>
      this.#suite(
        file,
        cases.filter((one) => one.scenario.file === file),
      ),
    );
    const content = `\n${suites.join('\n')}\n`;
    const total = element(
      'testsuites',
      { name: 'offhook', ...totals(cases) },
      suites.length === 0 ? '' : content,
    );
    return `<?xml version="1.0" encoding="UTF-8"?>\n${total}\n`;
  }

  #suite(file: string, cases: readonly TestCase[]): string {
    const startedAt = Math.min(...cases.map((one) => one.startedAt));
    const timestamp = this.#clock.time(startedAt).slice(0, 19);
    const output = this.#outputs.get(file) ?? '';
    const once = output === '' ? [] : [element('system-out', {}, xmlText(output))];
    const content = [...cases.map((one) => this.#case(one)), ...once].join('\n');
    return element('testsuite', { name: file, ...totals(cases), timestamp }, `\n${content}\n`);
  }

  #case(one: TestCase): string {
    const properties = one.scenario.tags.map((value) =>
      element('property', { name: 'tag', value }),
    );
    const parts = [
      ...(properties.length === 0 ? [] : [element('properties', {}, properties.join(''))]),
      ...this.#result(one),
      ...(one.output === '' ? [] : [element('system-out', {}, xmlText(one.output))]),
    ];
    const { file, name } = one.scenario;
    return element(
      'testcase',
      { name, classname: file, file, time: seconds(one.ms) },
      parts.length === 0 ? '' : `\n${parts.join('\n')}\n`,
    );
  }

  /**
   * At most one failure or error per testcase: readers take only the first; its text lists the others, too.
   */
  #result(one: TestCase): string[] {
    const first = one.failures[0];
    const attributes = {
      message: first === undefined ? undefined : oneLine(first.message),
      type: first?.code,
    };
    switch (one.verdict) {
      case 'passed':
        return [];
      case 'skipped':
        return [
          element('skipped', { message: one.skipReason === '' ? undefined : one.skipReason }),
        ];
      case 'failed':
        return [element('failure', attributes, this.#explained(one))];
      case 'errored':
        return [element('error', attributes, this.#explained(one))];
      case 'flaky':
        return [element('flakyFailure', attributes, this.#explained(one))];
      case 'unfinished': {
        const message = `the run broke off after ${formatMs(one.ms)} of this scenario`;
        return [element('error', { message, type: 'E_INTERRUPTED' })];
      }
    }
  }

  #explained(one: TestCase): string {
    const lines: string[] = [];
    const page = new Page((text) => lines.push(text), COLOURLESS);
    printFailures({ page, names: this.#names, cwd: this.#cwd }, one.failures);
    return xmlText(lines.join(''));
  }
}

/** A scenario that does not run is skipped, with the reason: a report must not look as if it were not there. */
function leftOutCase(event: Extract<RunEvent, { type: 'left_out' }>): TestCase {
  const { at, file, name, tags, reason } = event;
  return {
    scenario: { file, name, tags },
    startedAt: at,
    ms: 0,
    verdict: 'skipped',
    skipReason: reason,
    failures: [],
    output: '',
  };
}

function outputOf({ lines, chars }: Running): string {
  const kept = lines.join('');
  const lost = chars - kept.length;
  return kept + (lost > 0 ? `… cut here: ${lost} characters too many\n` : '');
}

function totals(cases: readonly TestCase[]): Record<string, string | number> {
  const number = (...verdicts: TestCase['verdict'][]): number =>
    cases.filter((one) => verdicts.includes(one.verdict)).length;
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

/** Regular files are replaced by renaming; devices and pipes (/dev/stdout) are written to. */
function isRegularOrNew(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? true;
}

function checkWritable(file: string): void {
  try {
    const folder = statSync(dirname(file));
    if (!folder.isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
      throw Object.assign(new Error('is a folder'), { code: 'EISDIR' });
    }
    if (isRegularOrNew(file)) accessSync(dirname(file), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw outputError(file, error);
  }
}

function writeAtomically(file: string, text: string): void {
  if (!isRegularOrNew(file)) {
    writeFileSync(file, text);
    return;
  }
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  try {
    // 'wx': a link planted at this path must not lead to another file
    writeFileSync(temporary, text, { flag: 'wx' });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
