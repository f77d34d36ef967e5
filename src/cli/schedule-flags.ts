/** When and how often scenarios run, as the flags say. */
import { randomInt } from 'node:crypto';
import type { RunRequest } from '../app/request.js';
import { OffhookError } from '../errors.js';
import type { RunFlags } from './options.js';

/** @throws OffhookError E_USAGE */
export function scheduleFlags({
  jobs,
  retries,
  repeat,
  untilFailure,
  bail,
  failOnFlaky,
  label,
  seed,
  stress,
}: RunFlags): Partial<RunRequest> {
  if (untilFailure === true && repeat === undefined) {
    throw new OffhookError('E_USAGE', '--until-failure needs --repeat', {
      hint: 'say how often at most: --repeat 100 --until-failure',
    });
  }
  // --bail alone ends at the first failure.
  const limit = untilFailure === true || bail === true ? 1 : bail;
  return {
    ...(jobs === undefined ? {} : { jobs }),
    ...(retries === undefined ? {} : { retries }),
    ...(repeat === undefined ? {} : { repeat }),
    ...(limit === undefined ? {} : { bail: limit }),
    ...(label === undefined ? {} : { label }),
    failOnFlaky: failOnFlaky === true,
    ...seedOf(seed, stress),
  };
}

/** Under stress there is always a seed, so that what was found can be found again. */
function seedOf(seed: number | undefined, stress: true | undefined): Partial<RunRequest> {
  if (stress === true) return { stress, seed: seed ?? randomInt(1, 100_000) };
  return seed === undefined ? {} : { seed };
}
