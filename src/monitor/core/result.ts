/** Outcome and measures of a run, collected from the events that its process writes. */
import { fold, NEW_AGENT, type AgentState } from '../../model/agent-state.js';
import { timingOfCall } from '../../model/call-timing.js';
import type { RunEvent } from '../../model/run-event.js';
import type { Measure, Measures, Outcome } from '../model/run.js';
import type { Threshold, ThresholdName } from '../model/settings.js';
import type { ErrorCode } from '../../errors.js';

/** What the events of a run say, before its thresholds are asked. */
export interface Told {
  readonly outcome: Outcome;
  readonly note?: string;
  /** Codes of its failures: they tell a missing baresip from a line that is down. */
  readonly codes: readonly ErrorCode[];
  readonly measures: Measures;
  readonly scenarios: number;
  readonly scenarios_failed: number;
  /** Locks its scenarios took by themselves, such as accounts. */
  readonly locks: readonly string[];
}

/** Collects what the events of one run say. */
export class Listener {
  readonly #agents = new Map<string, AgentState>();
  readonly #measures = new Map<Measure, number>();
  readonly #locks = new Set<string>();
  readonly #codes = new Set<ErrorCode>();
  #note: string | undefined;
  #scenarios = 0;
  #failed = 0;
  #flaky = 0;
  #end: Extract<RunEvent, { type: 'run_finished' }> | undefined;

  on(event: RunEvent): void {
    switch (event.type) {
      case 'agent':
        this.#agent(`${event.scenario} ${event.entry.agent}`, event.entry);
        break;
      case 'metric':
        if (event.quality !== undefined) {
          const { mos, packet_loss, jitter } = event.quality;
          for (const [name, value] of Object.entries({ mos, packet_loss, jitter })) {
            this.#worst(name as 'mos' | 'packet_loss' | 'jitter', value);
          }
        }
        break;
      case 'locks_taken':
        for (const lock of event.locks) this.#locks.add(lock);
        break;
      case 'scenario_finished':
        this.#finished(event);
        break;
      case 'file_part_finished':
        this.#failures(event.failures);
        break;
      case 'run_finished':
        this.#end = event;
        break;
      default:
    }
  }

  /** @param stderr what the process said beside its events: why it ran nothing */
  told(exit: number | undefined, stderr: string): Told {
    const outcome = this.#outcome(exit);
    const note = this.#note ?? (outcome === 'errored' ? firstLine(stderr) : undefined);
    return {
      outcome,
      ...(note === undefined ? {} : { note }),
      codes: [...this.#codes],
      measures: Object.fromEntries(this.#measures),
      scenarios: this.#scenarios,
      scenarios_failed: this.#failed,
      locks: [...this.#locks],
    };
  }

  #outcome(exit: number | undefined): Outcome {
    if (this.#end === undefined || exit === undefined) return 'errored';
    const { counts } = this.#end;
    if (exit !== 0) return counts.failed > 0 ? 'failed' : 'errored';
    // A run in which everything was skipped tested nothing.
    if (counts.passed + counts.flaky === 0) {
      this.#note ??= 'nothing was tested: every scenario was skipped';
      return 'errored';
    }
    return this.#flaky > 0 ? 'flaky' : 'passed';
  }

  #finished(event: Extract<RunEvent, { type: 'scenario_finished' }>): void {
    if (event.retried === true) return;
    const { verdict } = event;
    if (verdict !== 'skipped') this.#scenarios += 1;
    if (verdict === 'flaky') this.#flaky += 1;
    if (verdict !== 'failed' && verdict !== 'errored') return;
    this.#failed += 1;
    this.#failures(event.failures);
  }

  #failures(failures: readonly { code: ErrorCode; message: string }[]): void {
    const [first] = failures;
    if (first !== undefined) this.#note ??= firstLine(first.message);
    for (const { code } of failures) this.#codes.add(code);
  }

  #agent(key: string, { event, at }: Extract<RunEvent, { type: 'agent' }>['entry']): void {
    const state = fold(this.#agents.get(key) ?? NEW_AGENT, event, at);
    this.#agents.set(key, state);
    if (!event.type.startsWith('call_')) return;
    for (const call of state.calls) {
      const { post_dial_delay_ms, setup_ms, ring_ms } = timingOfCall(call);
      this.#worst('post_dial_delay', post_dial_delay_ms);
      if (call.direction === 'outgoing') this.#worst('setup', setup_ms);
      this.#worst('ring', ring_ms);
    }
  }

  #worst(measure: Measure, value: number | undefined): void {
    if (value === undefined) return;
    const before = this.#measures.get(measure) ?? value;
    this.#measures.set(
      measure,
      measure === 'mos' ? Math.min(before, value) : Math.max(before, value),
    );
  }
}

const LONGEST_NOTE = 300;

function firstLine(text: string): string {
  const lines = text.split('\n').map((one) => one.trim());
  const told = lines.find((one) => one !== '' && !one.startsWith('warning: ')) ?? '';
  const line = told.replace(/^offhook: /, '');
  return line.length > LONGEST_NOTE ? `${line.slice(0, LONGEST_NOTE - 3)}...` : line;
}

const UNITS: Readonly<Partial<Record<ThresholdName, string>>> = { mos: '', packet_loss: ' %' };

/**
 * A run that passed, measured against its thresholds: the worst measure decides (the first in their order, where two are
 * equally bad).
 */
export function judged(
  outcome: Outcome,
  measures: Readonly<Partial<Record<ThresholdName, number>>>,
  thresholds: Readonly<Partial<Record<ThresholdName, Threshold>>>,
): { readonly outcome: Outcome; readonly note?: string } {
  if (outcome !== 'passed' && outcome !== 'flaky') return { outcome };
  let slow: string | undefined;
  for (const [name, { warning, critical }] of Object.entries(thresholds) as [
    ThresholdName,
    Threshold,
  ][]) {
    const value = measures[name];
    if (value === undefined) continue;
    const words = (limit: number): string =>
      `${name} ${shown(name, value)} is ${name === 'mos' ? 'below' : 'above'} ${shown(name, limit)}`;
    if (isBeyond(name, value, critical))
      return { outcome: 'failed', note: `${words(critical)} (critical)` };
    if (isBeyond(name, value, warning)) slow ??= words(warning);
  }
  return slow === undefined ? { outcome } : { outcome: 'degraded', note: slow };
}

function isBeyond(name: ThresholdName, value: number, limit: number | undefined): limit is number {
  if (limit === undefined) return false;
  return name === 'mos' ? value < limit : value > limit;
}

function shown(name: ThresholdName, value: number): string {
  return `${Math.round(value * 100) / 100}${UNITS[name] ?? ' ms'}`;
}
