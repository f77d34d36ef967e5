/**
 * A run as NDJSON: each RunEvent as one JSON object on a line, described by
 * src/schema/run-event.schema.json. Names are snake_case and stable; programs that read it must ignore
 * fields and types they do not know.
 */
import type { HeaderField } from '../model/agent-event.js';
import type { RunEvent } from '../model/run-event.js';
import { TurnBuffer } from './output.js';
import type { Output } from './output.js';
import type { Reporter } from './reporter.js';
import { maskField, maskHeaders } from './secrets.js';

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
    this.#buffer.write(`${ndjsonLine(event)}\n`);
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

/** Masks secrets wherever they are, and cuts times to whole microseconds. */
function replace(key: string, value: unknown): unknown {
  if (typeof value === 'string') return maskField(key, value);
  if (typeof value === 'number') return Math.round(value * 1000) / 1000;
  if (key === 'headers' && isHeaders(value)) return maskHeaders(value);
  return value;
}

function isHeaders(value: unknown): value is readonly HeaderField[] {
  return (
    Array.isArray(value) &&
    value.every(
      (field) =>
        Array.isArray(field) && typeof field[0] === 'string' && typeof field[1] === 'string',
    )
  );
}
