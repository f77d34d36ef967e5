/**
 * `--artifacts`: a folder for each attempt that failed, with all that explains it. Each file is told as an
 * `artifact` event, so that other reporters can link it. What attempts did is held in memory until they end.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileNamePart } from '../../file-name.js';
import type { RunEvent, ScenarioId, Verdict } from '../../model/run-event.js';
import { openNew } from '../../ordinary-file.js';
import { outputError } from '../output.js';
import type { Reporter } from '../reporter.js';
import { MediaEnds } from '../sip/media-ends.js';
import type { CapturedNetwork, Network } from '../sip/network.js';
import { WallClock } from '../wall-clock.js';
import { attemptFiles, CAPTURE_NAME, unusedName, type KeptAttempt } from './attempt-files.js';
import { addNetwork, type Content, type SipCapture } from './merged-capture.js';
import { AttemptRecords, type Finished } from '../record/attempt-records.js';

export interface ArtifactsOptions {
  /** Absolute; exists. */
  folder: string;
  on: 'failure' | 'always';
  /** What paths in events are relative to. */
  cwd: string;
  /** Where calls are recorded for reports only: its files are moved. Who made it removes what is left. */
  recordings?: string;
  /** The network during the run: captures of SIP get the RTP of their attempts, when all have run. */
  network?: Network;
}

/** A capture of SIP that waits for its RTP. */
interface Waiting extends SipCapture {
  /** Announces the finished file to the other reporters. */
  told: (content: Content) => void;
  content: Content;
}

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** Most bytes of a file's and of a scenario's name in that of a folder. */
const LONGEST_NAME = 50;

export class ArtifactsReporter implements Reporter {
  readonly #options: ArtifactsOptions;
  readonly #attempts = new AttemptRecords();
  readonly #clock = new WallClock();
  /** The addresses of the media in running attempts, by the id of the attempt. */
  readonly #media = new Map<string, MediaEnds>();
  readonly #captures: Waiting[] = [];
  #run: EventOf<'run_started'> | undefined;
  #at = 0;
  #tell: (event: EventOf<'artifact'>) => void = () => undefined;

  constructor(options: ArtifactsOptions) {
    this.#options = options;
  }

  attach(tell: (event: RunEvent) => void): void {
    this.#tell = tell;
  }

  /** @throws OffhookError E_OUTPUT */
  on(event: RunEvent): void {
    this.#at = event.at;
    switch (event.type) {
      case 'run_started':
        this.#run = event;
        this.#clock.on(event);
        return;
      case 'sip':
        if (this.#options.network !== undefined) this.#mediaOf(event.scenario).note(event.message);
        this.#attempts.on(event);
        return;
      case 'scenario_finished':
      case 'file_part_finished':
        this.#finished(event);
        return;
      default:
        this.#attempts.on(event);
    }
  }

  /** Keeps the attempts that have no end because the run broke off, and adds RTP to all captures. @throws OffhookError E_OUTPUT */
  async complete(): Promise<void> {
    try {
      for (const [, events] of this.#attempts.takeOpen()) this.#keepOpen(events);
    } finally {
      await this.#options.network?.((captured) => this.#addNetwork(captured));
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Adds RTP to the captures. A capture that cannot be written anew is reported as it was. */
  async #addNetwork({ pieces }: CapturedNetwork): Promise<void> {
    try {
      await addNetwork(this.#captures, pieces, (capture, content) => {
        capture.content = content;
      });
    } finally {
      for (const { told, content } of this.#captures) told(content);
    }
  }

  #mediaOf(id: string): MediaEnds {
    const media = this.#media.get(id) ?? new MediaEnds();
    this.#media.set(id, media);
    return media;
  }

  #keepOpen(events: readonly RunEvent[]): void {
    const [run, first, last] = [this.#run, events[0], events.at(-1)];
    const isBegun = first?.type === 'scenario_started' || first?.type === 'file_part_started';
    if (run === undefined || last === undefined || !isBegun) return;
    this.#keep({ at: this.#at, scenario: first.scenario }, { run, events });
  }

  #finished(event: Finished): void {
    const events = this.#attempts.end(event);
    const run = this.#run;
    if (run !== undefined && this.#isKept(event.verdict)) this.#keep(event, { run, events });
    this.#media.delete(event.scenario.id);
  }

  #isKept(verdict: Verdict): boolean {
    if (verdict === 'skipped') return false;
    return this.#options.on === 'always' || verdict === 'failed' || verdict === 'errored';
  }

  #keep({ at, scenario }: Pick<Finished, 'at' | 'scenario'>, attempt: KeptAttempt): void {
    const folder = this.#newFolder(folderName(scenario));
    const told = (name: string, mediaType: string, content: Content): void => {
      const file = this.#shown(join(folder, name));
      const what = { scenario: scenario.id, name, file, media_type: mediaType };
      this.#tell({ type: 'artifact', at, ...what, ...content });
    };
    for (const { name, mediaType, content } of attemptFiles(attempt)) {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      const path = join(folder, name);
      writeNew(path, bytes);
      if (name !== CAPTURE_NAME || this.#options.network === undefined) {
        told(name, mediaType, contentOf(bytes));
        continue;
      }
      // The digest of the file is known only once RTP was added.
      this.#captures.push({
        path,
        from: this.#microseconds(attempt.events[0]?.at ?? at),
        until: this.#microseconds(at),
        media: this.#mediaOf(scenario.id),
        content: contentOf(bytes),
        told: (whole) => {
          told(name, mediaType, whole);
        },
      });
    }
    for (const { name, path } of this.#audioOf(attempt.events)) {
      const kept = join(folder, name);
      this.#take(path, kept);
      told(name, 'audio/wav', contentOf(readFileSync(kept)));
    }
  }

  /** Never one that is there already: neither that of an earlier run, nor a link that somebody has put there. */
  #newFolder(name: string): string {
    for (let number = 1; ; number += 1) {
      const folder = join(this.#options.folder, number === 1 ? name : `${name}-${number}`);
      try {
        mkdirSync(folder);
        return folder;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw outputError(folder, error);
      }
    }
  }

  #audioOf(events: readonly RunEvent[]): { name: string; path: string }[] {
    const names = new Set<string>();
    return events.flatMap((event) => {
      if (event.type !== 'audio_saved') return [];
      const agent = fileNamePart(event.agent, LONGEST_NAME) || 'agent';
      const name = unusedName(`${agent}-${event.call}`, names);
      return [{ name: `audio/${name}.wav`, path: resolve(this.#options.cwd, event.file) }];
    });
  }

  #take(path: string, kept: string): void {
    try {
      mkdirSync(dirname(kept), { recursive: true });
      if (dirname(path) === this.#options.recordings) renameSync(path, kept);
      else copyFileSync(path, kept, constants.COPYFILE_EXCL);
    } catch (error) {
      throw outputError(kept, error);
    }
  }

  #microseconds(at: number): number {
    return Math.round(this.#clock.ms(at) * 1000);
  }

  #shown(path: string): string {
    return relative(this.#options.cwd, path).split(sep).join('/');
  }
}

/** "002-calls-is-answered": the number is that of the scenario, so no other has this name in the same run. */
function folderName({ order, file, name, attempt }: ScenarioId): string {
  const base = basename(file).replace(/\.\w+$/, '');
  const parts = [base, name === base ? '' : name].map((one) => fileNamePart(one, LONGEST_NAME));
  const again = attempt === 1 ? '' : `attempt-${attempt}`;
  return [`${order}`.padStart(3, '0'), ...parts, again].filter((one) => one !== '').join('-');
}

function contentOf(bytes: Uint8Array): Content {
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function writeNew(path: string, bytes: Uint8Array): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openNew(path);
    try {
      writeFileSync(file, bytes);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw outputError(path, error);
  }
}
