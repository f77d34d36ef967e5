/** Reads the parameters of a query one by one, so that each mistake gets a message of its own. Pure. */
import { ApiError } from './api-error.js';

/** @throws ApiError 400 when it is given twice */
export function textParameter(query: unknown, name: string): string | undefined {
  const given = query as Readonly<Record<string, unknown>>;
  const value = Object.hasOwn(given, name) ? given[name] : undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw new ApiError(400, 'bad_request', `the parameter "${name}" is given more than once`);
}

export interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly otherwise: number;
}

/** @throws ApiError 400 when it is no whole number within the bounds */
export function integerParameter(query: unknown, name: string, bounds: Bounds): number {
  const text = textParameter(query, name);
  if (text === undefined) return bounds.otherwise;
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (value >= bounds.least && value <= bounds.most) return value;
  const wanted = `a whole number from ${bounds.least} to ${bounds.most}`;
  throw new ApiError(400, 'bad_request', `the parameter "${name}" is not ${wanted}`);
}

/** @throws ApiError 400 when it is none of them */
export function choiceParameter<T extends string>(
  query: unknown,
  name: string,
  choices: readonly [T, ...T[]],
): T {
  const text = textParameter(query, name) ?? choices[0];
  const found = choices.find((one) => one === text);
  if (found !== undefined) return found;
  const wanted = choices.map((one) => `"${one}"`).join(' or ');
  throw new ApiError(400, 'bad_request', `the parameter "${name}" is not ${wanted}`);
}

/** The latest time a Date can have (ECMAScript, 21.4.1.1). */
export const LATEST = 8.64e15;
