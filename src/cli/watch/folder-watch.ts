/** Reports changes of files in folders; each folder is watched by itself, so none that is left out costs anything. */
import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';

/** How long it must be quiet before changes are reported: an editor writes a file in several steps, a checkout writes many files. */
const QUIET_MS = 100;

export class FolderWatch {
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #onChange: (paths: ReadonlySet<string>) => void;
  #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param onChange gets what has changed, appeared or gone, once it is quiet again. */
  constructor(onChange: (paths: ReadonlySet<string>) => void) {
    this.#onChange = onChange;
  }

  /** Watches these folders and no others; none any more once it is closed. */
  set(folders: Iterable<string>): void {
    const wanted = new Set(this.#closed ? [] : folders);
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of wanted) if (!this.#watchers.has(folder)) this.#add(folder);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.set([]);
  }

  #add(folder: string): void {
    const gone = (): void => {
      this.#watchers.get(folder)?.close();
      this.#watchers.delete(folder);
      this.#note(folder);
    };
    try {
      const watcher = watch(folder, (_, name) => {
        this.#note(name === null ? folder : join(folder, name));
      });
      watcher.on('error', gone);
      this.#watchers.set(folder, watcher);
    } catch (error) {
      // If a folder vanishes while it is being looked at, the watch on its parent reports the change.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  #note(path: string): void {
    this.#changed.add(path);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const changed = this.#changed;
      this.#changed = new Set();
      this.#onChange(changed);
    }, QUIET_MS);
  }
}
