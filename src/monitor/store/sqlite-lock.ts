/** Sees to it that one process writes: a lock of the system, which ends with its process in whatever way that ends. */
import type { Database } from 'libsql';
import { closeSync, openSync } from 'node:fs';
import { storeError } from './store-error.js';

export interface HeldLock {
  release(): void;
}

/**
 * Locks an empty database beside the store for as long as this process lives: the store itself stays open to programs
 * that only read it. `Sqlite`: the constructor of libsql.
 */
export function lockBeside(path: string, Sqlite: new (path: string) => Database): HeldLock {
  const beside = `${path}-lock`;
  createPrivate(beside);
  const lock = new Sqlite(beside);
  try {
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) throw error;
    throw storeError(
      path,
      'another monitor uses it',
      'end the other `offhook serve`, or give each a store of its own',
    );
  }
  return {
    release: () => {
      lock.exec('ROLLBACK');
      lock.close();
    },
  };
}

/**
 * Makes an empty file that nobody else reads, unless there is one. A file that is there is not opened: closing it would
 * take away locks that this process has on it (fcntl(2), POSIX locks).
 */
export function createPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
