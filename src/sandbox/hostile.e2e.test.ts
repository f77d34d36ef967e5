import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Failure } from '../model/run-event.js';
import { ESCAPES } from '../testing/hostile/escapes.js';
import { FAKES } from '../testing/hostile/fakes.js';
import { LIMITS as LIMIT_CASES } from '../testing/hostile/limits.js';
import { Bench, LIMITS } from '../testing/hostile/peer.js';
import { TAMPERING } from '../testing/hostile/tampering.js';
import { VALUES } from '../testing/hostile/values.js';
import type { HostileCase } from '../testing/hostile/case.js';
import { CollectError } from './host/scenario-thread.js';

const CORPUS: Readonly<Record<string, readonly HostileCase[]>> = {
  escapes: ESCAPES,
  limits: LIMIT_CASES,
  values: VALUES,
  tampering: TAMPERING,
  fakes: FAKES,
};
const ROOM = 64 * 1_048_576;

interface Seen {
  verdict: string;
  text: string;
  failure?: Failure;
  reusable: boolean;
}

async function outcomeOf(bench: Bench, hostile: HostileCase): Promise<Seen> {
  try {
    const { timeout_ms } = hostile;
    const ran = await bench.run(hostile.source, timeout_ms === undefined ? {} : { timeout_ms });
    const failure = ran.outcomes.flatMap((one) => one.failures)[0];
    const skipped = ran.outcomes.some((one) => one.skipped !== undefined);
    return {
      verdict: failure?.code ?? (skipped ? 'skip' : 'pass'),
      text: failure === undefined ? '' : `${failure.message}\n${failure.hint ?? ''}`,
      ...(failure === undefined ? {} : { failure }),
      reusable: ran.outcomes.every((one) => one.reusable),
    };
  } catch (error) {
    if (!(error instanceof CollectError)) throw error;
    const { failure } = error;
    return {
      verdict: failure.code,
      text: `${failure.message}\n${failure.hint ?? ''}`,
      failure,
      reusable: bench.thread.reusable,
    };
  }
}

describe('hostile scripts', () => {
  /** For scripts that compute until they are stopped: the shorter, the cheaper. */
  let hasty: Bench;
  let quick: Bench;
  let patient: Bench;
  let idleMemory = 0;
  beforeAll(async () => {
    hasty = new Bench({ cpu_ms: 300 });
    quick = new Bench();
    patient = new Bench({ cpu_ms: 10_000 });
    for (const bench of [hasty, quick, patient]) {
      bench.write('throws.js', 'throw new Error("from a module");');
      bench.write('throws-later.js', 'await null; throw new Error("from a module, later");');
      await bench.run('assert(1).equals(1);');
    }
    idleMemory = process.memoryUsage.rss();
  });
  afterAll(() => Promise.all([hasty, quick, patient].map((one) => one.close())));

  const benchFor = ({ slow, expect: wanted }: HostileCase): Bench => {
    if (slow !== undefined) return patient;
    return wanted === 'E_SCRIPT_CPU' ? hasty : quick;
  };

  for (const [category, cases] of Object.entries(CORPUS)) {
    describe(category, () => {
      it.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, hostile) => {
        const bench = benchFor(hostile);
        const seen = await outcomeOf(bench, hostile);
        const allowed = [hostile.expect, ...(hostile.or ?? [])];
        expect(allowed, seen.text).toContain(seen.verdict);
        if (hostile.says !== undefined) expect(seen.text).toContain(hostile.says);
        if (hostile.discards === undefined) expect(seen.reusable).toBe(true);
        expect(process.memoryUsage.rss()).toBeLessThan(idleMemory + LIMITS.memory + ROOM);
        const next = await outcomeOf(bench, {
          name: '',
          source: 'assert(1).equals(1);',
          expect: 'pass',
        });
        expect(next).toMatchObject({ verdict: 'pass', reusable: true });
      });
    });
  }

  it('is a corpus of at least 80 scripts', () => {
    const names = Object.values(CORPUS).flatMap((cases) => cases.map((one) => one.name));
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(80);
  });
});
