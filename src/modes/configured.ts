/** Texts of the project file with their variables put in. */
import { said } from '../errors.js';
import { failure } from '../sandbox/guest/failure.js';
import { codeOf } from './problem.js';

const VARIABLE = /\$\{(\w+)\}/g;

/** The value with "${NAME}" replaced by env("NAME") in all of its texts. @throws E_ENV_MISSING, E_ENV_DENIED */
export function withVariables<T>(owner: string, value: T): T {
  if (typeof value === 'string') {
    return value.replace(VARIABLE, (_, name: string) => variable(owner, name)) as T;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one: unknown) => withVariables(owner, one)) as T;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, withVariables(owner, one as unknown)]),
  ) as T;
}

function variable(owner: string, name: string): string {
  try {
    return env(name);
  } catch (error) {
    if (codeOf(error) !== 'E_ENV_MISSING') throw error;
    throw failure({
      code: 'E_ENV_MISSING',
      ...said({ subject: owner, what: `needs the variable ${name}, which is not set` }),
      hint: `set ${name} in the environment, in an .env file or with --set ${name}=...`,
    });
  }
}
