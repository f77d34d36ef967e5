/** The HTML report of a kept run: made of its record when somebody first asks for it, by `offhook report`. */
import { execFile } from 'node:child_process';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RECORD, type ChildPlace } from './child.js';

const REPORT = 'report.html';
const LIMIT_MS = 60_000;

export class Reports {
  readonly #place: ChildPlace;
  readonly #pending = new Map<string, Promise<string | undefined>>();

  constructor(place: ChildPlace) {
    this.#place = place;
  }

  /** @param folder of the run. @returns undefined where there is no record, or it cannot be read */
  of(folder: string): Promise<string | undefined> {
    const pending = this.#pending.get(folder) ?? this.#make(folder);
    this.#pending.set(folder, pending);
    void pending.finally(() => this.#pending.delete(folder));
    return pending;
  }

  async #make(folder: string): Promise<string | undefined> {
    const report = join(folder, REPORT);
    const made = await readText(report);
    if (made !== undefined) return made;
    const { program, cwd, environment } = this.#place;
    const [command = process.execPath, ...first] = program;
    const draft = `${report}.part`;
    const words = ['report', join(folder, RECORD), '--reporter', `html=${draft}`];
    try {
      // The run may have failed: then so does the command, which has written its report all the same.
      await promisify(execFile)(command, [...first, ...words], {
        cwd,
        env: { ...environment },
        timeout: LIMIT_MS,
        killSignal: 'SIGKILL',
      }).catch(() => undefined);
      await rename(draft, report);
    } catch {
      return undefined;
    }
    return readText(report);
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
