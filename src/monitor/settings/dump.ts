/** The settings in effect, as a configuration that could replace the file: every default filled in, secrets hidden. */
import { isSecretName } from '../../model/secret-names.js';
import type { Form, Row, Rows } from '../../settings/form.js';
import { withoutSchedule } from './settings.js';
import { SERVE_ROWS } from './rows.js';
import { readConfig } from '../../settings/config-text.js';

type Values = Readonly<Record<string, unknown>>;

/** Stands in place of a secret that is written out; one that names a variable stays as it is. */
const HIDDEN = '***';

/** @param path of a configuration that was found to be right */
export function dumped(path: string): Values {
  const values = readConfig(path).value as Values;
  const defaults = (values['defaults'] ?? {}) as Values;
  const monitors = Object.entries(values['monitors'] as Readonly<Record<string, Values>>).map(
    ([name, own]) => [name, { ...withoutSchedule(defaults, own), ...own }],
  );
  const { defaults: _in, ...rows } = SERVE_ROWS;
  const lines = values['lines'] === undefined ? {} : { lines: inherited(values['lines'] as Lines) };
  return filled(rows, { ...values, ...lines, monitors: Object.fromEntries(monitors) as Values });
}

type Lines = Readonly<Record<string, Values>>;

/** Each line with what it has from `default`. */
function inherited({ default: ofAll = {}, ':default:': ofCallTest = {}, ...lines }: Lines): Lines {
  return Object.fromEntries(
    Object.entries(lines).map(([name, own]) => [name, { ...ofAll, ...ofCallTest, ...own }]),
  );
}

/** The values in the order of their rows, with defaults where nothing is said. */
function filled(rows: Rows, values: Values): Values {
  const entries = Object.entries<Row>(rows).flatMap(([key, { form, initial }]) => {
    // Times of day take the place of the interval.
    const isOver = key === 'every' && values['cron'] !== undefined;
    const value = values[key] ?? (isOver ? undefined : initial);
    return value === undefined ? [] : [[key, shown(form, value, key)] as const];
  });
  return Object.fromEntries(entries);
}

function shown(form: Form, value: unknown, key: string): unknown {
  switch (form.kind) {
    case 'text':
      return form.secret === true ? hidden(key, String(value)) : value;
    case 'list': {
      const list: readonly unknown[] = Array.isArray(value) ? value : [value];
      return list.map((one) => shown(form.of, one, key));
    }
    case 'map':
      return Object.fromEntries(
        Object.entries(value as Values).map(([name, one]) => [
          name,
          // A variable is secret if its name says so; any header may be.
          key === 'headers' ? shown(form.of, one, 'token') : shown(form.of, one, name),
        ]),
      );
    case 'option':
      if (form.name === 'headers') return withoutValues(value as Values);
      return isSecretName(form.name) ? hidden(form.name, String(value)) : value;
    case 'object':
      return filled(form.rows, value as Values);
    default:
      return value;
  }
}

/** Any header may be secret. */
function withoutValues(headers: Values): Values {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, HIDDEN]));
}

/** Addresses keep their host: a password in them, or the path of a webhook, is the secret. */
function hidden(key: string, value: string): string {
  if (/^(?:\$\{\w+\})+$/.test(value)) return value;
  if (URL.canParse(value) && value.includes('://')) {
    const url = new URL(value);
    if (url.password !== '') url.password = HIDDEN;
    const isWebhook = /^https?:$/.test(url.protocol);
    return isWebhook ? `${url.origin}/${HIDDEN}` : url.href;
  }
  return isSecretName(key) ? HIDDEN : value;
}
