/** How a store of an older Offhook becomes one of this. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endedRun, NOON, storedMonitor } from '../../testing/monitor/sample-monitor.js';
import { storePlaces } from '../../testing/monitor/store-places.js';
import { migrate, type Step, STEPS } from './migrations.js';
import { openStore } from './open-store.js';
import { openPostgres } from './postgres.js';
import { openSqlite } from './sqlite.js';

const places = await storePlaces();
beforeAll(places.begin);
afterAll(places.end);

/** A new table needs a new step, because stores with these tables are in use already. */
test('the tables of the first step are those that were released', () => {
  const words = STEPS[0]?.('').map((statement) => statement.replaceAll(/\s+/g, ' '));
  expect(words?.map((statement) => statement.slice(0, statement.indexOf('(')).trim())).toEqual([
    'CREATE TABLE offhook_monitors',
    'CREATE TABLE offhook_begun',
    'CREATE TABLE offhook_runs',
    'CREATE INDEX offhook_whole_ids ON offhook_runs',
    'CREATE TABLE offhook_hours',
    'CREATE TABLE offhook_days',
    'CREATE TABLE offhook_transitions',
    'CREATE TABLE offhook_notices',
  ]);
  expect(words?.[2]).toBe(
    'CREATE TABLE offhook_runs ( monitor INTEGER NOT NULL, started_at BIGINT NOT NULL, tail TEXT NOT NULL, ' +
      'outcome INTEGER NOT NULL, requested INTEGER NOT NULL, kept INTEGER NOT NULL, duration INTEGER NOT NULL, ' +
      'idle BIGINT NOT NULL, scenarios INTEGER NOT NULL, scenarios_failed INTEGER NOT NULL, ' +
      'post_dial_delay INTEGER, setup INTEGER, ring INTEGER, mos INTEGER, packet_loss INTEGER, jitter INTEGER, ' +
      'note TEXT, PRIMARY KEY (monitor, started_at, tail) )',
  );
  const columns = (of: string) =>
    [...of.matchAll(/(\w+) (?:INTEGER|BIGINT)/g)].map(([, name = '']) => name);
  const spread = (name: string) =>
    ['count', 'sum', 'least', 'most'].map((what) => `${name}_${what}`);
  expect(columns(words?.[4] ?? '')).toEqual([
    ...['monitor', 'at'],
    ...['passed', 'flaky', 'degraded', 'failed', 'errored', 'stopped', 'lost'],
    ...['ok_ms', 'degraded_ms', 'failing_ms', 'failed_ms', 'unknown_ms'],
    ...['duration', 'post_dial_delay', 'setup', 'ring', 'mos', 'packet_loss', 'jitter'].flatMap(
      spread,
    ),
  ]);
  expect(words?.[5]).toBe(words?.[4]?.replace('offhook_hours', 'offhook_days'));
});

for (const { kind, there, fresh } of places.kinds) {
  describe.skipIf(!there)(kind, () => {
    const openSql = (where: string) =>
      kind === 'SQLite' ? openSqlite(where) : openPostgres(where);

    test('a step is taken once, and only as a whole', async () => {
      const where = await fresh();
      const store = await openStore(where);
      await store.end(endedRun(), storedMonitor());
      await store.close();

      const broken: Step = () => [
        'CREATE TABLE offhook_more (id INTEGER)',
        'INSERT INTO offhook_nothing (id) VALUES (1)',
      ];
      const whole: Step = () => [
        'CREATE TABLE offhook_more (id INTEGER)',
        'INSERT INTO offhook_more (id) VALUES (1)',
      ];
      const sql = await openSql(where);
      await expect(migrate(sql, [...STEPS, broken])).rejects.toMatchObject({ code: 'E_STORE' });
      expect(await sql.tables()).not.toContain('offhook_more');
      await migrate(sql, [...STEPS, whole]);
      await migrate(sql, [...STEPS, whole]);
      expect(await sql.query('SELECT id FROM offhook_more')).toEqual([{ id: 1 }]);
      await sql.close();

      await expect(openStore(where)).rejects.toThrow(/it was written by a newer Offhook/);
      const newer = await openSql(where);
      expect(await newer.query('SELECT monitor FROM offhook_runs')).toEqual([{ monitor: 1 }]);
      await newer.run('DELETE FROM offhook_schema_version WHERE version = 2');
      await newer.close();
      const older = await openStore(where);
      expect(await older.history('sales', NOON + 1, 1)).toEqual([endedRun()]);
      await older.close();
    });
  });
}
