/**
 * `--keep`: what a failed scenario has left running, and how to get at it. Told when it happens, as the other reports
 * tell the failure only when the scenario has ended. Each agent's log goes to a file in its folder meanwhile.
 */
import { join } from 'node:path';
import type { RunEvent, ScenarioId } from '../../model/run-event.js';
import { AttemptRecord } from '../record/attempt-record.js';
import { AgentNames } from '../lines/agent-names.js';
import { printFailures } from '../lines/failure.js';
import type { Page } from '../lines/page.js';
import { FileOutput } from '../output.js';
import type { Reporter } from '../reporter.js';
import { AgentLogsReporter } from '../sip/agent-logs.js';
import { oneLine } from '../../story/printable.js';
import { scenarioTitle } from '../../story/scenario-title.js';

interface KeptOptions {
  page: Page;
  /** Locations below this folder are shown relative to it. */
  cwd: string;
  /** Process id of Offhook: a signal to it ends the run. */
  pid: number;
}

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;
type OfAgent = EventOf<'agent_log'> | EventOf<'sip'>;

interface Attempt {
  scenario: ScenarioId;
  record: AttemptRecord;
  /** Writers of the agents' log files, by agent; empty until the scenario is kept. */
  logs: Map<string, AgentLogsReporter>;
}

const LOG_FILE = 'agent.log';
const LABEL_WIDTH = 12;

export class KeptReporter implements Reporter {
  readonly ignores = new Set(['agent_config'] as const);
  readonly #options: KeptOptions;
  readonly #names = new AgentNames();
  readonly #attempts = new Map<string, Attempt>();

  constructor(options: KeptOptions) {
    this.#options = options;
  }

  /** @throws OffhookError E_OUTPUT */
  on(event: RunEvent): void {
    switch (event.type) {
      case 'scenario_started':
      case 'file_part_started': {
        const { scenario } = event;
        const attempt = { scenario, record: new AttemptRecord(), logs: new Map() };
        this.#attempts.set(scenario.id, attempt);
        attempt.record.add(event);
        return;
      }
      case 'agent':
        this.#names.take(event);
        return;
      case 'agent_log':
      case 'sip':
        this.#ofAgent(event);
        return;
      case 'scenario_kept': {
        const attempt = this.#attempts.get(event.scenario);
        if (attempt === undefined) return;
        for (const { name, folder } of event.agents) {
          attempt.logs.set(name, logOf(attempt, name, join(folder, LOG_FILE)));
        }
        this.#print(event, attempt.scenario);
        return;
      }
      case 'scenario_finished':
      case 'file_part_finished':
        this.#finish(event.scenario.id);
        return;
      default:
        return;
    }
  }

  close(): Promise<void> {
    for (const id of this.#attempts.keys()) this.#finish(id);
    return Promise.resolve();
  }

  #ofAgent(event: OfAgent): void {
    const attempt = this.#attempts.get(event.scenario);
    if (attempt === undefined) return;
    if (attempt.logs.size === 0) attempt.record.add(event);
    else attempt.logs.get(event.agent)?.on(event);
  }

  #finish(id: string): void {
    for (const log of this.#attempts.get(id)?.logs.values() ?? []) void log.close();
    this.#attempts.delete(id);
  }

  #print(event: EventOf<'scenario_kept'>, scenario: ScenarioId): void {
    const { page, cwd, pid } = this.#options;
    const { bold, warn } = page.palette;
    page.blank();
    page.line(`kept: ${scenarioTitle(scenario)}`, { style: (text) => warn(bold(text)) });
    // The report at the end of the scenario shows the events, so they are left out here.
    const failures = event.failures.map(({ timeline: _, ...failure }) => failure);
    printFailures({ page, names: this.#names, cwd }, failures);
    page.blank();
    for (const { name, aor, contact, pid: process, control, folder } of event.agents) {
      page.line(`agent ${oneLine(name)}`, { indent: 2, style: bold });
      this.#field('call it', contact);
      if (aor !== contact) this.#field('account', aor);
      this.#field(
        'control',
        `${control} (baresip's ctrl_tcp; it serves only the newest connection)`,
      );
      this.#field('process', String(process));
      this.#field('folder', folder);
      this.#field('log', join(folder, LOG_FILE));
    }
    for (const { name, url } of event.servers) {
      page.line(`mock server ${oneLine(name)}`, { indent: 2, style: bold });
      this.#field('URL', url);
    }
    if (event.lab !== undefined) {
      page.line('lab', { indent: 2, style: bold });
      this.#field('SIP server', event.lab);
    }
    const end = `everything above stays until Ctrl-C (or: kill -INT ${pid}), which tears it down; no other scenario starts`;
    page.line(end, { style: warn });
    page.blank();
  }

  #field(label: string, value: string): void {
    const { page } = this.#options;
    const lead = [[label.padEnd(LABEL_WIDTH), page.palette.dim]] as const;
    page.line(oneLine(value), { indent: 6, lead, wrapped: false });
  }
}

/** The agent's log so far, in a file that goes on. @throws OffhookError E_OUTPUT */
function logOf({ record }: Attempt, agent: string, path: string): AgentLogsReporter {
  const log = new AgentLogsReporter({ output: new FileOutput(path) });
  for (const event of record.events()) {
    if (!('agent' in event) || event.agent === agent) log.on(event);
  }
  return log;
}
