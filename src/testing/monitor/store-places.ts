/** Places for the store of the monitor, for tests that hold for each kind: files of SQLite, schemas of a PostgreSQL. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgres, type Postgres, startPostgres } from './postgres.js';

export interface StorePlaces {
  readonly kinds: readonly {
    readonly kind: 'SQLite' | 'PostgreSQL';
    /** Whether this machine has the programs of that server. */
    readonly there: boolean;
    /** Makes a place in which there is no store yet. */
    readonly fresh: () => Promise<string>;
  }[];
  /** Starts the server; to be called before the first test. */
  readonly begin: () => Promise<void>;
  /** Stops the server and removes all files; to be called after the last test. */
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
