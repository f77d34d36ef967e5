/** One setting: its value, who said it, and how a row reads what a variable or the project file has for it. */
import type { SourceLocation } from '../../errors.js';
import { Unfit, type Flag } from '../flags.js';

/** The levels from the strongest to the weakest. */
export const LEVELS = ['flag', 'variable', 'file', 'default'] as const;

export interface Origin {
  readonly from: (typeof LEVELS)[number];
  /** Where the value was set, in words: `--jobs`, `OFFHOOK_JOBS`, `jobs in offhook.config.json`, `default`. */
  readonly said: string;
  readonly at?: SourceLocation;
}

/** A value that was set, and where. */
export interface Setting {
  /** undefined: an option that was switched off. */
  readonly value: unknown;
  readonly origin: Origin;
}

/** What a project file sets, by the names of the rows. */
export type FileSettings = ReadonlyMap<string, Setting>;

const YES = ['1', 'true', 'yes', 'on'];
const NO = ['0', 'false', 'no', 'off'];

/** Reads the value of a row from the text of a variable. */
export function valueOfText(flag: Flag<unknown>, text: string): unknown {
  const word = text.trim().toLowerCase();
  const isYes = YES.includes(word);
  const isSwitch = flag.kind === 'on' || flag.kind === 'off';
  if (isSwitch || flag.kind === 'maybe') {
    if (isYes || NO.includes(word)) return switched(flag, isYes);
    return isSwitch ? new Unfit('must be 1 or 0') : flag.parse(text);
  }
  if (flag.kind === 'one') return flag.parse(text.trim());
  const values = text.split(flag.lines === true ? /\r?\n/ : ',').map((one) => one.trim());
  return allParsed(
    flag,
    values.filter((one) => one !== ''),
  );
}

/** Switching a row off is the same as not setting it, except for a row of kind "off", whose value is then false. */
function switched(flag: Flag<unknown>, isOn: boolean): boolean | undefined {
  return isOn || flag.kind === 'off' ? isOn : undefined;
}

/** The values of a list, or what is wrong with the first bad one. */
function allParsed(flag: Flag<unknown>, texts: readonly string[]): unknown {
  const values = texts.map((text) => flag.parse(text));
  return values.find((one) => one instanceof Unfit) ?? values;
}

/** Reads the value of a row from the JSON of the project file. */
export function valueOfJson(flag: Flag<unknown>, json: unknown): unknown {
  const isSwitch = flag.kind === 'on' || flag.kind === 'off';
  if (typeof json === 'boolean' && (isSwitch || flag.kind === 'maybe')) return switched(flag, json);
  if (isSwitch) return new Unfit('must be true or false');
  if (flag.json.type === 'object') {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      return new Unfit('must be an object');
    }
    const entries = Object.entries(json as Record<string, unknown>);
    const isNamed = entries.every(([, value]) => typeof value === 'string');
    if (!isNamed) return new Unfit('must have a text for each name');
    return allParsed(
      flag,
      entries.map(([name, value]) => `${name}=${String(value)}`),
    );
  }
  if (flag.kind === 'list') {
    const isTexts =
      Array.isArray(json) && json.every((one) => typeof one === 'string' && one !== '');
    return isTexts ? allParsed(flag, json as string[]) : new Unfit('must be an array of texts');
  }
  const types: readonly string[] = [flag.json.type].flat();
  const isMaybe = flag.kind === 'maybe';
  const isNumber = types.includes('integer') || types.includes('number');
  if (typeof json === 'number' && isNumber) return flag.parse(String(json));
  const isText = types.includes('string') && typeof json === 'string' && json !== '';
  if (isText) return flag.parse(json);
  if (isMaybe && !isNumber) return new Unfit('must be true, false or a text');
  // The row's own words about an empty text: "must be a whole number from 1 to 9".
  const problem = isNumber ? flag.parse('') : undefined;
  return problem instanceof Unfit ? problem : new Unfit('must be a text');
}
