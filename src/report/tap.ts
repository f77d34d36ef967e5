/**
 * TAP version 14 (testanything.org): a test point for each scenario, with a YAML block that explains those that did
 * not simply pass. Values of the block are JSON texts, which YAML reads alike.
 */
import type { Failure, RunEvent } from '../model/run-event.js';
import { TurnBuffer, type Output } from './output.js';
import type { Reporter } from './reporter.js';
import { isBad, Results, type ScenarioResult } from './results.js';
import { noCommands, oneLine, printableJson } from '../story/printable.js';
import { scenarioTitle } from '../story/scenario-title.js';

interface TapOptions {
  output: Output;
}

export class TapReporter implements Reporter {
  readonly ignores = new Set(['sip', 'agent_log', 'agent_config', 'source', 'agent'] as const);
  readonly #output: Output;
  readonly #buffer: TurnBuffer;
  readonly #results = new Results();
  #number = 0;
  #isOver = false;

  constructor({ output }: TapOptions) {
    this.#output = output;
    this.#buffer = new TurnBuffer((text) => {
      output.write(text);
    });
    this.#line('TAP version 14');
  }

  on(event: RunEvent): void {
    this.#results.on(event);
    switch (event.type) {
      case 'warning':
        if (event.aside !== true) this.#line(`# warning: ${oneLine(event.text)}`);
        return;
      case 'scenario_finished':
      case 'file_part_finished': {
        const result = this.#results.of(event.scenario);
        if (result === undefined) return;
        if (event.type === 'scenario_finished' && event.retried === true)
          this.#line(`# ${titleOf(result)}: failed, will be run again`);
        else this.#point(result);
        return;
      }
      case 'run_finished':
        this.#isOver = true;
        this.#end(event.interrupted ? 'interrupted' : undefined);
        return;
      default:
        return;
    }
  }

  close(): Promise<void> {
    if (!this.#isOver) this.#end('the run broke off: not all results are known');
    this.#buffer.flush();
    return this.#output.finish?.() ?? Promise.resolve();
  }

  #end(bailOut: string | undefined): void {
    if (bailOut !== undefined) this.#line(`Bail out! ${bailOut}`);
    else this.#line(`1..${this.#number}`);
  }

  #point(result: ScenarioResult): void {
    this.#number += 1;
    const ok = isBad(result.verdict) ? 'not ok' : 'ok';
    const skip = result.verdict === 'skipped' ? ` # SKIP ${escaped(result.skipReason ?? '')}` : '';
    this.#line(`${ok} ${this.#number} - ${escaped(titleOf(result))}${skip}`.trimEnd());
    if (result.verdict === 'skipped') return;
    this.#line('  ---');
    for (const [key, value] of Object.entries(diagnostics(result))) {
      if (value !== undefined) this.#line(`  ${key}: ${printableJson(JSON.stringify(value))}`);
    }
    this.#line('  ...');
  }

  #line(text: string): void {
    this.#buffer.write(`${noCommands(text)}\n`);
  }
}

function diagnostics(result: ScenarioResult): Record<string, unknown> {
  const { verdict, ms, scenario, failures, earlier } = result;
  const attempts = earlier.length === 0 ? undefined : earlier.length + 1;
  return {
    duration_ms: Math.round(ms),
    ...(scenario.tags.length === 0 ? {} : { tags: scenario.tags }),
    ...(verdict === 'passed' ? {} : { verdict }),
    attempts,
    ...failureFields(failures[0] ?? earlier[0]?.failures[0]),
  };
}

function failureFields(failure: Failure | undefined): Record<string, unknown> {
  if (failure === undefined) return {};
  const { code, message, hint, at, expected, actual } = failure;
  const place = at === undefined ? undefined : { file: at.file, line: at.line, column: at.column };
  return { code, message, hint, at: place, expected, actual };
}

function titleOf({ scenario }: ScenarioResult): string {
  return scenarioTitle(scenario);
}

/** A description must not look like a directive. */
function escaped(text: string): string {
  return oneLine(text).replace(/[\\#]/g, '\\$&');
}
