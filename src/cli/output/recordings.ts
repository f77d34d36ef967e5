/**
 * The folder for recordings that only reports need, because the user did not ask for the files. The HTML page reads them,
 * and the artefacts read or move them. Both do so when an attempt ends, and nothing reads the files later, so only those of
 * running attempts are on disk. Other reporters do not learn of them, because the files vanish.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createRecordingsFolder } from '../../baresip/start/folder.js';
import { OffhookError } from '../../errors.js';
import type { RunEvent } from '../../model/run-event.js';
import type { Reporter } from '../../report/reporter.js';

/**
 * Makes the folder; it is gone when the program ends. After SIGKILL the next run removes it.
 * @param within the parent folder, which keeps it after SIGKILL; absent: that of temporary files
 */
export function recordingsFolder(within?: string): string {
  let folder: string;
  try {
    folder =
      within === undefined
        ? createRecordingsFolder()
        : mkdtempSync(join(within, '.offhook-recordings-'));
  } catch (error) {
    const seen = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new OffhookError(
      'E_OUTPUT',
      {
        subject: 'recordings for the report',
        what: `"${within ?? tmpdir()}" cannot be written to`,
        seen,
      },
      { hint: 'free space in it, or record nothing: --report-audio none' },
    );
  }
  process.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/**
 * Removes the recordings of each attempt that is over. It must be the first of all reporters: what an attempt left is
 * removed with the event after its end, when all others have seen that, and the rest when all others are closed.
 */
export class Recordings implements Reporter {
  readonly #folder: string;
  readonly #cwd: string;
  /** Recordings of attempts that run, by attempt. */
  readonly #running = new Map<string, string[]>();
  #over: string[] = [];

  /** @param cwd what paths in events are relative to */
  constructor(folder: string, cwd: string) {
    this.#folder = folder;
    this.#cwd = cwd;
  }

  on(event: RunEvent): void {
    for (const path of this.#over) rmSync(path, { force: true });
    this.#over = [];
    if (event.type === 'audio_saved') {
      const path = resolve(this.#cwd, event.file);
      if (dirname(path) !== this.#folder) return;
      const paths = this.#running.get(event.scenario) ?? [];
      this.#running.set(event.scenario, paths);
      paths.push(path);
    } else if (event.type === 'scenario_finished' || event.type === 'file_part_finished') {
      this.#end(event.scenario.id);
    } else if (event.type === 'scenario_restarted') this.#end(event.scenario);
  }

  /** The folder stays: a watch records its next run there. */
  close(): Promise<void> {
    for (const name of readdirSync(this.#folder).filter((one) => one.endsWith('.wav'))) {
      rmSync(join(this.#folder, name), { force: true });
    }
    return Promise.resolve();
  }

  #end(attempt: string): void {
    this.#over.push(...(this.#running.get(attempt) ?? []));
    this.#running.delete(attempt);
  }
}
