/**
 * A real PostgreSQL for tests: on loopback, on a free port, in a temporary folder, gone afterwards in every case.
 *
 *   const postgres = await startPostgres(programs);   // of findPostgres()
 *   const url = await postgres.freshSchema();
 *   await postgres.stop();
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { chown, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { type ServerProcess, spawnServer } from '../../servers/server-process.js';
import { orSkipped, unpackedIn } from '../real-servers.js';

export interface PostgresPrograms {
  /** Folder with initdb and postgres. */
  readonly bin: string;
  /** Variables that the programs need in their environment. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Postgres {
  readonly port: number;
  /** The password in its URLs, which nobody may show. */
  readonly password: string;
  /** URL of a new schema, empty. */
  freshSchema(): Promise<string>;
  /** A statement of its administrator. */
  admin(text: string): Promise<readonly Record<string, unknown>[]>;
  /** Ends it as a shutdown does; `start` brings it back with all it had. */
  halt(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const USER = 'offhook';
const INSTALLED = '/usr/lib/postgresql';
const START_LIMIT_MS = 15_000;
const STOP_LIMIT_MS = 5000;
const RETRY_MS = 20;
/** PostgreSQL refuses to run as root: as root, the tests run it as nobody. */
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

const run = promisify(execFile);
let found: Promise<PostgresPrograms | undefined> | undefined;

/** A PostgreSQL, or undefined where none can be had. */
export function findPostgres(): Promise<PostgresPrograms | undefined> {
  found ??= orSkipped('PostgreSQL', async () => {
    const programs = inFolder(INSTALLED) ?? (await unpackPostgres());
    await run(`${programs.bin}/postgres`, ['--version'], {
      env: { ...process.env, ...programs.env },
    });
    return programs;
  });
  return found;
}

/** The newest of those below a folder as Debian has it: VERSION/bin. */
function inFolder(folder: string): PostgresPrograms | undefined {
  const versions = existsSync(folder) ? readdirSync(folder).map(Number) : [];
  const bins = versions.sort((a, b) => b - a).map((version) => `${folder}/${version}/bin`);
  const bin = bins.find((path) => existsSync(`${path}/initdb`) && existsSync(`${path}/postgres`));
  return bin === undefined ? undefined : { bin, env: {} };
}

/** Unpacks it where all can read it: as root, the server runs as nobody, who cannot look into the home of root. */
async function unpackPostgres(): Promise<PostgresPrograms> {
  const root = `${await unpackedIn(isRoot ? { XDG_CACHE_HOME: '/var/cache' } : {}, 'postgresql')}/root/usr/lib`;
  const programs = inFolder(`${root}/postgresql`);
  if (programs === undefined) throw new Error(`${root}/postgresql: no initdb below it`);
  const libraries = readdirSync(root).filter((name) => name.includes('-linux-gnu'));
  const paths = libraries.map((name) => `${root}/${name}`).join(':');
  return { ...programs, env: { LD_LIBRARY_PATH: paths } };
}

export async function startPostgres(programs: PostgresPrograms): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'offhook-postgres-'));
  if (isRoot) await chown(folder, NOBODY, NOBODY);
  const password = 'pass/word%21';
  const server = new Server(programs, folder, password);
  try {
    await server.create();
    await server.start();
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

class Server implements Postgres {
  port = 0;
  readonly password: string;
  readonly #programs: PostgresPrograms;
  readonly #folder: string;
  readonly #data: string;
  #process: ServerProcess | undefined;
  #schemas = 0;

  constructor(programs: PostgresPrograms, folder: string, password: string) {
    this.#programs = programs;
    this.#folder = folder;
    this.#data = join(folder, 'data');
    this.password = password;
  }

  async create(): Promise<void> {
    const secret = join(this.#folder, 'password');
    await writeFile(secret, this.password);
    const options = ['--no-sync', '--auth=scram-sha-256', `--pwfile=${secret}`, '--no-locale'];
    const words = ['-D', this.#data, '-U', USER, '-E', 'UTF8', ...options];
    await run(`${this.#programs.bin}/initdb`, words, {
      cwd: this.#folder,
      env: { ...process.env, ...this.#programs.env },
      ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
    });
  }

  async start(): Promise<void> {
    this.port ||= await freePort();
    const settings = {
      listen_addresses: HOST,
      port: this.port,
      unix_socket_directories: '',
      fsync: 'off',
      max_connections: 20,
      shared_buffers: '16MB',
    };
    const environment = Object.entries(this.#programs.env).map(([name, text]) => `${name}=${text}`);
    this.#process = spawnServer(this.#folder, [
      ...(isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : []),
      'env',
      ...environment,
      `${this.#programs.bin}/postgres`,
      '-D',
      this.#data,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ]);
    const limit = performance.now() + START_LIMIT_MS;
    let ended: string | undefined;
    void this.#process.ended.then((how) => (ended = how));
    while (!this.#log().includes('ready to accept connections')) {
      if (ended !== undefined || performance.now() > limit)
        throw new Error(`PostgreSQL did not come up: ${ended ?? 'too slow'}\n${this.#log()}`);
      await pause(RETRY_MS);
    }
  }

  async freshSchema(): Promise<string> {
    this.#schemas += 1;
    const schema = `store_${this.#schemas}`;
    await this.admin(`CREATE SCHEMA ${schema}`);
    return `${this.#url()}?options=${encodeURIComponent(`-c search_path=${schema}`)}`;
  }

  async admin(text: string): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.#url() });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }

  async halt(): Promise<void> {
    const server = this.#process;
    if (server === undefined) return;
    this.#process = undefined;
    // ends its connections, and takes away its shared memory
    process.kill(server.pid, 'SIGINT');
    await server.ended;
    await server.stop(STOP_LIMIT_MS);
    // or the next start would read that it is ready
    await rm(join(this.#folder, 'server.log'), { force: true });
  }

  async stop(): Promise<void> {
    await this.halt();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #url(): string {
    return `postgres://${USER}:${encodeURIComponent(this.password)}@${HOST}:${this.port}/postgres`;
  }

  #log(): string {
    const file = join(this.#folder, 'server.log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
