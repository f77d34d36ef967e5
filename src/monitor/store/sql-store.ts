/** The store over a database: what is written together is one transaction. */
import type { Day } from '../model/days.js';
import type { BegunRun, EndedRun } from '../model/run.js';
import { FIRST_STATE, type State, STATES, type Transition } from '../model/states.js';
import type { Bucket, StripRun } from '../model/view.js';
import {
  addRun,
  addTime,
  bucketOf,
  COUNTED_SUM,
  DAY_MS,
  dayOfLine,
  GOOD_SUM,
  SIZES,
  type Size,
  stateColumn,
  statesOf,
  tableOf,
} from './buckets.js';
import {
  begunOf,
  endedRunOf,
  monitorOf,
  monitorValues,
  noticeOf,
  noticeValues,
  transitionOf,
} from './monitor-rows.js';
import { prune } from './prune.js';
import { ADD_RUN, placeOfId, runOf, runValues, stripRunOf } from './run-rows.js';
import {
  asBound,
  asLimit,
  asNumber,
  asText,
  type Row,
  type Sql,
  type Statements,
  storable,
  textOrNull,
} from './sql.js';
import type { Retention, Store, StoredMonitor, StoredNotice } from './store.js';

/** The longest time in a state that is added at once: more than any monitor that was down for a while has to add. */
const LONGEST_SPAN_MS = 400 * DAY_MS;

const KEEP_NOTICE = `INSERT INTO offhook_notices (id, target, created_at, body, tries, next_at, problem)
  VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET target = excluded.target, created_at = excluded.created_at,
    body = excluded.body, tries = excluded.tries, next_at = excluded.next_at, problem = excluded.problem`;
/**
 * Selects one row for each monitor; the row has a text with a line for each of its runs, because returning a row costs more
 * than its content. The runs are selected by a subquery for each monitor, so that the database never scans the whole table of runs.
 */
const STRIPS = `SELECT m.name, (
    SELECT string_agg(x.line, ? ORDER BY x.started_at, x.tail) FROM (
      SELECT r.started_at, r.tail, r.started_at || ' ' || r.outcome || ' ' || r.duration || ' ' || r.tail AS line
      FROM offhook_runs r WHERE r.monitor = m.id ORDER BY r.started_at DESC, r.tail DESC LIMIT ?
    ) x
  ) AS runs FROM offhook_monitors m ORDER BY m.id`;
/** Has a subquery for each monitor, for the same reason: then no planner chooses to read all runs. */
const MONITOR_OF_TAIL = `SELECT x.id, x.name, x.started_at FROM (
    SELECT m.id, m.name, (
      SELECT r.started_at FROM offhook_runs r
      WHERE r.monitor = m.id AND r.started_at >= ? AND r.started_at < ? AND r.tail = ? LIMIT 1
    ) AS started_at FROM offhook_monitors m
  ) x WHERE x.started_at IS NOT NULL`;
/** A row for each monitor, a line for each of its days, for the same reason. */
const DAYS = `SELECT m.name, (
    SELECT string_agg(b.at || ' ' || (${COUNTED_SUM}) || ' ' || (${GOOD_SUM}), ?)
    FROM ${tableOf('day')} b WHERE b.monitor = m.id AND b.at >= ? AND (${COUNTED_SUM}) > 0
  ) AS days FROM offhook_monitors m ORDER BY m.id`;
const STATE_SUMS = STATES.map(stateColumn).map((column) => `SUM(b.${column}) AS ${column}`);

export class SqlStore implements Store {
  readonly #sql: Sql;
  /** Numbers of monitors, by name. */
  readonly #numbers = new Map<string, number>();
  #closed = false;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async monitors(): Promise<readonly StoredMonitor[]> {
    const rows = await this.#sql.query('SELECT * FROM offhook_monitors ORDER BY id');
    return rows.map(monitorOf);
  }

  begin(run: BegunRun): Promise<void> {
    return this.#write(async (statements) => {
      await statements.run(
        'INSERT INTO offhook_begun (id, monitor, requested, started_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
        [
          run.id,
          await this.#number(statements, run.monitor),
          Number(run.trigger === 'request'),
          Math.round(run.started_at),
        ],
      );
    });
  }

  async begun(): Promise<readonly BegunRun[]> {
    const rows = await this.#sql.query(
      `SELECT b.id, b.requested, b.started_at, m.name FROM offhook_begun b
        JOIN offhook_monitors m ON m.id = b.monitor ORDER BY b.started_at, b.id`,
    );
    return rows.map(begunOf);
  }

  end(
    run: EndedRun,
    monitor: StoredMonitor,
    transition?: Transition,
    notices: readonly StoredNotice[] = [],
  ): Promise<void> {
    return this.#write(async (statements) => {
      const number = await this.#number(statements, run.monitor);
      await statements.run('DELETE FROM offhook_begun WHERE id = ?', [run.id]);
      const added = await statements.run(ADD_RUN, runValues(run, number));
      // a caller that got an error although all was stored may store the run again: it must count once
      if (added > 0) for (const size of SIZES) await statements.run(...addRun(size, number, run));
      await this.#keep(statements, monitor, transition);
      for (const notice of notices) await statements.run(KEEP_NOTICE, noticeValues(notice));
    });
  }

  save(
    monitor: StoredMonitor,
    transition?: Transition,
    notices: readonly StoredNotice[] = [],
  ): Promise<void> {
    return this.#write(async (statements) => {
      await this.#keep(statements, monitor, transition);
      for (const notice of notices) await statements.run(KEEP_NOTICE, noticeValues(notice));
    });
  }

  spent(name: string, state: State, from: number, to: number): Promise<void> {
    const [end, begin] = [Math.round(to), Math.round(Math.max(from, to - LONGEST_SPAN_MS))];
    if (!(begin < end)) return Promise.resolve();
    return this.#write(async (statements) => {
      const number = await this.#number(statements, name);
      for (const size of SIZES)
        for (const told of addTime(size, number, state, begin, end)) await statements.run(...told);
    });
  }

  async history(name: string, before: number, limit: number): Promise<readonly EndedRun[]> {
    const rows = await this.#sql.query(
      `SELECT r.* FROM offhook_runs r WHERE r.monitor = (SELECT id FROM offhook_monitors WHERE name = ?)
        AND r.started_at < ? ORDER BY r.started_at DESC, r.tail DESC LIMIT ?`,
      [storable(name), asBound(before), asLimit(limit)],
    );
    return rows.map((row) => runOf(row, name));
  }

  async strips(length: number): Promise<ReadonlyMap<string, readonly StripRun[]>> {
    const strips = new Map<string, readonly StripRun[]>();
    for (const { name, runs = null } of await this.#sql.query(STRIPS, ['\n', asLimit(length)]))
      if (runs !== null) strips.set(asText(name), asText(runs).split('\n').map(stripRunOf));
    return strips;
  }

  async run(id: string): Promise<EndedRun | undefined> {
    const row = await this.#find(id);
    return row === undefined ? undefined : runOf(row, asText(row['name']));
  }

  async forgetFiles(id: string): Promise<void> {
    const row = await this.#find(id);
    await this.#write(async (statements) => {
      if (row !== undefined)
        await statements.run(
          'UPDATE offhook_runs SET kept = 0 WHERE monitor = ? AND started_at = ? AND tail = ?',
          [asNumber(row['monitor']), asNumber(row['started_at']), asText(row['tail'])],
        );
      for (const column of ['last', 'last_passed'] as const) {
        const about = `"id":${JSON.stringify(id)}`;
        const rows = await statements.query(
          `SELECT id, ${column} AS run FROM offhook_monitors WHERE ${column} IS NOT NULL`,
        );
        for (const { id: monitor = null, run } of rows) {
          const ended = asText(run).includes(about) ? endedRunOf(run) : undefined;
          if (ended?.id !== id) continue;
          await statements.run(`UPDATE offhook_monitors SET ${column} = ? WHERE id = ?`, [
            JSON.stringify({ ...ended, kept: false }),
            monitor,
          ]);
        }
      }
    });
  }

  async buckets(name: string, size: Size, from: number, to: number): Promise<readonly Bucket[]> {
    const rows = await this.#sql.query(
      `SELECT b.* FROM ${tableOf(size)} b WHERE b.monitor = (SELECT id FROM offhook_monitors WHERE name = ?)
        AND b.at >= ? AND b.at < ? ORDER BY b.at`,
      [storable(name), asBound(from), asBound(to)],
    );
    return rows.map(bucketOf);
  }

  async days(from: number): Promise<ReadonlyMap<string, readonly Day[]>> {
    const rows = await this.#sql.query(DAYS, ['\n', asBound(from)]);
    return new Map(
      rows.flatMap(({ name, days = null }) =>
        days === null ? [] : [[asText(name), asText(days).split('\n').map(dayOfLine)] as const],
      ),
    );
  }

  /** Whole days come from the days, which are sums of their hours. */
  async stateTimes(from: number, to: number): Promise<ReadonlyMap<string, Bucket['states']>> {
    const sums = new Map<string, Record<string, number>>();
    const [first, last] = [Math.ceil(from / DAY_MS) * DAY_MS, Math.floor(to / DAY_MS) * DAY_MS];
    if (first < last) {
      await this.#sumStates('hour', from, first, sums);
      await this.#sumStates('day', first, last, sums);
      await this.#sumStates('hour', last, to, sums);
    } else {
      await this.#sumStates('hour', from, to, sums);
    }
    return new Map([...sums].map(([name, sum]) => [name, statesOf(sum)]));
  }

  async transitions(name: string, before: number, limit: number): Promise<readonly Transition[]> {
    const rows = await this.#sql.query(
      `SELECT t.* FROM offhook_transitions t WHERE t.monitor = (SELECT id FROM offhook_monitors WHERE name = ?)
        AND t.at < ? ORDER BY t.at DESC LIMIT ?`,
      [storable(name), asBound(before), asLimit(limit)],
    );
    return rows.map(transitionOf);
  }

  async notices(): Promise<readonly StoredNotice[]> {
    const rows = await this.#sql.query('SELECT * FROM offhook_notices ORDER BY created_at, id');
    return rows.map(noticeOf);
  }

  saveNotice(notice: StoredNotice): Promise<void> {
    return this.#write(async ({ run }) => {
      await run(KEEP_NOTICE, noticeValues(notice));
    });
  }

  dropNotice(id: string): Promise<void> {
    return this.#write(async ({ run }) => {
      await run('DELETE FROM offhook_notices WHERE id = ?', [id]);
    });
  }

  prune(
    now: number,
    retention: Retention,
    configured: ReadonlySet<string>,
  ): Promise<readonly string[]> {
    return prune(this.#sql, {
      now,
      retention,
      configured,
      stopped: () => this.#closed,
      forgotten: (name) => this.#numbers.delete(name),
    });
  }

  size(): Promise<number> {
    return this.#sql.size();
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#sql.close();
  }

  async #find(id: string): Promise<Row | undefined> {
    const { whole, tail } = placeOfId(id);
    const [named] = await this.#sql.query(
      `SELECT r.*, m.name FROM offhook_runs r JOIN offhook_monitors m ON m.id = r.monitor
        WHERE r.tail = ? AND substr(r.tail, 1, 1) = '='`,
      [storable(whole)],
    );
    if (named !== undefined || tail === undefined) return named;
    const text = storable(tail.tail);
    const [place] = await this.#sql.query(MONITOR_OF_TAIL, [tail.from, tail.to, text]);
    if (place === undefined) return undefined;
    const { id: monitor = null, name = null, started_at = null } = place;
    const [row] = await this.#sql.query(
      'SELECT * FROM offhook_runs WHERE monitor = ? AND started_at = ? AND tail = ?',
      [monitor, started_at, text],
    );
    return row === undefined ? undefined : { ...row, name };
  }

  async #sumStates(
    size: Size,
    from: number,
    to: number,
    sums: Map<string, Record<string, number>>,
  ): Promise<void> {
    if (!(from < to)) return;
    const rows = await this.#sql.query(
      `SELECT m.name, ${STATE_SUMS.join(', ')} FROM offhook_monitors m CROSS JOIN ${tableOf(size)} b
        WHERE b.monitor = m.id AND b.at >= ? AND b.at < ? GROUP BY m.id, m.name`,
      [asBound(from), asBound(to)],
    );
    for (const { name, ...row } of rows) {
      const sum = sums.get(asText(name)) ?? {};
      for (const [column, ms] of Object.entries(row))
        sum[column] = (sum[column] ?? 0) + asNumber(ms);
      sums.set(asText(name), sum);
    }
  }

  async #keep(
    statements: Statements,
    monitor: StoredMonitor,
    transition: Transition | undefined,
  ): Promise<void> {
    const number = await this.#number(statements, monitor.name);
    await statements.run(
      'UPDATE offhook_monitors SET state = ?, paused = ?, last = ?, last_passed = ?, learned_locks = ? WHERE id = ?',
      [...monitorValues(monitor), number],
    );
    if (transition === undefined) return;
    const { from, to, at, note, run } = transition;
    await statements.run(
      `INSERT INTO offhook_transitions (monitor, at, was, became, note, run)
        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      [number, Math.round(at), from, to, textOrNull(note), textOrNull(run)],
    );
  }

  /** The number of a monitor, which gets one when it is first heard of. */
  async #number({ query, run }: Statements, name: string): Promise<number> {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const [found] = await query('SELECT id FROM offhook_monitors WHERE name = ?', [name]);
    let number = asNumber(found?.['id']);
    if (found === undefined) {
      const [row] = await query('SELECT MAX(id) AS last FROM offhook_monitors');
      number = asNumber(row?.['last']) + 1;
      await run(
        'INSERT INTO offhook_monitors (id, name, state, learned_locks) VALUES (?, ?, ?, ?)',
        [number, name, JSON.stringify(FIRST_STATE), '[]'],
      );
    }
    this.#numbers.set(name, number);
    return number;
  }

  async #write(work: (statements: Statements) => Promise<void>): Promise<void> {
    try {
      await this.#sql.transaction(work);
    } catch (error) {
      // numbers that were given within it are not stored
      this.#numbers.clear();
      throw error;
    }
  }
}
