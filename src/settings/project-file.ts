/** offhook.config.json or .yaml: found above a scenario or the working directory, checked against its schema. */
import { dirname } from 'node:path';
import { OffhookError, type SourceLocation } from '../errors.js';
import { NotOrdinary, ownersOf, readOrdinary } from '../ordinary-file.js';
import { ruleProblem, type OptionsRule } from '../schema/options.js';
import { projectFile, SHAPES } from '../schema/project-file.gen.js';
import { Misfit, nameOf, readObject } from './form.js';
import { placeAt, placeIn } from './json-places.js';
import type { LinesData } from './lines.js';
import { MONITOR_KEYS, withoutOwnKeys } from './monitor-keys.js';
import { projectFileAbove } from './project-place.js';

/** Hundreds of monitors and lines may stand there. */
const LARGEST = 4 * 1024 * 1024;

/** What the file says about its scenarios, as in project-file.schema.json. */
interface PolicyKeys {
  readonly 'allow-read'?: readonly string[];
  readonly 'allow-net'?: readonly string[];
  readonly 'allow-sip'?: readonly string[];
  readonly 'allow-env'?: readonly string[];
  readonly 'max-agents'?: number;
  readonly 'max-calls'?: number;
  readonly untrusted?: boolean;
  readonly isolate?: 'auto' | 'always' | 'never';
}
const POLICY_KEYS: Readonly<Record<keyof PolicyKeys, true>> = {
  'allow-read': true,
  'allow-net': true,
  'allow-sip': true,
  'allow-env': true,
  'max-agents': true,
  'max-calls': true,
  untrusted: true,
  isolate: true,
};

const RULE: OptionsRule = {
  name: 'projectFile',
  schema: SHAPES.projectFile,
  validate: projectFile as OptionsRule['validate'],
};

/** Keys that are not about a run. */
const OTHERS: ReadonlySet<string> = new Set(['$schema', 'lines', ...MONITOR_KEYS]);

export interface ProjectFile {
  /** Absolute path. */
  readonly path: string;
  readonly settings: PolicyKeys;
  /** The phone lines that its scenarios may use. */
  readonly lines?: LinesData;
  /** Settings of a run as a whole, by their keys; only their names were checked. */
  readonly ofRun: Readonly<Record<string, unknown>>;
  /** The place of a key, or of an element of an array. */
  readonly placeOf: (steps: readonly (string | number)[]) => SourceLocation | undefined;
}

/** The file in the folder of that scenario, or the nearest above. @throws OffhookError E_SETTINGS */
export async function findProjectFile(scenario: string): Promise<ProjectFile | undefined> {
  const path = projectFileAbove(dirname(scenario));
  return path === undefined ? undefined : readProjectFile(path, ownersOf(scenario));
}

/** @param owners users it may belong to, beside root and ourselves. @throws OffhookError E_SETTINGS */
export async function readProjectFile(
  path: string,
  owners: readonly number[],
): Promise<ProjectFile> {
  const content = text(path, owners);
  const isJson = path.endsWith('.json');
  const { value: written, placeOf } = isJson ? ofJson(path, content) : await ofYaml(path, content);
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    if (isJson) throw bad(path, 'is not a JSON object', 'write { } around its settings');
    throw bad(path, 'does not hold settings', 'write NAME: VALUE, each on a line of its own');
  }
  const value = withoutOwnKeys(written);
  const problem = ruleProblem(RULE, value);
  if (problem !== undefined) {
    // Every text about a problem names the option first.
    const [, name = ''] = /option "([^"[]+)/.exec(problem.what) ?? [];
    throw bad(
      path,
      problem.what,
      problem.hint ?? 'see docs/offhook.config.schema.json',
      placeOf([name]),
    );
  }
  const lines = await linesIn(value, placeOf);
  const others = Object.entries(value).filter(([key]) => !(key in POLICY_KEYS) && !OTHERS.has(key));
  return {
    path,
    settings: value,
    ...(lines === undefined ? {} : { lines }),
    ofRun: Object.fromEntries(others),
    placeOf,
  };
}

/** @throws OffhookError E_SETTINGS */
async function linesIn(
  value: object,
  placeOf: ProjectFile['placeOf'],
): Promise<LinesData | undefined> {
  if (!('lines' in value)) return undefined;
  const { LINES_ROW } = await import('./line-rows.js');
  const read = readObject({ lines: LINES_ROW }, { lines: value.lines }, [], {
    variable: () => undefined,
  });
  if (!(read instanceof Misfit)) return read['lines'] as LinesData;
  const { steps, what, hint = 'correct it; docs/monitor-settings.md lists all settings' } = read;
  const at = placeOf(steps);
  throw new OffhookError(
    'E_SETTINGS',
    { subject: nameOf(steps), what },
    { hint, ...(at === undefined ? {} : { at }) },
  );
}

function text(path: string, owners: readonly number[]): string {
  try {
    const bytes = readOrdinary(path, { largest: LARGEST, owners, links: true });
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof NotOrdinary)
      throw bad(path, error.message, 'replace it by an ordinary file of your own, or remove it');
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const what = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'is not UTF-8 text' : 'not read';
    throw bad(path, what === 'not read' ? `not read: ${code}` : what, 'check that it may be read');
  }
}

type Parsed = Pick<ProjectFile, 'placeOf'> & { readonly value: unknown };

function ofJson(path: string, json: string): Parsed {
  try {
    return {
      value: JSON.parse(json),
      placeOf: (steps) => {
        const place = placeIn(json, steps);
        return place === undefined ? undefined : { file: path, ...place };
      },
    };
  } catch (error) {
    // The parser's own message is not shown, because it quotes the text, which may hold anything.
    const offset = /at position (\d+)/.exec(String(error))?.[1];
    const place = placeAt(json, Number(offset ?? json.length));
    throw new OffhookError(
      'E_SETTINGS',
      { subject: 'project file', what: 'is not valid JSON', seen: `line ${place.line}` },
      {
        hint: 'no comments, no comma after the last setting, double quotes around names',
        at: { file: path, ...place },
      },
    );
  }
}

/** An empty file, or one of comments alone, says nothing. */
async function ofYaml(path: string, content: string): Promise<Parsed> {
  // Its parser is larger than all other readers together: most projects have JSON, or no file.
  const { parseConfig } = await import('./config-text.js');
  const { value, placeOf } = parseConfig(path, content, {
    subject: 'project file',
    what: 'is not valid YAML',
    hint: 'correct that line',
  });
  return {
    value: value ?? {},
    // The place is that of a name of a setting, or of an element of a list, as in JSON.
    placeOf: (steps) => placeOf(steps, typeof steps.at(-1) === 'string'),
  };
}

function bad(path: string, what: string, hint: string, at?: SourceLocation): OffhookError {
  const details = { hint, ...(at === undefined ? {} : { at }) };
  return new OffhookError('E_SETTINGS', { subject: `project file "${path}"`, what }, details);
}
