/**
 * `--logs`: what the agents' processes wrote and every SIP message in full, each line with its time since
 * the scenario began and its agent, so that it can be searched and sorted.
 */
import type { RunEvent, ScenarioId } from '../../model/run-event.js';
import { TurnBuffer } from '../output.js';
import type { Output } from '../output.js';
import type { Reporter } from '../reporter.js';
import { noCommands, oneLine, plain } from '../../story/printable.js';
import { scenarioTitle } from '../../story/scenario-title.js';
import { clockTime, padTo } from '../text.js';

interface AgentLogsOptions {
  /** A FileOutput, or stderr. */
  output: Output;
}

interface Running {
  scenario: ScenarioId;
  startedAt: number;
}

export class AgentLogsReporter implements Reporter {
  readonly ignores = new Set(['agent_config', 'source'] as const);
  readonly #output: Output;
  readonly #buffer: TurnBuffer;
  readonly #running = new Map<string, Running>();
  #current: string | undefined;

  constructor(options: AgentLogsOptions) {
    this.#output = options.output;
    this.#buffer = new TurnBuffer((text) => {
      options.output.write(noCommands(text));
    });
  }

  on(event: RunEvent): void {
    switch (event.type) {
      case 'scenario_started':
      case 'file_part_started':
        this.#running.set(event.scenario.id, { scenario: event.scenario, startedAt: event.at });
        return;
      case 'scenario_finished':
      case 'file_part_finished':
        this.#running.delete(event.scenario.id);
        return;
      case 'agent_log':
        this.#lines(event, '|', event.line);
        return;
      case 'sip': {
        const { direction, transport, local, remote } = event.message;
        const sent = direction === 'sent';
        const mark = sent ? '>' : '<';
        this.#lines(
          event,
          mark,
          `${direction} over ${transport}: ${local} ${sent ? '->' : '<-'} ${remote}`,
        );
        this.#lines(event, mark, event.raw);
        return;
      }
      default:
        return;
    }
  }

  close(): Promise<void> {
    this.#buffer.flush();
    return this.#output.finish?.() ?? Promise.resolve();
  }

  /** Marks: `|` written by the process, `>` sent, `<` received. */
  #lines(event: { at: number; scenario: string; agent: string }, mark: string, text: string): void {
    const running = this.#running.get(event.scenario);
    this.#header(event.scenario, running);
    const time = clockTime(event.at - (running?.startedAt ?? 0));
    const lead = `${time}  ${padTo(oneLine(event.agent), 8)} ${mark}`;
    const lines = plain(text).replace(/\n+$/, '').split('\n');
    this.#buffer.write(lines.map((line) => `${lead} ${line}`.trimEnd() + '\n').join(''));
  }

  #header(id: string, running: Running | undefined): void {
    if (this.#current === id) return;
    const first = this.#current === undefined;
    this.#current = id;
    const title = running === undefined ? oneLine(id) : scenarioTitle(running.scenario);
    this.#buffer.write(`${first ? '' : '\n'}${title}\n`);
  }
}
