/** A store on a server: PostgreSQL by pg, over one connection, which comes back by itself with the next call. */
import type { Client } from 'pg';
import type { Row, Sql, Statements, Value } from './sql.js';
import { asNumber } from './sql.js';
import { isAnswer, postgresFailure, storeError } from './store-error.js';
import { Turns } from './turns.js';

const CONNECT_LIMIT_MS = 5000;
/** No statement takes so long while the server is well. */
const QUERY_LIMIT_MS = 30_000;
/** The server frees the lock of a killed process within some ms. */
const LOCK_TRIES = 20;
const LOCK_TRY_MS = 50;
/** "offhook" on the keys of a telephone. */
const LOCK = 6_334_665;
/** What a row takes with its index and the room the server keeps for it, measured with PostgreSQL 15. */
const RUN_BYTES = 190;
const BUCKET_BYTES = 460;

/** Types whose values pg leaves as texts: BIGINT and NUMERIC, which is what sums are. */
const NUMBERS: readonly number[] = [20, 1700];

export function openPostgres(where: string): Promise<Sql> {
  return PostgresServer.open(where);
}

class PostgresServer implements Sql {
  readonly clustered = '';
  readonly #url: string;
  readonly place: string;
  readonly #secrets: readonly string[];
  readonly #turns: Turns;
  readonly #texts = new Map<string, string>();
  #client: Client | undefined;

  private constructor(url: string) {
    this.#url = url;
    const { shown, secrets } = placeOf(url);
    this.place = shown;
    this.#turns = new Turns(shown);
    this.#secrets = secrets;
  }

  static async open(url: string): Promise<Sql> {
    const server = new PostgresServer(url);
    await server.#turn(() => Promise.resolve());
    return server;
  }

  query(text: string, values?: readonly Value[]): Promise<readonly Row[]> {
    return this.#turn(({ query }) => query(text, values));
  }

  run(text: string, values?: readonly Value[]): Promise<number> {
    return this.#turn(({ run }) => run(text, values));
  }

  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    return this.#turn(async (statements) => {
      await statements.run('BEGIN');
      try {
        const result = await work(statements);
        await statements.run('COMMIT');
        return result;
      } catch (error) {
        // a connection that is lost has rolled back
        if (this.#client !== undefined) await this.#rollBack(statements);
        throw error;
      }
    });
  }

  async tables(): Promise<readonly string[]> {
    const rows = await this.query(
      'SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()',
    );
    return rows.map(({ name }) => String(name));
  }

  async usedBytes(): Promise<number> {
    const [row] = await this.query(
      `SELECT (SELECT COUNT(*) FROM offhook_runs) AS runs,
        (SELECT COUNT(*) FROM offhook_hours) + (SELECT COUNT(*) FROM offhook_days) AS buckets`,
    );
    return asNumber(row?.['runs']) * RUN_BYTES + asNumber(row?.['buckets']) * BUCKET_BYTES;
  }

  async size(): Promise<number> {
    const [row] = await this.query(
      `SELECT SUM(pg_total_relation_size(c.oid)) AS bytes FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relname LIKE 'offhook\\_%'`,
    );
    return asNumber(row?.['bytes']);
  }

  /** The server does that by itself (autovacuum): room of deleted rows is used for new ones. */
  shrink(): Promise<boolean> {
    return Promise.resolve(false);
  }

  close(): Promise<void> {
    return this.#turns.end(async () => {
      const client = this.#client;
      this.#client = undefined;
      await client?.end().catch(() => undefined);
    });
  }

  #turn<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      try {
        const client = (this.#client ??= await this.#connect());
        const ask = (text: string, values: readonly Value[] = []) =>
          client.query<Row>(this.#numbered(text), [...values]);
        return await work({
          query: async (text, values) => (await ask(text, values)).rows,
          run: async (text, values) => (await ask(text, values)).rowCount ?? 0,
        });
      } catch (error) {
        if (endsConnection(error)) this.#drop();
        if (!isFailure(error)) throw error;
        throw postgresFailure(this.place, error, this.#secrets);
      }
    });
  }

  async #connect(): Promise<Client> {
    const { default: pg } = await import('pg');
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: 'offhook serve',
      connectionTimeoutMillis: CONNECT_LIMIT_MS,
      query_timeout: QUERY_LIMIT_MS,
      keepAlive: true,
    });
    for (const type of NUMBERS) client.setTypeParser(type, Number);
    client.on('error', () => {
      if (this.#client === client) this.#client = undefined;
    });
    try {
      await client.connect();
      // lets a server that cannot reach us any more notice that soon, and free the lock
      await client.query(
        `SELECT set_config('tcp_keepalives_idle', '30', false), set_config('tcp_keepalives_interval', '10', false),
          set_config('tcp_keepalives_count', '3', false)`,
      );
      await this.#lock(client);
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  /** One process writes into one schema: the lock is that of this connection, and ends with it. */
  async #lock(client: Client): Promise<void> {
    for (let tries = 0; tries < LOCK_TRIES; tries += 1) {
      const { rows } = await client.query<{ mine: boolean | null }>(
        'SELECT pg_try_advisory_lock($1, hashtext(current_schema())) AS mine',
        [LOCK],
      );
      const { mine = null } = rows[0] ?? {};
      if (mine === true) return;
      if (mine === null)
        throw storeError(
          this.place,
          'there is no schema that its user may use',
          'create it, give the user the right to use it, or look at search_path in the URL',
        );
      await new Promise((resolve) => setTimeout(resolve, LOCK_TRY_MS));
    }
    throw storeError(
      this.place,
      'another monitor uses it',
      'end the other `offhook serve`, or give each a database or schema of its own',
    );
  }

  async #rollBack({ run }: Statements): Promise<void> {
    try {
      await run('ROLLBACK');
    } catch {
      this.#drop();
    }
  }

  #drop(): void {
    const client = this.#client;
    this.#client = undefined;
    void client?.end().catch(() => undefined);
  }

  #numbered(text: string): string {
    let numbered = this.#texts.get(text);
    if (numbered === undefined) {
      let count = 0;
      numbered = text.replaceAll('?', () => `$${(count += 1)}`);
      this.#texts.set(text, numbered);
    }
    return numbered;
  }
}

interface Place {
  /** The address without anything that is secret. */
  readonly shown: string;
  readonly secrets: readonly string[];
}

function placeOf(text: string): Place {
  if (!URL.canParse(text))
    throw storeError(
      'postgres://...',
      'the URL is not valid',
      'write postgres://USER:PASSWORD@HOST:PORT/DATABASE, and %XX for special characters in it',
    );
  const url = new URL(text);
  const { username, password, host, pathname, protocol } = url;
  const shown = `${protocol}//${username}${username === '' ? '' : '@'}${host}${pathname}`;
  const secrets = [decoded(password), password, url.searchParams.get('password') ?? ''];
  return { shown, secrets: secrets.filter((secret) => secret !== '') };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether the error leaves the connection in an unknown state: a passed limit, its end, an error of the network. */
function endsConnection(error: unknown): boolean {
  return isAnswer(error) ? /^(57P|08)/.test(error.code) : true;
}

/** What pg and the network say, in contrast to bugs of ours. */
function isFailure(error: unknown): boolean {
  return !(error instanceof TypeError || error instanceof RangeError);
}
