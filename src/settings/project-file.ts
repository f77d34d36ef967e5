/** offhook.config.json: found above a scenario, checked against its schema. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OffhookError } from '../errors.js';
import { NotOrdinary, ownersOf, readOrdinary } from '../ordinary-file.js';
import { optionsProblem } from '../schema/options.js';

const PROJECT_FILE = 'offhook.config.json';
const LARGEST = 256 * 1024;

/** As in project-file.schema.json. */
interface ProjectSettings {
  readonly 'allow-read'?: readonly string[];
  readonly 'allow-net'?: readonly string[];
  readonly 'allow-sip'?: readonly string[];
  readonly 'allow-env'?: readonly string[];
  readonly 'max-agents'?: number;
  readonly 'max-calls'?: number;
  readonly untrusted?: boolean;
  readonly isolate?: 'auto' | 'always' | 'never';
}

export interface ProjectFile {
  /** Absolute path. */
  readonly path: string;
  readonly settings: ProjectSettings;
}

/** The file in the folder of that scenario, or the nearest above. @throws OffhookError E_SETTINGS */
export function findProjectFile(scenario: string): ProjectFile | undefined {
  for (let folder = dirname(scenario); ; folder = dirname(folder)) {
    // Never at the root of the file system: it would be everybody's.
    if (dirname(folder) === folder) return undefined;
    const path = join(folder, PROJECT_FILE);
    if (existsSync(path)) return { path, settings: read(path, ownersOf(scenario)) };
  }
}

function read(path: string, owners: readonly number[]): ProjectSettings {
  const value = parse(path, text(path, owners));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw bad(path, 'is not a JSON object', 'write { } around its settings');
  }
  const problem = optionsProblem('projectFile', value);
  if (problem !== undefined) throw bad(path, problem.what, problem.hint ?? 'see its schema');
  return value;
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

function parse(path: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    // The parser's own words quote the text, which may be anything.
    const offset = /at position (\d+)/.exec(String(error))?.[1];
    const before = json.slice(0, Number(offset ?? json.length)).split('\n');
    const [line, column] = [before.length, (before.at(-1) ?? '').length + 1];
    throw new OffhookError(
      'E_SETTINGS',
      { subject: 'project file', what: 'is not valid JSON', seen: `line ${line}` },
      {
        hint: 'no comments, no comma after the last setting, double quotes around names',
        at: { file: path, line, column },
      },
    );
  }
}

function bad(path: string, what: string, hint: string): OffhookError {
  return new OffhookError('E_SETTINGS', { subject: `project file "${path}"`, what }, { hint });
}
