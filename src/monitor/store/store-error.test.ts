import { expect, test } from 'vitest';
import { OffhookError } from '../../errors.js';
import { postgresFailure, sqliteFailure } from './store-error.js';

function failure(code: string, message = 'no'): Error {
  return Object.assign(new Error(message), { code });
}

test.each([
  ['SQLITE_FULL', 'the disk is full'],
  ['SQLITE_BUSY_SNAPSHOT', 'another program has locked it'],
  ['SQLITE_IOERR_WRITE', 'it cannot be read or written'],
  ['SQLITE_CORRUPT_VTAB', 'the file is damaged'],
  ['SQLITE_READONLY_DBMOVED', 'it cannot be written'],
  ['SQLITE_ERROR', 'the database reported an error'],
])('%s means: %s', (code, what) => {
  const error = sqliteFailure('/x.db', failure(code));
  expect(error).toMatchObject({ code: 'E_STORE', message: `store "/x.db": ${what}: no` });
});

test('a bug is no failure of the store', () => {
  const bug = new TypeError('x is not a function');
  expect(sqliteFailure('/x.db', bug)).toBe(bug);
});

test.each([
  ['28P01', 'the server refuses the login'],
  ['53100', 'the disk of the server is full'],
  ['53300', 'the server is out of resources'],
  ['57P01', 'the server ended the connection'],
  ['25006', 'the server is read-only'],
  ['42P01', 'the server reported an error'],
  ['ECONNRESET', 'the server cannot be reached'],
  ['EPIPE', 'the server cannot be reached'],
])('%s means: %s', (code, what) => {
  const severity = code.startsWith('E') ? {} : { severity: 'ERROR' };
  const error = postgresFailure('postgres://h/d', Object.assign(failure(code), severity), []);
  expect(error).toMatchObject({
    code: 'E_STORE',
    message: `store "postgres://h/d": ${what}: no`,
  });
});

test('a password is in no message, and nothing that carries it lies behind the error', () => {
  const thrown = failure('ENOTFOUND', 'getaddrinfo ENOTFOUND a$1b:a%241b@db');
  const error = postgresFailure('postgres://h/d', thrown, ['a$1b', 'a%241b']);
  expect(error.message).toBe(
    'store "postgres://h/d": the server cannot be reached: getaddrinfo ENOTFOUND ***:***@db',
  );
  expect(error.cause).toBeUndefined();
});

test('what is told already stays as it is', () => {
  const told = new OffhookError('E_STORE', 'told');
  expect(postgresFailure('postgres://h/d', told, [])).toBe(told);
  expect(sqliteFailure('/x.db', told)).toBe(told);
});
