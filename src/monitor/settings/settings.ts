/** The settings of `offhook serve`: read, checked, with defaults filled in. */
import { dirname, isAbsolute, resolve } from 'node:path';
import { OffhookError } from '../../errors.js';
import { secretValues } from '../../model/secret-names.js';
import { suggestion } from '../../schema/habits.js';
import { SCHEMAS } from '../../schema/schemas.gen.js';
import type { Maintenance, MonitorSettings, Schedule, TriggerSettings } from '../model/settings.js';
import { LONGEST_WINDOW } from '../model/states.js';
import type { Target } from '../model/targets.js';
import type { Retention } from '../store/store.js';
import { Misfit, nameOf, readObject, type Row, type Rows } from '../../settings/form.js';
import {
  LISTEN_ROWS,
  MONITOR_ROWS,
  RETENTION_ROWS,
  SERVE_ROWS,
  STATUS_ROWS,
  TOKEN_ROWS,
  TRIGGER_ROWS,
} from './rows.js';
import { readConfig } from '../../settings/config-text.js';
import { type LinesData, secretsOfLines } from '../../settings/lines.js';
import { withoutOwnKeys } from '../../settings/monitor-keys.js';
import { TARGET_ROWS } from './target-rows.js';
import { targetOf } from './targets.js';
import { thresholdsOf } from './thresholds.js';

interface Token {
  readonly name: string;
  readonly token: string;
  readonly role: 'read' | 'operate';
}

export interface ServeSettings {
  /** Path of the file. */
  readonly file: string;
  /** Its folder: paths of monitors are relative to it. */
  readonly folder: string;
  readonly monitors: readonly MonitorSettings[];
  readonly max_parallel: number;
  readonly notify: readonly Target[];
  readonly auth: readonly Token[];
  readonly listen: {
    readonly host: string;
    readonly port: number;
    /** Files of a certificate and its key. */
    readonly tls?: { readonly cert: string; readonly key: string };
    readonly public_url?: string;
  };
  /** Folder of the files of runs, and of the history unless `database` has it. */
  readonly store: string;
  /** postgres:// */
  readonly database?: string;
  readonly retention: Retention;
  readonly status_page?: { readonly title: string };
  /** Each run reads them of the file again. */
  readonly lines: LinesData;
  /** Variables of the environment that secrets were taken from: runs do not see them. */
  readonly variables: readonly string[];
}

/** Texts that no output may show. */
export function secretsOf({
  auth,
  notify,
  monitors,
  database,
  lines,
}: ServeSettings): readonly string[] {
  const ofTarget = (target: Target): readonly string[] => {
    if (target.type === 'email') return passwordOf(target.smtp);
    if (target.type === 'exec') return secretValues(target.env);
    const { url, secret, headers, form } = target;
    const key = form.template === 'pagerduty' ? [form.routing_key] : [];
    return [url, ...(secret === undefined ? [] : [secret]), ...Object.values(headers), ...key];
  };
  return [
    ...auth.map(({ token }) => token),
    ...notify.flatMap(ofTarget),
    ...monitors.flatMap(({ set }) => secretValues(set)),
    ...(database === undefined ? [] : passwordOf(database)),
    ...secretsOfLines(lines, {}),
  ];
}

function passwordOf(url: string): readonly string[] {
  const password = URL.canParse(url) ? new URL(url).password : '';
  return password === '' ? [] : [password, decodeURIComponent(password)];
}

type Values = Readonly<Record<string, unknown>>;

const DEFAULT_STORE = '.offhook/monitor';

/** @throws OffhookError E_SETTINGS with the place of the first thing that is wrong */
export function readSettings(
  path: string,
  environment: Readonly<Record<string, string>>,
): ServeSettings {
  const config = readConfig(path);
  const variables = new Set<string>();
  const variable = (name: string): string | undefined => {
    variables.add(name);
    return environment[name];
  };
  const fail = ({ steps, what, seen, hint, isName }: Misfit): OffhookError =>
    new OffhookError(
      'E_SETTINGS',
      {
        subject: steps.length === 0 ? `configuration "${path}"` : nameOf(steps),
        what,
        ...(seen === undefined ? {} : { seen }),
      },
      {
        hint: hint ?? 'correct it; docs/monitor-settings.md lists all settings',
        at: config.placeOf(steps, isName),
      },
    );
  const own = ofServe(config.value);
  const read = own instanceof Misfit ? own : readObject(SERVE_ROWS, own, [], { variable });
  if (read instanceof Misfit) throw fail(read);
  const folder = dirname(path);
  const settings = resolved(read, { path, folder });
  if (settings instanceof Misfit) throw fail(settings);
  return { ...settings, variables: [...variables] };
}

/** Leaves out keys about runs, which `offhook run` checks. A key that neither knows is refused: it would have no effect. */
function ofServe(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const ofRuns = Object.keys(SCHEMAS.projectFile.properties);
  const names = [...Object.keys(SERVE_ROWS), ...ofRuns];
  const odd = Object.keys(withoutOwnKeys(value)).find((key) => !names.includes(key));
  if (odd !== undefined) {
    const hint =
      suggestion('projectFile', odd, names) ??
      `the settings of the monitor are ${Object.keys(SERVE_ROWS).join(', ')}`;
    return new Misfit([odd], 'is not a setting', { hint, isName: true });
  }
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => Object.hasOwn(SERVE_ROWS, key)),
  );
}

function resolved(
  values: Values,
  { path, folder }: { readonly path: string; readonly folder: string },
): Omit<ServeSettings, 'variables'> | Misfit {
  const named = values['monitors'] as Readonly<Record<string, Values>>;
  const defaults = (values['defaults'] ?? {}) as Values;
  const targets = Object.entries((values['notify'] ?? {}) as Readonly<Record<string, Values>>);
  const monitors: MonitorSettings[] = [];
  for (const [name, own] of Object.entries(named)) {
    const monitor = monitorOf(name, { ...withoutSchedule(defaults, own), ...own });
    if (monitor instanceof Misfit) return monitor;
    const odd = monitor.notify?.find((one) => !targets.some(([target]) => target === one));
    if (odd !== undefined) return at(name, 'notify', `names "${odd}", which is not in "notify"`);
    monitors.push(monitor);
  }
  const notify: Target[] = [];
  for (const [name, own] of targets) {
    const target = targetOf(name, own, initials(TARGET_ROWS));
    if (target instanceof Misfit) return target;
    notify.push(target);
  }
  const listen = listenOf({
    ...initials(LISTEN_ROWS),
    ...(values['listen'] as Values | undefined),
  });
  if (listen instanceof Misfit) return listen;
  const auth = ((values['auth'] ?? []) as readonly Values[]).map(
    (one) => ({ ...initials(TOKEN_ROWS), ...one }) as unknown as Token,
  );
  const double = auth.findIndex(
    ({ token }, index) => auth.findIndex((one) => one.token === token) < index,
  );
  if (double >= 0)
    return new Misfit(['auth', double, 'token'], 'is the token of another entry, too');
  const store = (values['store'] ?? DEFAULT_STORE) as string;
  const isUrl = /^postgres(ql)?:\/\//.test(store);
  const status = values['status_page'] as Values | undefined;
  return {
    file: path,
    folder,
    monitors,
    lines: (values['lines'] ?? {}) as LinesData,
    max_parallel: (values['max_parallel'] ?? SERVE_ROWS.max_parallel.initial) as number,
    notify,
    auth,
    listen: {
      ...listen,
      ...(listen.tls === undefined
        ? {}
        : { tls: { cert: moved(folder, listen.tls.cert), key: moved(folder, listen.tls.key) } }),
    },
    store: moved(folder, isUrl ? DEFAULT_STORE : store),
    ...(isUrl ? { database: store } : {}),
    retention: retentionOf({
      ...initials(RETENTION_ROWS),
      ...(values['retention'] as Values | undefined),
    }),
    ...(status === undefined
      ? {}
      : { status_page: { ...initials(STATUS_ROWS), ...status } as { title: string } }),
  };
}

/** A monitor that says when it runs does not get another schedule from the defaults. */
export function withoutSchedule(defaults: Values, own: Values): Values {
  if (own['every'] === undefined && own['cron'] === undefined) return defaults;
  const { every: _every, cron: _cron, ...others } = defaults;
  return others;
}

function monitorOf(name: string, given: Values): MonitorSettings | Misfit {
  const values: Values = { ...initials(MONITOR_ROWS), ...given };
  if (values['run'] === undefined) return at(name, undefined, 'lacks "run": the scenario files');
  if (given['every'] !== undefined && given['cron'] !== undefined) {
    return at(name, 'cron', 'cannot be used together with "every": a monitor has one schedule');
  }
  const [warn, fail, of] = [values['warn_after'], values['fail_after'], values['of']] as [
    number,
    number,
    number | undefined,
  ];
  if (warn > fail) return at(name, 'warn_after', `is more than fail_after (${fail})`);
  if (of !== undefined && of < fail)
    return at(name, 'of', `is less than fail_after (${fail}): the monitor would never fail`);
  if (of !== undefined && of > LONGEST_WINDOW)
    return at(name, 'of', `is more than ${LONGEST_WINDOW}`);
  const timezone = values['timezone'] as string;
  const maintenance: Maintenance[] = [];
  for (const [index, window] of (values['maintenance'] as readonly Values[]).entries()) {
    const one = maintenanceOf(window, timezone);
    if (typeof one === 'string') return new Misfit(['monitors', name, 'maintenance', index], one);
    maintenance.push(one);
  }
  const degraded = thresholdsOf(name, values['degraded'] as Values);
  if (degraded instanceof Misfit) return degraded;
  const {
    every: _e,
    cron: _c,
    timezone: _t,
    degraded: _d,
    every_when_failing,
    timeout,
    trigger,
    ...others
  } = values;
  return {
    ...(others as unknown as MonitorSettings),
    name,
    schedule: scheduleOf(values, timezone),
    ...(every_when_failing === undefined
      ? {}
      : { every_when_failing_ms: every_when_failing as number }),
    timeout_ms: timeout as number,
    ...(trigger === undefined ? {} : { trigger: triggerOf(trigger as Values) }),
    degraded,
    maintenance,
  };
}

function scheduleOf({ every, cron }: Values, timezone: string): Schedule {
  if (cron !== undefined) return { kind: 'cron', cron: cron as string, timezone };
  return every === 'never' ? { kind: 'never' } : { kind: 'every', every_ms: every as number };
}

function triggerOf(given: Values): TriggerSettings {
  const { exec, timeout } = { ...initials(TRIGGER_ROWS), ...given } as {
    exec: readonly string[];
    timeout: number;
  };
  return { exec, timeout_ms: timeout };
}

function maintenanceOf(window: Values, timezone: string): Maintenance | string {
  const {
    cron,
    duration,
    from,
    to,
    timezone: own = timezone,
  } = window as Readonly<Record<string, string | undefined>>;
  if (cron !== undefined && duration !== undefined && from === undefined && to === undefined) {
    return { cron, timezone: own, duration_ms: Number(duration) };
  }
  if (from === undefined || to === undefined || cron !== undefined || duration !== undefined) {
    return 'must have "cron" and "duration", or "from" and "to"';
  }
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  return begin < end ? { from: begin, to: end } : 'must end after it begins';
}

function listenOf(values: Values): ServeSettings['listen'] | Misfit {
  const {
    host,
    port,
    tls_cert: cert,
    tls_key: key,
    public_url,
  } = values as {
    host: string;
    port: number;
    tls_cert?: string;
    tls_key?: string;
    public_url?: string;
  };
  if ((cert === undefined) !== (key === undefined)) {
    return new Misfit(['listen'], 'has only one of "tls_cert" and "tls_key"');
  }
  return {
    host,
    port,
    ...(cert === undefined || key === undefined ? {} : { tls: { cert, key } }),
    ...(public_url === undefined ? {} : { public_url: public_url.replace(/\/+$/, '') }),
  };
}

function retentionOf(values: Values): Retention {
  return {
    passed_ms: values['passed'] as number,
    failed_ms: values['failed'] as number,
    hours_ms: values['hours'] as number,
    days_ms: values['days'] as number,
    bytes: (values['megabytes'] as number) * 1_000_000,
    file_bytes: (values['file_megabytes'] as number) * 1_000_000,
  };
}

/** The initial values of the rows, in the form in which they would be read. */
function initials(rows: Rows): Values {
  const given = Object.fromEntries(
    Object.entries<Row>(rows).flatMap(([name, { initial }]) =>
      initial === undefined ? [] : [[name, initial]],
    ),
  );
  const optional = Object.fromEntries(
    Object.entries<Row>(rows).map(([name, row]): [string, Row] => [
      name,
      { form: row.form, doc: row.doc },
    ]),
  );
  const read = readObject(optional, given, [], { variable: () => undefined });
  if (read instanceof Misfit) throw new Error(`default of ${nameOf(read.steps)}: ${read.what}`);
  return read;
}

function moved(folder: string, path: string): string {
  return isAbsolute(path) ? path : resolve(folder, path);
}

function at(monitor: string, key: string | undefined, what: string): Misfit {
  return new Misfit(['monitors', monitor, ...(key === undefined ? [] : [key])], what);
}
