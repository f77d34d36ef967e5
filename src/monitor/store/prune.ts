/**
 * What a store takes away: what is too old, the oldest when it is too large, and monitors of which nothing is left. In small
 * steps, so that others get their turn.
 */
import { setImmediate } from 'node:timers/promises';
import { SIZES, tableOf } from './buckets.js';
import { endedRunOf } from './monitor-rows.js';
import { idOf } from './run-rows.js';
import { asNumber, asText, type Sql, type Statements } from './sql.js';
import type { Retention } from './store.js';

/** Rows of one transaction: it takes some ms. */
const ROWS_AT_A_TIME = 500;
/** A store that is too large loses at least such a share of its time at once. */
const SHARES = 48;
const HOUR_MS = 3_600_000;
/** Selects runs that passed: their outcome is stored as 0, its place in OUTCOMES. */
const PASSED = 'AND outcome = 0';
/** Columns of a monitor that hold a whole run. */
const WHOLE_RUNS = ['last', 'last_passed'] as const;

export interface Pruning {
  readonly now: number;
  readonly retention: Retention;
  /** Names of monitors that the configuration has. */
  readonly configured: ReadonlySet<string>;
  /** Whether to end early: the store is closed. */
  readonly stopped: () => boolean;
  /** Called within the transaction that deletes the row of a monitor: its number is no longer valid. */
  readonly forgotten: (name: string) => void;
}

interface Pruned {
  readonly id: number;
  readonly name: string;
  readonly isConfigured: boolean;
  /** Start times of its last run and its last good run, which stay at any age while the monitor is configured. */
  readonly spared: readonly [number, number];
}

/** @returns ids of the runs that were taken away and had files */
export async function prune(sql: Sql, pruning: Pruning): Promise<readonly string[]> {
  const gone: string[] = [];
  try {
    await pruneInto(gone, sql, pruning);
  } catch (error) {
    // closed between two steps
    if (!pruning.stopped()) throw error;
  }
  return gone;
}

async function pruneInto(gone: string[], sql: Sql, pruning: Pruning): Promise<void> {
  const { now, retention, stopped } = pruning;
  for (const monitor of await prunedMonitors(sql, pruning)) {
    if (stopped()) return;
    await dropRuns(sql, monitor, now - retention.passed_ms, PASSED, gone, stopped);
    await dropRuns(sql, monitor, now - retention.failed_ms, '', gone, stopped);
    if (stopped()) return;
    await dropOld(sql, monitor.id, now, retention);
  }
  for (const which of [PASSED, '']) await dropBySize(sql, pruning, which, gone);
  for (const monitor of await prunedMonitors(sql, pruning)) {
    if (stopped()) return;
    if (!monitor.isConfigured) await dropMonitor(sql, monitor, pruning);
  }
  while (!stopped() && (await sql.shrink())) await setImmediate();
}

async function prunedMonitors(sql: Sql, { configured }: Pruning): Promise<readonly Pruned[]> {
  const rows = await sql.query('SELECT id, name, last, last_passed FROM offhook_monitors');
  return rows.map((row) => {
    const name = asText(row['name']);
    const isConfigured = configured.has(name);
    const startOf = (column: (typeof WHOLE_RUNS)[number]): number =>
      (isConfigured ? endedRunOf(row[column])?.started_at : undefined) ?? -1;
    const spared = [startOf('last'), startOf('last_passed')] as const;
    return { id: asNumber(row['id']), name, isConfigured, spared };
  });
}

/** `which`: a condition for runs. */
async function dropRuns(
  sql: Sql,
  { id, isConfigured, spared }: Pruned,
  before: number,
  which: string,
  gone: string[],
  stopped: () => boolean,
): Promise<void> {
  for (let more = true; more && !stopped();) {
    more = await sql.transaction(async (statements) => {
      const { query } = statements;
      const [bound] = await query(
        `SELECT started_at FROM offhook_runs WHERE monitor = ? AND started_at < ? ${which}
          ORDER BY started_at LIMIT 1 OFFSET ?`,
        [id, Math.floor(before), ROWS_AT_A_TIME - 1],
      );
      const until = bound === undefined ? Math.floor(before) - 1 : asNumber(bound['started_at']);
      const dropped = await query(
        `DELETE FROM offhook_runs WHERE monitor = ? AND started_at <= ? ${which}
          AND started_at <> ? AND started_at <> ? RETURNING started_at, tail, kept`,
        [id, until, ...spared],
      );
      const ids = dropped
        .filter((row) => row['kept'] === 1)
        .map((row) => idOf(asText(row['tail']), asNumber(row['started_at'])));
      if (!isConfigured && ids.length > 0) await forgetFiles(statements, id, ids);
      gone.push(...ids);
      return bound !== undefined;
    });
    await setImmediate();
  }
}

/** A run stored with its monitor outlives its row. If the monitor is configured again, it must not lead to files that are gone. */
async function forgetFiles(
  { query, run }: Statements,
  monitor: number,
  ids: readonly string[],
): Promise<void> {
  const [row] = await query('SELECT last, last_passed FROM offhook_monitors WHERE id = ?', [
    monitor,
  ]);
  for (const column of WHOLE_RUNS) {
    const whole = endedRunOf(row?.[column]);
    if (whole === undefined || !ids.includes(whole.id)) continue;
    const text = JSON.stringify({ ...whole, kept: false });
    await run(`UPDATE offhook_monitors SET ${column} = ? WHERE id = ?`, [text, monitor]);
  }
}

/** Hours, days and changes of states: in each hour one row at most has become too old. */
async function dropOld(sql: Sql, id: number, now: number, retention: Retention): Promise<void> {
  await sql.transaction(async ({ run }) => {
    for (const size of SIZES) {
      const age = size === 'hour' ? retention.hours_ms : retention.days_ms;
      await run(`DELETE FROM ${tableOf(size)} WHERE monitor = ? AND at < ?`, [
        id,
        Math.floor(now - age),
      ]);
    }
    await run('DELETE FROM offhook_transitions WHERE monitor = ? AND at < ?', [
      id,
      Math.floor(now - retention.days_ms),
    ]);
  });
}

const LEFT_OF_MONITOR = ['offhook_begun', 'offhook_runs', ...SIZES.map(tableOf)];

/** Takes a monitor away of which no run, hour or day is left. One that comes back later begins anew. */
async function dropMonitor(sql: Sql, { id, name }: Pruned, { forgotten }: Pruning): Promise<void> {
  await sql.transaction(async ({ query, run }) => {
    for (const table of LEFT_OF_MONITOR) {
      const left = await query(`SELECT 1 AS there FROM ${table} WHERE monitor = ? LIMIT 1`, [id]);
      if (left.length > 0) return;
    }
    forgotten(name);
    await run('DELETE FROM offhook_transitions WHERE monitor = ?', [id]);
    await run('DELETE FROM offhook_monitors WHERE id = ?', [id]);
  });
}

async function dropBySize(
  sql: Sql,
  pruning: Pruning,
  which: string,
  gone: string[],
): Promise<void> {
  const { now, retention, stopped } = pruning;
  const isTooLarge = async (): Promise<boolean> => (await sql.usedBytes()) > retention.bytes;
  if (stopped() || !(await isTooLarge())) return;
  const monitors = await prunedMonitors(sql, pruning);
  let oldest = now;
  for (const { id } of monitors) {
    const [row] = await sql.query(
      `SELECT started_at FROM offhook_runs WHERE monitor = ? ${which} ORDER BY started_at LIMIT 1`,
      [id],
    );
    oldest = Math.min(oldest, row === undefined ? now : asNumber(row['started_at']));
  }
  const step = Math.max(HOUR_MS, (now - oldest) / SHARES);
  for (let before = oldest + step; before - step <= now && !stopped(); before += step) {
    for (const monitor of monitors) await dropRuns(sql, monitor, before, which, gone, stopped);
    if (stopped() || !(await isTooLarge())) return;
  }
}
