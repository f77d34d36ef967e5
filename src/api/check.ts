/** Checks the options of `run()`: a program in plain JavaScript may pass anything. */
import { OffhookError } from '../errors.js';
import { nearest } from '../schema/nearest.js';
import type { LimitOptions, PolicyOptions, RunOptions } from './options.js';

/** Why the value does not fit, as a predicate: "must be true or false". */
type Check = (value: unknown) => string | undefined;
type Checks<T> = { readonly [K in keyof Required<T>]: Check };

const must = (fits: (value: unknown) => boolean, problem: string): Check => {
  return (value) => (fits(value) ? undefined : problem);
};
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && !value.includes('\0');
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const yesOrNo = must((value) => typeof value === 'boolean', 'must be true or false');
const text = must(isText, 'must be a text that is not empty');
const texts = must(
  (value) => Array.isArray(value) && value.every(isText),
  'must be a list of texts, none of them empty',
);
const named = (fits: (name: string, value: unknown) => boolean, problem: string): Check => {
  return (value) => {
    if (!isObject(value)) return problem;
    const odd = Object.entries(value).find(([name, one]) => !fits(name, one));
    return odd === undefined ? undefined : `${problem}; ${JSON.stringify(odd[0])} does not fit`;
  };
};
const whole = (least: number, most: number): Check =>
  must(
    (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
    `must be a whole number from ${least} to ${most}`,
  );

const DAY_MS = 24 * 60 * 60 * 1000;

const POLICY: Checks<PolicyOptions> = {
  untrusted: yesOrNo,
  allowRead: texts,
  allowNet: texts,
  allowSip: texts,
  allowEnv: texts,
  maxAgents: whole(1, 1000),
  maxCalls: whole(1, 1_000_000),
  isolate: must(
    (value) => value === 'auto' || value === 'always' || value === 'never',
    'must be "auto", "always" or "never"',
  ),
};

const LIMITS: Checks<LimitOptions> = {
  timeoutMs: whole(1, DAY_MS),
  cpuMs: whole(1, DAY_MS),
  memoryMib: whole(16, 2048),
  stackKib: whole(128, 4096),
};

const OPTIONS: Checks<RunOptions> = {
  paths: must(
    (value) => Array.isArray(value) && value.length > 0 && value.every(isText),
    'must be a list of at least one path: ["calls/", "smoke.js"]',
  ),
  cwd: text,
  scenario: texts,
  tag: texts,
  excludeTag: texts,
  allFiles: yesOrNo,
  forbidOnly: yesOrNo,
  shard: must(isShard, 'must be { index, total }, whole numbers with 1 <= index <= total <= 9999'),
  variables: named(
    (name, value) => /^[^=\0]+$/.test(name) && typeof value === 'string',
    'must be an object of texts whose names hold no "="',
  ),
  variableFiles: texts,
  environment: named(
    (_, value) => value === undefined || typeof value === 'string',
    'must be an object of texts, such as process.env',
  ),
  jobs: whole(1, 1000),
  retries: whole(0, 20),
  repeat: whole(1, 100_000),
  seed: whole(0, 2 ** 32 - 1),
  bail: whole(1, 999_999),
  failOnFlaky: yesOrNo,
  lab: yesOrNo,
  baresip: text,
  baresipModules: text,
  policy: must(isObject, 'must be an object'),
  limits: must(isObject, 'must be an object'),
  insecureHttp: yesOrNo,
  metrics: yesOrNo,
  saveAudio: text,
  record: text,
  lastRun: text,
  label: text,
  aliases: named((_, value) => isText(value), 'must be an object that maps addresses to names'),
  signal: must(isSignal, 'must be an AbortSignal'),
};

function isShard(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { index, total, ...rest } = value as { index?: unknown; total?: unknown };
  const isPart = whole(1, 9999)(total) ?? whole(1, Number(total))(index);
  return isPart === undefined && Object.keys(rest).length === 0;
}

/** Accepts any object that acts like one: test runners bring an AbortSignal of their own, which instanceof does not recognize. */
function isSignal(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { aborted, addEventListener: listen } = value as Record<string, unknown>;
  return typeof aborted === 'boolean' && typeof listen === 'function';
}

/** @throws OffhookError E_USAGE */
export function checkOptions(options: RunOptions): void {
  if (!isObject(options)) {
    throw bad('options', 'must be an object', 'write run({ paths: ["calls/"] })');
  }
  checkAll('', options, OPTIONS);
  if ((options.paths as unknown) === undefined) {
    throw bad('paths', 'is missing', 'name scenario files, folders or globs: paths: ["calls/"]');
  }
  checkAll('policy.', options.policy, POLICY);
  checkAll('limits.', options.limits, LIMITS);
}

function checkAll<T>(before: string, given: object | undefined, checks: Checks<T>): void {
  const known = Object.keys(checks);
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!Object.hasOwn(checks, name)) {
      const meant = nearest(name, known);
      const all = `the options are ${known.join(', ')}`;
      throw bad(`${before}${name}`, 'is not known', meant ? `did you mean ${meant}?` : all);
    }
    const problem = value === undefined ? undefined : checks[name as keyof T](value);
    if (problem !== undefined) throw bad(`${before}${name}`, problem, undefined, value);
  }
}

const LONGEST_SHOWN = 60;

function bad(name: string, what: string, hint?: string, value?: unknown): OffhookError {
  const isPlain = value !== undefined && (typeof value !== 'object' || value === null);
  const shown = isPlain ? { seen: `it is ${shownValue(value)}` } : {};
  return new OffhookError(
    'E_USAGE',
    { subject: `run(): option ${name}`, what, ...shown },
    { hint: hint ?? 'docs/node-api.md says what each option takes; leave it out for its default' },
  );
}

function shownValue(value: unknown): string {
  const all = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return all.length > LONGEST_SHOWN ? `${all.slice(0, LONGEST_SHOWN)}...` : all;
}
