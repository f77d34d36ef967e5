/**
 * A run as NDJSON: each RunEvent as one JSON object on a line, described by
 * src/schema/run-event.schema.json. Names are snake_case and stable; programs that read it must ignore
 * fields and types they do not know.
 */
import type { RunEvent } from '../model/run-event.js';
import { TurnBuffer } from './output.js';
import type { Output } from './output.js';
import type { Reporter } from './reporter.js';
import { printableJson } from './text.js';

/** Counts up when a field changes its meaning or goes away; additions do not count. */
const NDJSON_FORMAT = 1;

interface NdjsonOptions {
  output: Output;
  /** Also the `sip` events: every SIP message of every agent, without its raw text. */
  sip?: boolean;
}

export class NdjsonReporter implements Reporter {
  readonly #options: NdjsonOptions;
  readonly #buffer: TurnBuffer;

  constructor(options: NdjsonOptions) {
    this.#options = options;
    this.#buffer = new TurnBuffer((text) => {
      options.output.write(text);
    });
  }

  on(event: RunEvent): void {
    if (event.type === 'sip' && this.#options.sip !== true) return;
    this.#buffer.write(`${printableJson(ndjsonLine(event))}\n`);
  }

  close(): Promise<void> {
    this.#buffer.flush();
    return this.#options.output.finish?.() ?? Promise.resolve();
  }
}

export function ndjsonLine(event: RunEvent): string {
  if (event.type === 'run_started') {
    const { type, at, ...rest } = event;
    return JSON.stringify({ type, at, format: NDJSON_FORMAT, ...rest }, replace);
  }
  if (event.type === 'sip') {
    const { raw: _, ...rest } = event;
    return JSON.stringify(rest, replace);
  }
  if (event.type === 'scenario_finished') {
    const failures = event.failures.map(({ codeFrame, ...rest }) =>
      codeFrame === undefined ? rest : { ...rest, code_frame: codeFrame },
    );
    return JSON.stringify({ ...event, failures }, replace);
  }
  return JSON.stringify(event, replace);
}

/** Cuts times to whole microseconds. */
function replace(_key: string, value: unknown): unknown {
  if (typeof value === 'number') return Math.round(value * 1000) / 1000;
  return value;
}
