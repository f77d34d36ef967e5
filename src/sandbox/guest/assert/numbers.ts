/** Ranges and tolerances of numbers, as matchers compare and word them. */
import { said } from '../../../errors.js';
import { failure } from '../failure.js';

/** Differences this many times smaller than the numbers come from rounding: 1.1 is within 0.1 of 1. */
const ROUNDING = 4 * Number.EPSILON;

/** The tolerance in the unit of the value; "10%" is that part of the expected number, whatever its sign. */
export function toleranceOf(expected: number, tolerance: number | string): number {
  return typeof tolerance === 'number'
    ? tolerance
    : (Math.abs(expected) * Number.parseFloat(tolerance)) / 100;
}

/** Whether a number is no further away than the tolerance; what is exactly so far away is near enough. */
export function isAbout(value: number, expected: number, tolerance: number): boolean {
  const slack = ROUNDING * Math.max(Math.abs(value), Math.abs(expected));
  return Math.abs(value - expected) <= tolerance + slack;
}

export function upsideDown(low: number, high: number): Error {
  return failure({
    code: 'E_ARGUMENT',
    ...said({
      subject: 'between()',
      what: `"low" must not be above "high"`,
      seen: `${low} and ${high}`,
    }),
    hint: `write between(${high}, ${low})`,
  });
}

export function inRange([low, high]: readonly string[]): string {
  return `${low} and ${high}`;
}

export function listed(shown: readonly string[]): string {
  return shown.join(', ');
}
