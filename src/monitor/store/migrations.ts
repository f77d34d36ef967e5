/** Tables of the store, step by step: each step is applied once, in a transaction, and never changed afterwards. */
import { MEASURES } from '../model/run.js';
import { BUCKET_COLUMNS, SIZES, tableOf } from './buckets.js';
import type { Sql } from './sql.js';
import { storeError } from './store-error.js';

/** Statements of a step. `clustered`: see `Sql`. */
export type Step = (clustered: string) => readonly string[];

/** Monitors get numbers, because otherwise each row would repeat a name. Times: ms since 1970. */
const FIRST: Step = (clustered) => [
  `CREATE TABLE offhook_monitors (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    paused INTEGER,
    last TEXT,
    last_passed TEXT,
    learned_locks TEXT NOT NULL
  )`,
  `CREATE TABLE offhook_begun (
    id TEXT PRIMARY KEY,
    monitor INTEGER NOT NULL,
    requested INTEGER NOT NULL,
    started_at BIGINT NOT NULL
  )`,
  `CREATE TABLE offhook_runs (
    monitor INTEGER NOT NULL,
    started_at BIGINT NOT NULL,
    tail TEXT NOT NULL,
    outcome INTEGER NOT NULL,
    requested INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    duration INTEGER NOT NULL,
    idle BIGINT NOT NULL,
    scenarios INTEGER NOT NULL,
    scenarios_failed INTEGER NOT NULL,
    ${MEASURES.map((measure) => `${measure} INTEGER`).join(', ')},
    note TEXT,
    PRIMARY KEY (monitor, started_at, tail)
  )${clustered}`,
  // finds the few ids that are stored as a whole
  `CREATE INDEX offhook_whole_ids ON offhook_runs (tail) WHERE substr(tail, 1, 1) = '='`,
  ...SIZES.map(
    (size) => `CREATE TABLE ${tableOf(size)} (
      monitor INTEGER NOT NULL,
      at BIGINT NOT NULL,
      ${BUCKET_COLUMNS.join(', ')},
      PRIMARY KEY (monitor, at)
    )${clustered}`,
  ),
  `CREATE TABLE offhook_transitions (
    monitor INTEGER NOT NULL,
    at BIGINT NOT NULL,
    was TEXT NOT NULL,
    became TEXT NOT NULL,
    note TEXT,
    run TEXT,
    PRIMARY KEY (monitor, at, was, became)
  )${clustered}`,
  `CREATE TABLE offhook_notices (
    id TEXT PRIMARY KEY,
    target TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    tries INTEGER NOT NULL,
    next_at BIGINT,
    problem TEXT
  )`,
];

export const STEPS: readonly Step[] = [FIRST];
const VERSIONS = 'offhook_schema_version';

/** Brings the tables up to date, `steps` being all there are. @throws E_STORE for a store of a newer Offhook, or of another program */
export async function migrate(sql: Sql, steps = STEPS): Promise<void> {
  const tables = await sql.tables();
  if (!tables.includes(VERSIONS)) {
    // a server may have tables of others beside ours; a file is of one program
    if (sql.clustered !== '' && tables.length > 0)
      throw storeError(sql.place, 'it is a database of another program', 'name another file');
    await sql.run(`CREATE TABLE ${VERSIONS} (version INTEGER NOT NULL)`);
  }
  const [row] = await sql.query(`SELECT MAX(version) AS version FROM ${VERSIONS}`);
  const version = Number(row?.['version'] ?? 0);
  if (version > steps.length)
    throw storeError(
      sql.place,
      'it was written by a newer Offhook',
      'use that version, or name another store',
      `version ${version} of its tables; this Offhook knows versions up to ${steps.length}`,
    );
  for (const [index, step] of steps.entries()) {
    if (index < version) continue;
    await sql.transaction(async ({ run }) => {
      for (const statement of step(sql.clustered)) await run(statement);
      await run(`INSERT INTO ${VERSIONS} (version) VALUES (?)`, [index + 1]);
    });
  }
}
