/**
 * The seam between the store and a database. Statements are written once, in the SQL that SQLite and PostgreSQL share, with
 * `?` for values. A further database, such as node:sqlite, is one more file that implements `Sql`.
 */

const LARGEST_LIMIT = 1_000_000;

/** Booleans are stored as 0 and 1, absent values as null. */
export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

export interface Statements {
  readonly query: (text: string, values?: readonly Value[]) => Promise<readonly Row[]>;
  /** Resolves with how many rows it changed. */
  readonly run: (text: string, values?: readonly Value[]) => Promise<number>;
}

/** Every method rejects with E_STORE when the database fails. Calls are worked off one after another. */
export interface Sql extends Statements {
  /** Its file or URL as messages show it: without a password. */
  readonly place: string;
  /** What follows the columns of a table that is kept in the order of its primary key. */
  readonly clustered: string;
  /** Names of tables that are there. */
  tables(): Promise<readonly string[]>;
  /** All of the work, or nothing of it. No other call comes in between. */
  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T>;
  /** Bytes that rows take, without room that is free already. An estimate where the database does not know. */
  usedBytes(): Promise<number>;
  /** Size on disk, in bytes. */
  size(): Promise<number>;
  /** Gives some free room back to the system. @returns whether there is more */
  shrink(): Promise<boolean>;
  close(): Promise<void>;
}

export function asNumber(value: Value | undefined): number {
  return Number(value ?? 0);
}

export function asText(value: Value | undefined): string {
  return String(value ?? '');
}

/** PostgreSQL refuses the character of number 0 in texts. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}

export function textOrNull(text: string | undefined): Value {
  return text === undefined ? null : storable(text);
}

/** A time as an integer bound of a range: stored times are before one exactly when they are before the other. Caps Infinity. */
export function asBound(time: number): number {
  return Math.max(0, Math.min(Math.ceil(time), Number.MAX_SAFE_INTEGER));
}

/** How many rows are wanted at most. */
export function asLimit(count: number): number {
  return Math.max(0, Math.min(Math.floor(count), LARGEST_LIMIT));
}
