/** Folders of runs: each run has its own until it has ended; those of failed runs and of the last good one stay. */
import { mkdir, mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reasonOf } from './health.js';

/** Ids sort by time, and are file names: nothing else gets near a path. */
const ID = /^\d{8}T\d{6}-[0-9a-z]{6}$/;

/** With less than that left, a run may not be able to keep what explains it. */
const LEAST_FREE = 100 * 1024 * 1024;
/** With less free space, a run would end with an error of its own when it writes its results. */
const LEAST_FOR_A_RUN = 10 * 1024 * 1024;

export class RunFolders {
  readonly #root: string;
  readonly #sizes = new Map<string, number>();
  readonly #elsewhere = new Map<string, string>();

  /** @param root folder of all runs; made when the first begins */
  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Makes the folder of a run. Where that fails or the disk is full, a temporary folder takes its place and no files of the run are
   * kept, but it still says whether the line works. @returns `problem`: why no files are kept
   */
  async make(id: string): Promise<{ readonly folder: string; readonly problem?: string }> {
    const folder = this.#of(id);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if ((await freeAt(folder)) >= LEAST_FOR_A_RUN) return { folder };
      await rm(folder, { recursive: true, force: true });
      return await this.#makeElsewhere(id, 'there is no room on its disk');
    } catch (error) {
      return this.#makeElsewhere(id, reasonOf(error));
    }
  }

  async #makeElsewhere(id: string, why: string): Promise<{ folder: string; problem: string }> {
    const folder = await mkdtemp(join(tmpdir(), 'offhook-monitor-'));
    this.#elsewhere.set(id, folder);
    return { folder, problem: `files of runs are not kept: ${this.#root}: ${why}` };
  }

  /** Its files are in a temporary folder. */
  isElsewhere(id: string): boolean {
    return this.#elsewhere.has(id);
  }

  async remove(id: string): Promise<void> {
    this.#sizes.delete(id);
    const elsewhere = this.#elsewhere.get(id);
    this.#elsewhere.delete(id);
    if (elsewhere !== undefined) await rm(elsewhere, { recursive: true, force: true });
    await rm(this.#of(id), { recursive: true, force: true, maxRetries: 2 });
  }

  /** undefined: no id. The folder may be gone. */
  find(id: string): string | undefined {
    return ID.test(id) ? this.#of(id) : undefined;
  }

  /** Ids of the runs that have a folder. */
  async ids(): Promise<readonly string[]> {
    try {
      return (await readdir(this.#root)).filter((name) => ID.test(name));
    } catch {
      return [];
    }
  }

  /** Bytes of the files of a run. Once it has ended, only its report may still come. */
  async size(id: string): Promise<number> {
    const known = this.#sizes.get(id);
    if (known !== undefined) return known;
    const folder = this.#of(id);
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    const sizes = await Promise.all(
      names.map((name) =>
        stat(join(folder, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    const size = sizes.reduce((sum, one) => sum + one, 0);
    this.#sizes.set(id, size);
    return size;
  }

  /** What is wrong with the disk, if something is. */
  async problem(): Promise<string | undefined> {
    try {
      await mkdir(this.#root, { recursive: true, mode: 0o700 });
      const free = await freeAt(this.#root);
      if (free >= LEAST_FREE) return undefined;
      return `${this.#root}: ${Math.round(free / 1024 / 1024)} MiB are free, at least 100 are needed`;
    } catch (error) {
      return `${this.#root}: ${reasonOf(error)}`;
    }
  }

  #of(id: string): string {
    if (!ID.test(id)) throw new Error(`"${id}" is no id of a run`);
    return join(this.#root, id);
  }
}

/** Bytes that may be written there. */
async function freeAt(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/** A new id for a run that begins at that time. */
export function runId(at: number, random: () => number = Math.random): string {
  const time = new Date(at).toISOString().replace(/[-:]/g, '').slice(0, 15);
  const salt = Math.floor(random() * 36 ** 6)
    .toString(36)
    .padStart(6, '0');
  return `${time}-${salt}`;
}
