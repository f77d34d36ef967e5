/** A store in one file: SQLite by libsql, which has the interface of better-sqlite3. */
import type { Database, Statement } from 'libsql';
import { accessSync, constants, lstatSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isOurs, NotOrdinary, ownersOf, refuseStrangersLinks } from '../../ordinary-file.js';
import { asNumber, type Row, type Sql, type Statements, type Value } from './sql.js';
import { createPrivate, type HeldLock, lockBeside } from './sqlite-lock.js';
import { sqliteFailure, storeError } from './store-error.js';
import { Turns } from './turns.js';

const BUSY_TIMEOUT_MS = 5000;
/** A write-ahead log that has grown beyond is cut when all of it is in the file. */
const LOG_BYTES = 16 * 1_048_576;
/** Pages given back at a time: it takes some ms. */
const PAGES_AT_A_TIME = 100;

export async function openSqlite(where: string): Promise<Sql> {
  const path = placeOf(where);
  const { default: Sqlite } = await import('libsql');
  let lock: HeldLock | undefined;
  try {
    lock = lockBeside(path, Sqlite);
    createPrivate(path);
    const database = new Sqlite(path);
    for (const setting of [
      `busy_timeout = ${BUSY_TIMEOUT_MS}`,
      // SQLite takes this for a new file only, and before its first table
      'auto_vacuum = INCREMENTAL',
      'journal_mode = WAL',
      'synchronous = NORMAL',
      `journal_size_limit = ${LOG_BYTES}`,
    ]) {
      database.pragma(setting);
    }
    return new SqliteFile(path, database, lock);
  } catch (error) {
    lock?.release();
    throw openFailure(path, error);
  }
}

/** The real path of the file, which need not exist. */
function placeOf(where: string): string {
  const path = resolve(where);
  try {
    refuseStrangersLinks(path);
    const link = lstatSync(path, { throwIfNoEntry: false });
    if (link === undefined) {
      const folder = realpathSync(dirname(path));
      accessSync(folder, constants.W_OK | constants.X_OK);
      return join(folder, basename(path));
    }
    const real = realpathSync(path);
    const stat = statSync(real);
    if (!stat.isFile())
      throw new NotOrdinary(stat.isDirectory() ? 'is a folder' : 'is not an ordinary file');
    if (!isOurs(stat.uid) && stat.uid !== 0 && !ownersOf(dirname(real)).includes(stat.uid))
      throw new NotOrdinary(`belongs to another user (id ${stat.uid})`);
    accessSync(real, constants.R_OK | constants.W_OK);
    return real;
  } catch (error) {
    throw openFailure(path, error);
  }
}

/** @returns E_STORE for what the system, libsql and SQLite say about a file; other errors as they are */
function openFailure(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return storeError(path, 'its folder does not exist', 'create the folder', undefined, error);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return storeError(
      path,
      'it cannot be read and written',
      'give the user of the monitor the right to do both, there and in the folder',
      code,
      error,
    );
  if (code === 'ENOSPC')
    return storeError(path, 'the disk is full', 'make room on its disk', code, error);
  const text = (error as Error).message;
  if (error instanceof NotOrdinary)
    return storeError(path, `it ${text}`, 'name an ordinary file of your own', undefined, error);
  // libsql's own words, which carry no code
  if (text.startsWith('ConnectionFailed'))
    return storeError(path, 'it cannot be opened', 'look at the file and its folder', text, error);
  return sqliteFailure(path, error);
}

class SqliteFile implements Sql {
  readonly clustered = ' WITHOUT ROWID';
  readonly place: string;
  readonly #database: Database;
  readonly #lock: HeldLock;
  readonly #file: number;
  readonly #turns: Turns;
  /** Prepared statements by their text: all texts are ours, so there are some dozens. */
  readonly #prepared = new Map<string, Statement>();
  readonly #statements: Statements = {
    query: (text, values = []) => Promise.resolve(this.#prepare(text).all(values) as Row[]),
    run: (text, values = []) => Promise.resolve(this.#prepare(text).run(values).changes),
  };

  constructor(path: string, database: Database, lock: HeldLock) {
    this.place = path;
    this.#turns = new Turns(path);
    this.#database = database;
    this.#lock = lock;
    this.#file = statSync(path).ino;
  }

  query(text: string, values?: readonly Value[]): Promise<readonly Row[]> {
    return this.#turn(() => this.#statements.query(text, values));
  }

  run(text: string, values?: readonly Value[]): Promise<number> {
    return this.transaction((statements) => statements.run(text, values));
  }

  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    return this.#turn(async () => {
      this.#assertThere();
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const result = await work(this.#statements);
        this.#database.exec('COMMIT');
        return result;
      } catch (error) {
        // a full disk has rolled back already
        if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  async tables(): Promise<readonly string[]> {
    const rows = await this.query(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
    );
    return rows.map(({ name }) => String(name));
  }

  usedBytes(): Promise<number> {
    return this.#turn(() =>
      Promise.resolve(
        (this.#pragma('page_count') - this.#pragma('freelist_count')) * this.#pragma('page_size'),
      ),
    );
  }

  size(): Promise<number> {
    return this.#turn(() => {
      const sizes = ['', '-wal', '-shm'].map(
        (end) => statSync(this.place + end, { throwIfNoEntry: false })?.size ?? 0,
      );
      return Promise.resolve(sizes.reduce((sum, size) => sum + size, 0));
    });
  }

  shrink(): Promise<boolean> {
    return this.#turn(() => {
      const before = this.#pragma('freelist_count');
      if (before > 0) this.#database.pragma(`incremental_vacuum(${PAGES_AT_A_TIME})`);
      const left = this.#pragma('freelist_count');
      // a file of another making need not be able to shrink
      const more = left > 0 && left < before;
      if (!more) this.#database.pragma('wal_checkpoint(PASSIVE)');
      return Promise.resolve(more);
    });
  }

  close(): Promise<void> {
    return this.#turns.end(() => {
      try {
        // libsql closes the file when the last of its statements is collected, so the log is emptied before
        this.#database.pragma('wal_checkpoint(TRUNCATE)');
      } catch {
        // on a full disk it stays, and whoever opens the file next reads it
      }
      this.#prepared.clear();
      this.#database.close();
      this.#lock.release();
      return Promise.resolve();
    });
  }

  #prepare(text: string): Statement {
    let statement = this.#prepared.get(text);
    if (statement === undefined) {
      statement = this.#database.prepare(text);
      this.#prepared.set(text, statement);
    }
    return statement;
  }

  #pragma(name: string): number {
    const [row] = this.#database.pragma(name) as Row[];
    return asNumber(Object.values(row ?? {})[0]);
  }

  /** SQLite goes on writing into a file that was deleted, and all would be lost with the process. */
  #assertThere(): void {
    const file = statSync(this.place, { throwIfNoEntry: false })?.ino;
    if (file === this.#file) return;
    throw storeError(
      this.place,
      `the file was ${file === undefined ? 'removed' : 'replaced'} while it was in use`,
      'start `offhook serve` again',
    );
  }

  async #turn<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#turns.take(work);
    } catch (error) {
      throw sqliteFailure(this.place, error);
    }
  }
}
