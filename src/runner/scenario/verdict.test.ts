import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../errors.js';
import type { Failure } from '../../model/run-event.js';
import { verdictOf } from './verdict.js';

function failure(code: ErrorCode): Failure {
  return { code, message: 'x', phase: 'body' };
}

describe('verdict of a scenario', () => {
  it.each<[ErrorCode[], boolean, string]>([
    [[], false, 'passed'],
    [[], true, 'skipped'],
    [['E_ASSERT'], false, 'failed'],
    [['E_ASSERT', 'E_AGENT_CRASHED'], false, 'failed'],
    [['E_AGENT_CRASHED', 'E_ASSERT'], false, 'errored'],
    [['E_ASSERT'], true, 'failed'],
    [['E_SCENARIO_COLLECT'], false, 'errored'],
    [['E_INTERNAL'], false, 'errored'],
  ])('%j, skipped: %s', (codes, skipped, verdict) => {
    expect(verdictOf(codes.map(failure), skipped)).toBe(verdict);
  });
});
