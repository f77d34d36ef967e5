/** What went wrong with a store, in words of its user. */
import { OffhookError } from '../../errors.js';

/** `where`: the path of the file or the URL without its password. */
export function storeError(
  where: string,
  what: string,
  hint: string,
  seen?: string,
  cause?: unknown,
): OffhookError {
  const facts = { subject: `store "${where}"`, what, ...(seen === undefined ? {} : { seen }) };
  return new OffhookError('E_STORE', facts, { hint }, cause);
}

/** [code of the error, what happened, what to do]. A longer code that begins so, such as SQLITE_IOERR_READ, is meant as well. */
type Meaning = readonly [code: string, what: string, hint: string];

const LOOK = 'look at the file and its disk, or restore the file from a copy';
const ROOM = 'make room on its disk, or lower the retention of the monitor';
const SQLITE: readonly Meaning[] = [
  ['SQLITE_FULL', 'the disk is full', ROOM],
  ['SQLITE_BUSY', 'another program has locked it', 'end the program that has the file open'],
  ['SQLITE_LOCKED', 'another program has locked it', 'end the program that has the file open'],
  ['SQLITE_CORRUPT', 'the file is damaged', LOOK],
  ['SQLITE_NOTADB', 'the file is not a database', 'name another file, or move this one away'],
  ['SQLITE_READONLY', 'it cannot be written', 'give the user of the monitor the right to write it'],
  ['SQLITE_PERM', 'it cannot be written', 'give the user of the monitor the right to write it'],
  ['SQLITE_CANTOPEN', 'it cannot be opened', LOOK],
  ['SQLITE_IOERR', 'it cannot be read or written', LOOK],
  ['SQLITE', 'the database reported an error', LOOK],
];

const SERVER = 'check that the server runs and can be reached';
/** Codes and classes of codes of PostgreSQL (appendix A of its manual); the first that fits counts. */
const POSTGRES: readonly Meaning[] = [
  ['28', 'the server refuses the login', 'check the user and the password in the URL'],
  ['3D', 'there is no such database', 'create the database on the server'],
  [
    '42501',
    'the user does not have the right to do that',
    'give the user the right to create tables',
  ],
  ['53100', 'the disk of the server is full', 'make room there, or lower the retention'],
  ['53', 'the server is out of resources', 'look at the limits of the server'],
  ['57', 'the server ended the connection', 'wait until it is up again'],
  ['08', 'the connection is lost', SERVER],
  ['25006', 'the server is read-only', 'name the primary server in the URL'],
];

/** What a failure of SQLite means; other errors are bugs and come back as they are. */
export function sqliteFailure(where: string, error: unknown): unknown {
  const code = codeOf(error);
  const meaning = SQLITE.find(([prefix]) => code?.startsWith(prefix));
  if (meaning === undefined) return error;
  const [, what, hint] = meaning;
  return storeError(where, what, hint, (error as Error).message, error);
}

/** What a failure of PostgreSQL or of the way to it means. `secrets`: passwords, which are in no message. */
export function postgresFailure(
  where: string,
  error: unknown,
  secrets: readonly string[],
): OffhookError {
  if (error instanceof OffhookError) return error;
  const code = codeOf(error) ?? '';
  const fromServer = isAnswer(error);
  const [, what, hint] = POSTGRES.find(([prefix]) => fromServer && code.startsWith(prefix)) ?? [
    '',
    fromServer ? 'the server reported an error' : 'the server cannot be reached',
    fromServer ? 'look at the log of the server' : SERVER,
  ];
  const text = (error instanceof Error && error.message) || code || String(error);
  // Without the error itself: it may carry the whole URL.
  const seen = secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
  return storeError(where, what, hint, seen);
}

/** Whether the server says so, and not the system: an answer carries its severity. */
export function isAnswer(error: unknown): error is { code: string } {
  return error instanceof Error && 'severity' in error;
}

function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}
