/**
 * The console reporter: a run for the person who waits for it and for the log that is read tomorrow.
 * Prints events as they happen, and explains each failure at once. Stream, width and colour level are given
 * to it; scenario-view.ts formats a scenario's lines, failure.ts failures.
 */
import { formatMs } from '../time.js';
import type { RunEvent, ScenarioId, Verdict } from '../model/run-event.js';
import { AgentNames } from './agent-names.js';
import { printFailures, printMore } from './failure.js';
import { LiveStatus } from './live-status.js';
import { TurnBuffer } from './output.js';
import type { Output } from './output.js';
import { Page, palette } from './page.js';
import type { ColourLevel, Style } from './page.js';
import type { Reporter } from './reporter.js';
import { ScenarioView } from './scenario-view.js';
import { printSummary } from './summary.js';
import type { Finished } from './summary.js';
import { count, oneLine, plain, scenarioTitle } from './text.js';

export interface ConsoleOptions {
  output: Output;
  /** quiet: failures and the summary; verbose: everything. */
  mode?: 'quiet' | 'normal' | 'verbose';
  /** chalk's level; 0 = no colour codes. */
  colour?: ColourLevel;
  /** Locations below this folder are shown relative to it. */
  cwd?: string;
  /** Options a scenario needs when it is run again, as words. */
  again?: () => readonly string[];
  /** Clock of the live status line, in ms. */
  now?: () => number;
}

type FinishedEvent = Extract<RunEvent, { type: 'scenario_finished' | 'file_part_finished' }>;

export class ConsoleReporter implements Reporter {
  readonly ignores = new Set(['sip', 'agent_log', 'agent_config'] as const);
  /** The same stream for others that write to it (--sip-trace, --logs): keeps lines and status apart. */
  readonly output: Output;
  readonly #page: Page;
  readonly #buffer: TurnBuffer;
  readonly #status: LiveStatus | undefined;
  readonly #options: ConsoleOptions;
  readonly #names = new AgentNames();
  readonly #views = new Map<string, ScenarioView>();
  readonly #finished: Finished[] = [];
  readonly #warnings: string[] = [];
  /** By scenario: shown below its failures, if it has any. */
  readonly #asides = new Map<string, string>();
  /** Whose lines were printed last: with several at a time, each change gets a header. */
  #current: string | undefined;
  #started: Extract<RunEvent, { type: 'run_started' }> | undefined;
  #ended = false;

  constructor(options: ConsoleOptions) {
    const { output, colour = 0, now } = options;
    const colours = palette(colour);
    this.#options = options;
    if (output.isTTY === true && options.mode !== 'quiet') {
      this.#status = new LiveStatus(output, colours, now);
    }
    this.#buffer = new TurnBuffer((text) => {
      this.#status?.clear();
      output.write(text);
    });
    const write = (text: string): void => {
      this.#buffer.write(text);
    };
    this.#page = new Page(write, colours, () => output.columns);
    this.output = {
      write,
      get columns() {
        return output.columns;
      },
    };
  }

  on(event: RunEvent): void {
    this.#status?.on(event);
    switch (event.type) {
      case 'run_started':
        this.#started = event;
        this.#runStarted(event);
        return;
      case 'warning':
        this.#warning(event);
        return;
      case 'scenario_started':
      case 'file_part_started':
        this.#scenarioStarted(event.scenario, event.at);
        return;
      case 'scenario_finished':
      case 'file_part_finished':
        this.#scenarioFinished(event);
        return;
      case 'run_finished':
        this.#ended = true;
        this.#summary(event);
        return;
      case 'left_out':
      case 'sip':
      case 'agent_log':
      case 'agent_config':
        return;
      case 'artifact':
        this.#artifact(event);
        return;
      case 'agent':
        if (event.entry.event.type === 'started') {
          this.#names.started(event.entry.agent, event.entry.event.aor);
        }
        break;
      default:
        break;
    }
    // The user asked for these events, so -q does not hide them.
    const asked = event.type === 'metric' || event.type === 'audio_saved';
    if (this.#options.mode !== 'quiet' || asked) this.#views.get(event.scenario)?.on(event);
  }

  close(): Promise<void> {
    if (!this.#ended && this.#started !== undefined) {
      const text = 'the run broke off: not all results are known';
      this.#page.line(text, { style: this.#page.palette.bad });
    }
    this.#ended = true;
    this.#buffer.flush();
    this.#status?.stop();
    return this.#options.output.finish?.() ?? Promise.resolve();
  }

  /** Another stream on the same terminal (stderr), written to without running into the status line. */
  beside(stream: Output): Output {
    return {
      write: (text) => {
        this.#buffer.flush();
        this.#status?.clear();
        stream.write(text);
      },
      get columns() {
        return stream.columns;
      },
      finish: () => stream.finish?.() ?? Promise.resolve(),
    };
  }

  #runStarted(event: Extract<RunEvent, { type: 'run_started' }>): void {
    if (this.#options.mode !== 'verbose') return;
    const baresip = event.baresip === undefined ? '' : `, baresip ${oneLine(event.baresip)}`;
    const what = `${count(event.scenarios, 'scenario')} in ${count(event.files, 'file')}`;
    const { dim } = this.#page.palette;
    this.#page.line(`offhook ${event.version}${baresip}: ${what}`, { style: dim });
    this.#page.blank();
  }

  #scenarioStarted(scenario: ScenarioId, at: number): void {
    const view = new ScenarioView(this.#page, this.#names, scenario, at, {
      verbose: this.#options.mode === 'verbose',
      cwd: this.#options.cwd ?? '',
      before: () => {
        this.#header(scenario);
      },
    });
    this.#views.set(scenario.id, view);
    // With several at a time the header waits for the first line, else it would stand alone.
    if (this.#options.mode !== 'quiet' && this.#views.size === 1) this.#header(scenario);
  }

  #header(scenario: ScenarioId): void {
    if (this.#current === scenario.id) return;
    if (this.#current !== undefined) this.#page.blank();
    this.#current = scenario.id;
    const { bold, dim } = this.#page.palette;
    const tags = scenario.tags.length === 0 ? '' : `  [${scenario.tags.map(oneLine).join(', ')}]`;
    const title = scenarioTitle(scenario);
    this.#page.line(title + tags, {
      style: (line) => {
        const split = tags !== '' && line.endsWith(tags) ? line.length - tags.length : line.length;
        return bold(line.slice(0, split)) + (split === line.length ? '' : dim(line.slice(split)));
      },
    });
  }

  #warning(event: Extract<RunEvent, { type: 'warning' }>): void {
    if (event.aside === true && this.#options.mode !== 'verbose') {
      this.#asides.set(event.scenario ?? '', event.text);
      return;
    }
    this.#warnings.push(event.text);
    if (this.#options.mode === 'quiet') return;
    const view = event.scenario === undefined ? undefined : this.#views.get(event.scenario);
    if (view !== undefined) view.on(event);
    else {
      const { warn } = this.#page.palette;
      this.#page.line(plain(event.text), { lead: [['warning: ', warn]], style: warn });
    }
  }

  #scenarioFinished(event: FinishedEvent): void {
    const { scenario, verdict, failures } = event;
    const bad = verdict === 'failed' || verdict === 'errored';
    this.#views.delete(scenario.id);
    this.#finished.push({
      scenario,
      verdict,
      ...(failures[0] === undefined ? {} : { failure: failures[0] }),
    });
    if (this.#options.mode === 'quiet' && !bad) return;
    this.#header(scenario);
    this.#verdict(event);
    if (failures.length === 0) return;
    printFailures({ page: this.#page, names: this.#names, cwd: this.#options.cwd ?? '' }, failures);
    const aside = this.#asides.get(scenario.id);
    if (aside !== undefined) {
      this.#page.blank();
      this.#page.line(plain(aside), { indent: 4, lead: [['note: ', this.#page.palette.bold]] });
    }
    if (bad && event.type === 'scenario_finished')
      printMore(this.#page, scenario, this.#options.again?.());
  }

  /** One line for all of an attempt: its status is always among them. */
  #artifact({ name, file, scenario }: Extract<RunEvent, { type: 'artifact' }>): void {
    // what -q does not show needs no explanation
    if (name !== 'status.json' || scenario !== this.#current) return;
    const text = oneLine(file.slice(0, -name.length));
    this.#page.line(text, { indent: 4, lead: [['artefacts: ', this.#page.palette.bold]] });
  }

  #verdict({ verdict, ms, skip_reason }: FinishedEvent): void {
    const { good, bad, warn } = this.#page.palette;
    const looks: Record<Verdict, readonly [string, Style]> = {
      passed: ['✓ ', good],
      failed: ['✗ ', bad],
      errored: ['✗ ', bad],
      skipped: ['- ', warn],
      flaky: ['~ ', warn],
    };
    const [mark, style] = looks[verdict];
    this.#page.line(verdictText(verdict, ms, skip_reason), {
      indent: 2,
      lead: [[mark, style]],
      style,
    });
  }

  #summary(event: Extract<RunEvent, { type: 'run_finished' }>): void {
    if (this.#current !== undefined) this.#page.blank();
    printSummary(this.#page, event, {
      finished: this.#finished,
      warnings: this.#warnings,
      planned: this.#started?.scenarios ?? this.#finished.length,
      cwd: this.#options.cwd ?? '',
    });
  }
}

function verdictText(verdict: Verdict, ms: number, reason: string | undefined): string {
  switch (verdict) {
    case 'skipped':
      return reason === undefined || reason === '' ? 'skipped' : `skipped: ${oneLine(reason)}`;
    case 'flaky':
      return `flaky: passed on a retry in ${formatMs(ms)}`;
    default:
      return `${verdict} in ${formatMs(ms)}`;
  }
}
