/** What may be wrong with the file of a store, and what its user is told. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'libsql';
import { afterAll, expect, test } from 'vitest';
import {
  DAY,
  endedRun,
  MINUTE,
  NOON,
  storedMonitor,
} from '../../testing/monitor/sample-monitor.js';
import { openStore } from './open-store.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'offhook-sqlite-')));
let files = 0;
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function newPath(): string {
  return join(folder, `${(files += 1)}.db`);
}

/** A store with some hundred runs, closed. */
async function filled(path = newPath()): Promise<string> {
  const store = await openStore(path);
  for (let index = 0; index < 300; index += 1)
    await store.end(endedRun({ started_at: NOON + index * MINUTE }), storedMonitor());
  await store.close();
  return path;
}

async function problemOf(path: string): Promise<string> {
  const opening = openStore(path);
  await expect(opening).rejects.toMatchObject({ code: 'E_STORE' });
  return opening.then(String, (error: unknown) => (error as Error).message);
}

test('only its user may read the file, and all of it is in one when it is closed', async () => {
  const path = newPath();
  const store = await openStore(path);
  await store.save(storedMonitor());
  for (const end of ['', '-wal', '-shm', '-lock'])
    expect(statSync(path + end).mode & 0o777, end).toBe(0o600);
  const size = await store.size();
  expect(size).toBeGreaterThanOrEqual(statSync(path).size + statSync(`${path}-wal`).size);
  await store.close();
  expect(statSync(`${path}-wal`).size, 'all of it is in the file').toBe(0);
});

test('what is no place for a store is refused', async () => {
  const text = newPath();
  writeFileSync(text, 'this is no database'.repeat(1000));
  const dangling = newPath();
  symlinkSync(join(folder, 'nowhere', 'x.db'), dangling);
  for (const [path, problem] of [
    [join(folder, 'missing', 'x.db'), 'its folder does not exist'],
    [folder, 'it is a folder'],
    [join(text, 'x.db'), 'its folder does not exist'],
    [dangling, 'its folder does not exist'],
    ['/dev/null', 'it is not an ordinary file'],
    [text, 'the file is not a database: file is not a database'],
  ] as const) {
    expect(await problemOf(path)).toBe(`store "${path}": ${problem}`);
  }
  // what was there is as it was
  expect(statSync(text).size).toBe(19_000);
});

test('a link leads to the file it names, which is locked under each of its names', async () => {
  const path = await filled();
  const link = newPath();
  symlinkSync(path, link);
  const store = await openStore(link);
  expect(await problemOf(path)).toBe(`store "${path}": another monitor uses it`);
  await store.close();
});

test('a file of another program, and one of a newer Offhook, are left alone', async () => {
  const other = newPath();
  const database = new Sqlite(other);
  database.exec('CREATE TABLE customers (name TEXT)');
  database.close();
  expect(await problemOf(other)).toBe(`store "${other}": it is a database of another program`);

  const newer = await filled();
  const theirs = new Sqlite(newer);
  theirs.exec('INSERT INTO offhook_schema_version (version) VALUES (1000)');
  theirs.close();
  expect(await problemOf(newer)).toMatch(
    /: it was written by a newer Offhook: version 1000 of its tables; this Offhook knows versions up to \d+$/,
  );
});

test('a damaged file is found out, where it is damaged', async () => {
  const beginning = await filled();
  const file = openSync(beginning, 'r+');
  writeSync(file, Buffer.alloc(80, 0xff), 0, 80, 20);
  closeSync(file);
  expect(await problemOf(beginning)).toMatch(/^store ".*": the file is (damaged|not a database): /);

  const end = await filled();
  truncateSync(end, Math.floor(statSync(end).size / 8192) * 4096);
  expect(await problemOf(end)).toMatch(/: the file is damaged: /);

  const middle = await filled();
  const pages = statSync(middle).size / 4096;
  const holes = openSync(middle, 'r+');
  for (let page = 2; page < pages; page += 1)
    writeSync(holes, Buffer.alloc(64, 0xa5), 0, 64, page * 4096);
  closeSync(holes);
  await expect(
    openStore(middle).then(async (store) => {
      try {
        await store.history('sales', NOON + DAY, 1000);
      } finally {
        await store.close();
      }
    }),
  ).rejects.toMatchObject({ code: 'E_STORE', details: { what: 'the file is damaged' } });
});

test('a file that another program has locked is waited for, then told of', async () => {
  const path = await filled();
  const store = await openStore(path);
  const theirs = new Sqlite(path);
  theirs.exec('BEGIN IMMEDIATE');
  // reading goes on
  expect(await store.history('sales', NOON + DAY, 1)).toHaveLength(1);
  const before = performance.now();
  await expect(store.end(endedRun({ id: 'x' }), storedMonitor())).rejects.toMatchObject({
    code: 'E_STORE',
    details: { what: 'another program has locked it' },
  });
  expect(performance.now() - before).toBeGreaterThan(4500);
  theirs.exec('ROLLBACK');
  theirs.close();
  await store.end(endedRun({ id: 'x' }), storedMonitor());
  expect((await store.run('x'))?.id).toBe('x');
  await store.close();
});

test('a file that is taken away while it is in use is missed at once', async () => {
  const path = await filled();
  const store = await openStore(path);
  renameSync(path, `${path}.away`);
  await expect(store.save(storedMonitor())).rejects.toThrow(/the file was removed while/);
  cpSync(`${path}.away`, path);
  await expect(store.save(storedMonitor())).rejects.toThrow(/the file was replaced while/);
  await store.close();
});

test('what fails half-way leaves nothing, and can be told again', async () => {
  const path = await filled();
  const theirs = new Sqlite(path);
  theirs.exec(`CREATE TRIGGER refuse BEFORE UPDATE ON offhook_monitors
    BEGIN SELECT RAISE(ABORT, 'not now'); END`);
  const store = await openStore(path);
  const run = endedRun({ id: 'x', monitor: 'new' });
  await expect(store.end(run, storedMonitor({ name: 'new' }))).rejects.toThrow(
    `store "${path}": the database reported an error: not now`,
  );
  expect(await store.run('x')).toBeUndefined();
  expect(await store.monitors()).toHaveLength(1);
  expect(await store.buckets('new', 'hour', 0, NOON + DAY)).toEqual([]);
  theirs.exec('DROP TRIGGER refuse');
  theirs.close();
  await store.end(run, storedMonitor({ name: 'new' }));
  expect(await store.history('new', NOON + DAY, 10)).toEqual([run]);
  expect(await store.monitors()).toHaveLength(2);
  await store.close();
});

/** Runs a script of a child process that knows `openStore`, `run`, `monitor`, `fs` and `folder`; prints what it prints. */
function inChild(
  before: readonly string[],
  script: string,
  place: string,
): SpawnSyncReturns<string> {
  const store = new URL('../../../dist/monitor/store/open-store.js', import.meta.url).href;
  const text = `
    import * as fs from 'node:fs';
    const [, module, folder, run, monitor] = process.argv;
    const { openStore } = await import(module);
    const end = (store, id) => store.end({ ...JSON.parse(run), id, note: 'n'.repeat(20_000) }, JSON.parse(monitor));
    ${script}`;
  const data = [endedRun(), storedMonitor()].map((value) => JSON.stringify(value));
  const [program = '', ...words] = [
    ...before,
    process.execPath,
    '--input-type=module',
    '-e',
    text,
    store,
    place,
    ...data,
  ];
  return spawnSync(program, words, { encoding: 'utf8' });
}

const UNSHARE = ['unshare', '--map-root-user', '--mount'];
const mayMount = spawnSync('unshare', [...UNSHARE.slice(1), 'true']).status === 0;

test.skipIf(!mayMount)(
  'a full disk is told of, nothing is half-written, and it goes on when there is room',
  () => {
    const place = join(folder, 'small');
    mkdirSync(place);
    const mounted = 'mount -t tmpfs -o size=600k none "$0" && exec "$@"';
    const { stdout, stderr } = inChild(
      [...UNSHARE, 'sh', '-c', mounted, place],
      `
      fs.writeFileSync(folder + '/ballast', Buffer.alloc(100_000));
      const store = await openStore(folder + '/x.db');
      let stored = 0;
      let problem;
      while (problem === undefined && stored < 1000)
        await end(store, 'r' + stored).then(() => (stored += 1), (error) => (problem = error));
      console.log(problem.code, problem.message);
      const [day] = await store.buckets('sales', 'day', 0, Number.MAX_SAFE_INTEGER);
      console.log(stored > 0, day.runs.passed === stored, (await store.run('r' + stored)) === undefined);
      fs.rmSync(folder + '/ballast');
      await end(store, 'after');
      console.log((await store.run('after')).id);
      await store.close();`,
      place,
    );
    expect(stderr).toBe('');
    expect(stdout.split('\n').slice(0, -1)).toEqual([
      `E_STORE store "${place}/x.db": the disk is full: database or disk is full`,
      'true true true',
      'after',
    ]);
  },
);

test.skipIf(process.getuid?.() !== 0)('where it may not write, it says so', () => {
  const place = join(folder, 'closed');
  mkdirSync(place);
  const file = join(place, 'there.db');
  writeFileSync(file, '');
  chmodSync(folder, 0o755);
  chmodSync(place, 0o755);
  const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  const script = `
    for (const name of ['new.db', 'there.db'])
      await openStore(folder + '/' + name).catch(({ code, message }) => console.log(code, message));`;
  const { stdout } = inChild(asNobody, script, place);
  expect(stdout.split('\n').slice(0, -1)).toEqual([
    `E_STORE store "${place}/new.db": it cannot be read and written: EACCES`,
    `E_STORE store "${file}": it cannot be read and written: EACCES`,
  ]);
  expect(existsSync(join(place, 'new.db'))).toBe(false);
});
