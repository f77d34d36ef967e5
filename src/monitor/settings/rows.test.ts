import { describe, expect, test } from 'vitest';
import { formText, Misfit, readObject, type Row, type Rows } from '../../settings/form.js';
import { LINE_OWN_ROWS } from '../../settings/line-rows.js';
import {
  DEGRADED_ROWS,
  LISTEN_ROWS,
  MAINTENANCE_ROWS,
  MONITOR_ROWS,
  RETENTION_ROWS,
  SERVE_ROWS,
  STATUS_ROWS,
  TOKEN_ROWS,
  TRIGGER_ROWS,
} from './rows.js';
import { TARGET_ROWS } from './target-rows.js';

const TABLES: Readonly<Record<string, Rows>> = {
  SERVE_ROWS,
  LINE_OWN_ROWS,
  MONITOR_ROWS,
  DEGRADED_ROWS,
  MAINTENANCE_ROWS,
  TARGET_ROWS,
  LISTEN_ROWS,
  TOKEN_ROWS,
  RETENTION_ROWS,
  STATUS_ROWS,
  TRIGGER_ROWS,
};
/** Variables that examples name. */
const variable = (name: string): string => `value-of-${name}-0123456789`;

const ROWS = Object.entries(TABLES).flatMap(([table, rows]) =>
  Object.entries<Row>(rows).map(([name, row]): [string, string, Row] => [table, name, row]),
);

function read(rows: Rows, value: unknown): string | object {
  const found = readObject(rows, value, [], { variable });
  if (!(found instanceof Misfit)) return found;
  const { steps, what, seen } = found;
  return `${steps.join('.')} ${what}${seen === undefined ? '' : `: ${seen}`}`;
}

describe('each setting', () => {
  test.each(ROWS)(
    '%s %s: its default and its example fit',
    (_table, name, { form, doc, ...row }) => {
      expect(doc).toMatch(/^[^ ].*\.$/);
      for (const value of [row.initial, row.example]) {
        if (value === undefined) continue;
        expect(read({ [name]: { form, doc } }, { [name]: value })).toHaveProperty(name);
      }
    },
  );

  test.each(ROWS)(
    '%s %s: a value of another type is refused in words',
    (_table, name, { form, doc }) => {
      const said = read({ [name]: { form, doc } }, { [name]: null });
      expect(said).toBe(`${name} must be ${formText(form)}: got null`);
    },
  );
});

describe('what does not fit', () => {
  test.each<[Rows, unknown, string]>([
    [SERVE_ROWS, [], ' must be an object: got an array'],
    [SERVE_ROWS, { monitors: { a: { run: [] } } }, 'monitors.a.run must not be empty'],
    [
      SERVE_ROWS,
      { monitors: { a: { run: ['x', 3] } } },
      'monitors.a.run.1 must be a text: got 3 (number)',
    ],
    [
      SERVE_ROWS,
      { monitors: { '': { run: 'x' } } },
      'monitors. must be a name of 1 to 200 characters',
    ],
    [
      SERVE_ROWS,
      { monitors: {}, max_parallel: 0 },
      'max_parallel must be a whole number from 1 to 1000: got 0 (number)',
    ],
    [SERVE_ROWS, { monitors: {}, constructor: 1 }, 'constructor is not a setting'],
    [
      MONITOR_ROWS,
      { every: '0s' },
      'every must be a duration of at least 1 s such as "30s", "5m" or "2h" or "never": got "0s" (string)',
    ],
    [MONITOR_ROWS, { every: '99999d' }, 'every must be at most 3650 days: got "99999d" (string)'],
    [
      MONITOR_ROWS,
      { timezone: 'Mars/Olympus' },
      'timezone must be a time zone such as "Europe/Berlin" or "UTC": got "Mars/Olympus" (string)',
    ],
    [
      MONITOR_ROWS,
      { cron: '0 0 31 2 *' },
      'cron is a cron pattern that never matches: got "0 0 31 2 *" (string)',
    ],
    [
      MONITOR_ROWS,
      { labels: { 'a-b': 'x' } },
      'labels.a-b must be made of letters, digits and _, and not begin with a digit',
    ],
    [
      MONITOR_ROWS,
      { set: { A: 'two\nlines' } },
      'set.A must be one line, without spaces around it',
    ],
    [
      MONITOR_ROWS,
      { degraded: { mos: 7 } },
      'degraded.mos must be a number from 1 to 5: got 7 (number)',
    ],
    [MONITOR_ROWS, { degraded: { mos: { warn: 3 } } }, 'degraded.mos.warn is not a setting'],
    [
      MAINTENANCE_ROWS,
      { from: '2026-12-24' },
      'from must be a time with its offset, such as "2026-12-24T18:00:00+01:00": got "2026-12-24" (string)',
    ],
    [
      TARGET_ROWS,
      { type: 'webhook', url: 'ftp://x' },
      'url must be an address that begins with http:// or https://',
    ],
    [TARGET_ROWS, { url: 'https://x' }, ' lacks "type"'],
    [
      TARGET_ROWS,
      { type: 'webhook', on: ['broken'] },
      'on.0 must be "degraded", "failing", "failed", "unknown" or "recovered": got "broken" (string)',
    ],
    [
      TOKEN_ROWS,
      { name: 'a', token: 'short' },
      'token must have at least 16 characters of ASCII without spaces: try openssl rand -hex 24',
    ],
    [
      MONITOR_ROWS,
      { cron: '* * * *' },
      'cron is not a cron pattern: it has 4 fields, and needs 5 (minute hour day month weekday) or 6 (seconds in front): got "* * * *" (string)',
    ],
    [SERVE_ROWS, { monitors: {}, listen: { host: '' } }, 'listen.host must not be empty'],
    [
      SERVE_ROWS,
      { monitors: {}, store: 'mysql://me:pw@db/x' },
      'store must be a folder, or an address that begins with postgres://; mysql:// is not known',
    ],
    [
      SERVE_ROWS,
      { monitors: {}, store: 'postgres://' },
      'store must name the server and the database: postgres://USER:PASSWORD@HOST/NAME',
    ],
    [
      TARGET_ROWS,
      { type: 'webhook', headers: { a: 'x\r\ny: z' } },
      'headers.a must be the value of a header: one line of Latin-1, without spaces around it',
    ],
    // What may hold a secret is not shown, whatever it is.
    [
      SERVE_ROWS,
      { monitors: {}, auth: 'a-token-of-mine-1234' },
      'auth must be an array, each an object: got a text',
    ],
    [
      TARGET_ROWS,
      { type: 'exec', env: { PIN: 1234 } },
      'env.PIN must be a text, or "${NAME}" for an environment variable: got a value of type number',
    ],
  ])('%#', (rows, value, said) => {
    expect(read(rows, value)).toBe(said);
  });

  test('a misspelt name is met with the nearest one', () => {
    const found = readObject(MONITOR_ROWS, { fail_afer: 1 }, [], { variable });
    expect(found).toMatchObject({ isName: true, hint: 'did you mean "fail_after"?' });
  });
});

test('durations are read as ms, secrets as what they name', () => {
  const monitor = { run: 'x', every: '1.5h', timeout: 90, set: { A: '${A}', B: '$B {C}' } };
  expect(read(MONITOR_ROWS, monitor)).toEqual({
    run: ['x'],
    every: 5_400_000,
    timeout: 90_000,
    set: { A: 'value-of-A-0123456789', B: '$B {C}' },
  });
});
