/**
 * A run as NDJSON: each RunEvent as one JSON object on a line, described by
 * src/schema/run-event.schema.json. Names are snake_case and stable; programs that read it must ignore
 * fields and types they do not know.
 */
import type { RunEvent } from '../model/run-event.js';
import { messageText } from '../sip/sip-message.js';
import { TurnBuffer } from './output.js';
import type { Output } from './output.js';
import type { Reporter } from './reporter.js';
import { printableJson } from '../story/printable.js';
import { WallClock } from './wall-clock.js';

/** Counts up when a field changes its meaning or goes away; additions do not count. */
export const NDJSON_FORMAT = 1;

/** Events that get a line. Configurations of agents do not, because they are long; artefacts keep them as files. */
export type NdjsonEvent = Exclude<RunEvent, { type: 'agent_config' }>;

interface NdjsonOptions {
  output: Output;
  /** Also the `sip` events: every SIP message of every agent. */
  sip?: boolean;
  /** Also the texts of scripts. */
  sources?: boolean;
}

export class NdjsonReporter implements Reporter {
  readonly ignores: ReadonlySet<RunEvent['type']>;
  readonly #options: NdjsonOptions;
  readonly #buffer: TurnBuffer;
  readonly #clock = new WallClock();

  constructor(options: NdjsonOptions) {
    this.#options = options;
    this.ignores = new Set([
      'agent_config',
      ...(options.sip === true ? [] : (['sip'] as const)),
      ...(options.sources === true ? [] : (['source'] as const)),
    ]);
    this.#buffer = new TurnBuffer((text) => {
      options.output.write(text);
    });
  }

  on(event: RunEvent): void {
    if (event.type === 'agent_config' || this.ignores.has(event.type)) return;
    this.#clock.on(event);
    this.#buffer.write(`${printableJson(ndjsonLine(event, this.#clock.time(event.at)))}\n`);
  }

  close(): Promise<void> {
    this.#buffer.flush();
    return this.#options.output.finish?.() ?? Promise.resolve();
  }
}

export function ndjsonLine(event: NdjsonEvent, time: string): string {
  const { type, at, ...rest } = event;
  return JSON.stringify({ type, at, time, ...rest, ...fieldsOf(event) }, replace);
}

/** Fields that differ from the event's own; undefined ones are left out. */
function fieldsOf(event: NdjsonEvent): object {
  switch (event.type) {
    case 'run_started':
      return { format: NDJSON_FORMAT };
    case 'sip':
      // `raw` is left out if it is what `message` says as well.
      return { raw: event.raw === messageText(event.message) ? undefined : event.raw };
    case 'scenario_kept':
    case 'scenario_finished':
    case 'file_part_finished': {
      const failures = event.failures.map(({ codeFrame, ...failure }) =>
        codeFrame === undefined ? failure : { ...failure, code_frame: codeFrame },
      );
      return { failures };
    }
    default:
      return {};
  }
}

/** Cuts times to whole microseconds. */
function replace(_key: string, value: unknown): unknown {
  if (typeof value === 'number') return Math.round(value * 1000) / 1000;
  return value;
}
