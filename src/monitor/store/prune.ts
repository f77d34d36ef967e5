/** What a store takes away: what is too old, and the oldest when it is too large. In small steps, so that others get their turn. */
import { setImmediate } from 'node:timers/promises';
import { SIZES, tableOf } from './buckets.js';
import { endedRunOf } from './monitor-rows.js';
import { idOf } from './run-rows.js';
import { asNumber, asText, type Sql } from './sql.js';
import type { Retention } from './store.js';

/** Rows of one transaction: it takes some ms. */
const ROWS_AT_A_TIME = 500;
/** A store that is too large loses at least such a share of its time at once. */
const SHARES = 48;
const HOUR_MS = 3_600_000;
/** Selects runs that passed: their outcome is stored as 0, its place in OUTCOMES. */
const PASSED = 'AND outcome = 0';

interface Pruned {
  readonly id: number;
  /** When its last run and its last good one started: these stay, whatever their age. */
  readonly spared: readonly [number, number];
}

/**
 * @param stopped whether to end early: the store is closed
 * @returns ids of the runs that were taken away and had files
 */
export async function prune(
  sql: Sql,
  now: number,
  retention: Retention,
  stopped: () => boolean,
): Promise<readonly string[]> {
  const gone: string[] = [];
  try {
    await pruneInto(gone, sql, now, retention, stopped);
  } catch (error) {
    // closed between two steps
    if (!stopped()) throw error;
  }
  return gone;
}

async function pruneInto(
  gone: string[],
  sql: Sql,
  now: number,
  retention: Retention,
  stopped: () => boolean,
): Promise<void> {
  for (const monitor of await prunedMonitors(sql)) {
    if (stopped()) return;
    await dropRuns(sql, monitor, now - retention.passed_ms, PASSED, gone, stopped);
    await dropRuns(sql, monitor, now - retention.failed_ms, '', gone, stopped);
    if (stopped()) return;
    await dropOld(sql, monitor.id, now, retention);
  }
  for (const which of [PASSED, ''])
    await dropBySize(sql, now, retention.bytes, which, gone, stopped);
  while (!stopped() && (await sql.shrink())) await setImmediate();
}

async function prunedMonitors(sql: Sql): Promise<readonly Pruned[]> {
  const rows = await sql.query('SELECT id, last, last_passed FROM offhook_monitors');
  return rows.map((row) => ({
    id: asNumber(row['id']),
    spared: [
      endedRunOf(row['last'])?.started_at ?? -1,
      endedRunOf(row['last_passed'])?.started_at ?? -1,
    ],
  }));
}

/** `which`: a condition for runs. */
async function dropRuns(
  sql: Sql,
  { id, spared }: Pruned,
  before: number,
  which: string,
  gone: string[],
  stopped: () => boolean,
): Promise<void> {
  for (let more = true; more && !stopped();) {
    more = await sql.transaction(async ({ query }) => {
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
      for (const row of dropped)
        if (row['kept'] === 1) gone.push(idOf(asText(row['tail']), asNumber(row['started_at'])));
      return bound !== undefined;
    });
    await setImmediate();
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

async function dropBySize(
  sql: Sql,
  now: number,
  limit: number,
  which: string,
  gone: string[],
  stopped: () => boolean,
): Promise<void> {
  if (stopped() || (await sql.usedBytes()) <= limit) return;
  const monitors = await prunedMonitors(sql);
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
    if (stopped() || (await sql.usedBytes()) <= limit) return;
  }
}
