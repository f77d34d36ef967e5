/** A run as one HTML page: what happened in each attempt, with its audio, on one time axis (src/web draws it). */
import { resolve } from 'node:path';
import type { RunEvent } from '../../model/run-event.js';
import type { AttemptData, AudioData, PageData } from '../../story/page-data.js';
import { outputError } from '../output.js';
import { AttemptRecords, type Finished } from '../record/attempt-records.js';
import type { Reporter } from '../reporter.js';
import { isBad, Results, type AttemptResult } from '../results.js';
import { checkWritable, writeWhole } from '../whole-file.js';
import { Parts } from './parts.js';
import { filled } from './template.js';

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** One side of the audio of a call; `octets`: mu-law. */
export type AudioSide = Omit<AudioData, 'agent' | 'call' | 'at' | 'part'> & { octets: Uint8Array };

export interface HtmlOptions {
  file: string;
  /** The page without data. */
  template: () => string;
  /** What paths in events are relative to. */
  cwd: string;
  /** Writes no page when the run passed. */
  onFailureOnly: boolean;
  /** Which attempts have their audio in the page. */
  audio: 'failed' | 'all' | 'none';
  /** The two sides of a call on disk; undefined where the file cannot be read. */
  audioOf: (path: string) => readonly AudioSide[] | undefined;
  /** The options that running one of the scenarios again needs. */
  again: () => readonly string[];
  makeFolder: (folder: string) => void;
  /** Size of the parts, in bytes, above which they lie beside the page: 30 MB unless given. */
  largest?: number;
  /** Called when the page was written. @param folder holds its parts, if they are too large for one file */
  written: (folder: string | undefined) => void;
}

type Kept = Pick<AttemptData, 'events' | 'audio' | 'part'>;

export class HtmlReporter implements Reporter {
  readonly ignores = new Set(['agent_config', 'artifact'] as const);
  readonly #options: HtmlOptions;
  readonly #parts: Parts;
  readonly #results = new Results();
  readonly #running = new AttemptRecords();
  readonly #kept = new Map<string, Kept>();
  readonly #sources: Record<string, number> = {};
  readonly #leftOut: EventOf<'left_out'>[] = [];
  readonly #warnings: string[] = [];
  #run: EventOf<'run_started'> | undefined;
  #finished: EventOf<'run_finished'> | undefined;

  /** @throws OffhookError E_OUTPUT when the file cannot be written: before anything runs */
  constructor(options: HtmlOptions) {
    checkWritable(options.file);
    this.#options = options;
    this.#parts = new Parts(options.file, options.makeFolder, options.largest);
  }

  on(event: RunEvent): void {
    this.#results.on(event);
    switch (event.type) {
      case 'run_started':
        this.#run = event;
        return;
      case 'run_finished':
        this.#finished = event;
        return;
      case 'left_out':
        this.#leftOut.push(event);
        return;
      case 'source':
        this.#sources[event.path] = this.#parts.add(event.text);
        return;
      case 'agent_config':
      case 'artifact':
        return;
      case 'scenario_finished':
      case 'file_part_finished':
        this.#end(event);
        return;
      case 'warning':
        if (event.scenario === undefined) this.#warnings.push(event.text);
        else this.#running.on(event);
        return;
      default:
        this.#running.on(event);
    }
  }

  async close(): Promise<void> {
    if (this.#run === undefined) return;
    if (this.#options.onFailureOnly && this.#finished?.exit === 0) return;
    for (const [id, events] of this.#running.takeOpen())
      this.#keep(id, events, { hasAudio: false });
    const { elements, folder } = await this.#parts.end();
    const data = this.#data(this.#run, folder);
    const hasAudio = data.attempts.some(({ audio }) => audio.length > 0);
    const { file, template, written } = this.#options;
    const page = filled(template(), data, elements);
    try {
      writeWhole(file, page, hasAudio);
    } catch (error) {
      throw outputError(file, error);
    }
    written(folder);
  }

  #end(event: Finished): void {
    const events = this.#running.end(event);
    const isPart = event.type === 'file_part_finished';
    // A setup_file or teardown_file that passed gets no row on the page.
    if (isPart && event.failures.length === 0) return;
    const { audio } = this.#options;
    const hasAudio = audio === 'all' || (audio === 'failed' && isBad(event.verdict));
    this.#keep(event.scenario.id, events, { hasAudio, ...(isPart ? { part: event.part } : {}) });
  }

  #keep(
    id: string,
    events: readonly RunEvent[],
    { hasAudio, part }: { hasAudio: boolean; part?: Kept['part'] },
  ): void {
    const lines = events.map((event) => JSON.stringify(event));
    this.#kept.set(id, {
      events: this.#parts.add(lines.join('\n')),
      audio: hasAudio ? events.flatMap((event) => this.#audioOf(event)) : [],
      ...(part === undefined ? {} : { part }),
    });
  }

  #audioOf(event: RunEvent): AudioData[] {
    if (event.type !== 'audio_saved') return [];
    const { agent, call, start } = event;
    const sides = this.#options.audioOf(resolve(this.#options.cwd, event.file)) ?? [];
    return sides.map(({ octets, ...side }) => ({
      ...side,
      agent,
      call,
      at: start,
      part: this.#parts.add(octets),
    }));
  }

  #data(run: EventOf<'run_started'>, folder: string | undefined): PageData {
    const attempts = this.#results
      .all()
      .flatMap(({ earlier, ...last }) => [
        ...earlier.map((one) => this.#attempt(one, true)),
        this.#attempt(last, false),
      ]);
    return {
      run,
      ...(this.#finished === undefined ? {} : { finished: this.#finished }),
      attempts,
      leftOut: this.#leftOut,
      warnings: this.#warnings,
      sources: this.#sources,
      aliases: run.aliases ?? {},
      again: this.#options.again(),
      ...(folder === undefined ? {} : { folder }),
    };
  }

  #attempt(result: AttemptResult, wasRetried: boolean): AttemptData {
    const { scenario, verdict, startedAt, ms, skipReason, failures } = result;
    const kept = this.#kept.get(scenario.id);
    if (kept === undefined) throw new Error(`the attempt ${scenario.id} was not kept`);
    const [first] = failures;
    return {
      scenario,
      verdict,
      at: startedAt,
      ms,
      ...kept,
      ...(skipReason === undefined ? {} : { skipReason }),
      ...(wasRetried ? { retried: true as const } : {}),
      ...(first === undefined ? {} : { failure: told(first) }),
    };
  }
}

function told(failure: AttemptResult['failures'][number]): NonNullable<AttemptData['failure']> {
  const { code, message, brief, at, phase } = failure;
  return {
    code,
    message,
    phase,
    ...(brief === undefined ? {} : { brief }),
    ...(at === undefined ? {} : { at }),
  };
}
