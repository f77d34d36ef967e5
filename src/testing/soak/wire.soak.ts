/** The driver's log of messages equals what was on the wire, whatever a peer sends. */
import { describe, expect, test } from 'vitest';
import { testBinaries } from '../agents/agent-bench.js';
import { type Fuzzing, fuzzDatagrams, fuzzSegments } from './wire-fuzz.js';

const DATAGRAMS = Number(process.env['SOAK_DATAGRAMS'] ?? '20000');
const SEGMENTS = Number(process.env['SOAK_SEGMENTS'] ?? '2000');
const SEED = Number(process.env['SOAK_SEED'] ?? '3261');

describe.each(await testBinaries())('baresip $version', (binary) => {
  test(`${DATAGRAMS} datagrams of mutated SIP`, async ({ annotate }) => {
    const fuzzing = await fuzzDatagrams(binary, { seed: SEED, count: DATAGRAMS });
    await annotate(figures(fuzzing));
    expect(fuzzing.differences).toEqual([]);
    expect(fuzzing.given).toBeGreaterThanOrEqual(DATAGRAMS);
  });

  test(`${SEGMENTS} TCP segments of mutated SIP`, async ({ annotate }) => {
    const fuzzing = await fuzzSegments(binary, { seed: SEED, count: SEGMENTS });
    await annotate(figures(fuzzing));
    expect(fuzzing.differences).toEqual([]);
    expect(fuzzing.given).toBeGreaterThanOrEqual(SEGMENTS);
  });
});

/** A crash is a fault of baresip: the soak goes on, and says how many there were. */
function figures({ given, messages, crashes }: Fuzzing): string {
  return `seed ${SEED}: ${given} given, ${messages} messages told, baresip crashed ${crashes} times`;
}
