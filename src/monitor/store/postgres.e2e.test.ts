/** What may be wrong with a server, and what its user is told. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPostgres, type Postgres, startPostgres } from '../../testing/monitor/postgres.js';
import { endedRun, NOON, storedMonitor } from '../../testing/monitor/sample-monitor.js';
import { openStore } from './open-store.js';

const programs = await findPostgres();

function schemaOf(url: string): string {
  return /search_path%3D(\w+)/.exec(url)?.[1] ?? '';
}

describe.skipIf(programs === undefined)('PostgreSQL', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    if (programs !== undefined) postgres = await startPostgres(programs);
  });
  afterAll(() => postgres.stop());

  async function problemOf(url: string): Promise<string> {
    const opening = openStore(url);
    await expect(opening).rejects.toMatchObject({ code: 'E_STORE' });
    const error: unknown = await opening.catch((thrown: unknown) => thrown);
    // also not in what is behind the error
    const all = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error);
    for (const secret of [postgres.password, encodeURIComponent(postgres.password), 'wrong-one'])
      expect(all).not.toContain(secret);
    return (error as Error).message;
  }

  test('what is no place for a store is refused, without its password', async () => {
    const url = await postgres.freshSchema();
    const server = `postgres://offhook@127.0.0.1:${postgres.port}`;
    const wrong = url.replace(encodeURIComponent(postgres.password), 'wrong-one');
    expect(await problemOf(wrong)).toBe(
      `store "${server}/postgres": the server refuses the login: password authentication failed for user "offhook"`,
    );
    expect(await problemOf(url.replace('/postgres?', '/nothing?'))).toBe(
      `store "${server}/nothing": there is no such database: database "nothing" does not exist`,
    );
    expect(await problemOf(url.replace(`:${postgres.port}/`, ':1/'))).toBe(
      'store "postgres://offhook@127.0.0.1:1/postgres": the server cannot be reached: connect ECONNREFUSED 127.0.0.1:1',
    );
    expect(await problemOf('postgres://offhook:wrong-one@127.0.0.1:x/postgres')).toBe(
      'store "postgres://...": the URL is not valid',
    );
  });

  test('a user without rights, and tables of a newer Offhook, are told of', async () => {
    const url = await postgres.freshSchema();
    const schema = schemaOf(url);
    await postgres.admin(`CREATE ROLE reader LOGIN PASSWORD '${postgres.password}'`);
    expect(await problemOf(url.replace('//offhook:', '//reader:'))).toMatch(
      /: there is no schema that its user may use$/,
    );
    await postgres.admin(`GRANT USAGE ON SCHEMA ${schema} TO reader`);
    expect(await problemOf(url.replace('//offhook:', '//reader:'))).toMatch(
      /: the user does not have the right to do that: permission denied for schema/,
    );
    const store = await openStore(url);
    await store.close();
    await postgres.admin(`INSERT INTO ${schema}.offhook_schema_version (version) VALUES (1000)`);
    expect(await problemOf(url)).toMatch(/: it was written by a newer Offhook: version 1000 /);
  });

  test('tables of others in the same schema are no hindrance', async () => {
    const url = await postgres.freshSchema();
    const schema = schemaOf(url);
    await postgres.admin(`CREATE TABLE ${schema}.runs (id TEXT)`);
    const store = await openStore(url);
    await store.end(endedRun(), storedMonitor());
    expect(await store.history('sales', NOON + 1, 1)).toEqual([endedRun()]);
    await store.close();
  });

  test('a lost connection comes back with the next call, and so does the lock', async () => {
    const url = await postgres.freshSchema();
    const store = await openStore(url);
    await store.end(endedRun(), storedMonitor());
    await postgres.admin(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'offhook serve'`,
    );
    // whether the end is noticed before or with the next call
    await store.monitors().catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'E_STORE' });
    });
    expect(await store.monitors()).toHaveLength(1);
    expect(await problemOf(url)).toMatch(/: another monitor uses it$/);
    await store.close();
  });

  test('a server that is down is told of with each call, until it is up again', async () => {
    const url = await postgres.freshSchema();
    const store = await openStore(url);
    await store.end(endedRun(), storedMonitor());
    await postgres.halt();
    for (let times = 0; times < 3; times += 1)
      await expect(store.end(endedRun({ id: 'x' }), storedMonitor())).rejects.toMatchObject({
        code: 'E_STORE',
      });
    await expect(store.strips(50)).rejects.toThrow(/the server cannot be reached/);
    await postgres.start();
    await store.end(endedRun({ id: 'x' }), storedMonitor());
    expect((await store.strips(50)).get('sales')).toHaveLength(2);
    await store.close();
  });

  test('a connection that is cut within a transaction leaves nothing half-written', async () => {
    const url = await postgres.freshSchema();
    const schema = schemaOf(url);
    const store = await openStore(url);
    await store.end(endedRun(), storedMonitor());
    // ends its own connection while the monitor is written, which is after the run and its hour
    await postgres.admin(
      `CREATE FUNCTION ${schema}.cut() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END';
      CREATE TRIGGER cut BEFORE UPDATE ON ${schema}.offhook_monitors FOR EACH ROW EXECUTE FUNCTION ${schema}.cut()`,
    );
    await expect(store.end(endedRun({ id: 'x' }), storedMonitor())).rejects.toMatchObject({
      code: 'E_STORE',
      details: { what: 'the server ended the connection' },
    });
    await postgres.admin(`DROP TRIGGER cut ON ${schema}.offhook_monitors`);
    expect(await store.run('x')).toBeUndefined();
    expect((await store.buckets('sales', 'hour', NOON, NOON + 1))[0]?.runs).toEqual({ passed: 1 });
    await store.end(endedRun({ id: 'x' }), storedMonitor());
    expect((await store.buckets('sales', 'hour', NOON, NOON + 1))[0]?.runs).toEqual({ passed: 2 });
    await store.close();
  });
});
