/** Places for the store of the monitor, for tests that hold for each kind: files of SQLite, schemas of a PostgreSQL. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgres, type Postgres, startPostgres } from './postgres.js';

export interface StorePlaces {
  readonly kinds: readonly {
    readonly kind: 'SQLite' | 'PostgreSQL';
    /** false: there is no such server here. */
    readonly there: boolean;
    /** A place without a store. */
    readonly fresh: () => Promise<string>;
  }[];
  /** Before the first test. */
  readonly begin: () => Promise<void>;
  /** After the last. */
  readonly end: () => Promise<void>;
}

export async function storePlaces(): Promise<StorePlaces> {
  const programs = await findPostgres();
  const folder = mkdtempSync(join(tmpdir(), 'offhook-store-'));
  let postgres: Postgres | undefined;
  let files = 0;
  return {
    kinds: [
      {
        kind: 'SQLite',
        there: true,
        fresh: () => Promise.resolve(join(folder, `${(files += 1)}.db`)),
      },
      {
        kind: 'PostgreSQL',
        there: programs !== undefined,
        fresh: () => postgres?.freshSchema() ?? Promise.reject(new Error('it is not started')),
      },
    ],
    begin: async () => {
      if (programs !== undefined) postgres = await startPostgres(programs);
    },
    end: async () => {
      await postgres?.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
