import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../errors.js';
import type { Failure } from '../../model/run-event.js';
import { exitCodeOf, noCounts, verdictOf } from './verdict.js';

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

describe('exit code of a run', () => {
  it.each<[{ failed?: number; errored?: number }, ErrorCode[], boolean, number]>([
    [{}, [], false, 0],
    [{ failed: 1 }, ['E_ASSERT'], false, 1],
    [{ failed: 1, errored: 1 }, ['E_ASSERT', 'E_AGENT_CRASHED'], false, 1],
    [{ errored: 1 }, ['E_AGENT_CRASHED', 'E_ASSERT'], false, 3],
    [{ errored: 1 }, ['E_SCENARIO_COLLECT'], false, 2],
    [{ errored: 2 }, ['E_SCENARIO_COLLECT', 'E_PORTS'], false, 3],
    [{ failed: 1, errored: 1 }, ['E_ASSERT', 'E_INTERNAL'], false, 70],
    [{ failed: 1 }, ['E_ASSERT'], true, 130],
    [{}, [], true, 130],
  ])('%j %j, interrupted: %s -> %i', (counts, codes, interrupted, exit) => {
    expect(exitCodeOf({ ...noCounts(), ...counts }, codes.map(failure), interrupted)).toBe(exit);
  });
});
