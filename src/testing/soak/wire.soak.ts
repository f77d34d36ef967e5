/** The driver's log of messages equals what was on the wire, whatever a peer sends. */
import { describe, expect, test } from 'vitest';
import { testBinaries } from '../agent-bench.js';
import { fuzzDatagrams, fuzzSegments } from './wire-fuzz.js';

const DATAGRAMS = Number(process.env['SOAK_DATAGRAMS'] ?? '20000');
const SEGMENTS = Number(process.env['SOAK_SEGMENTS'] ?? '2000');
const SEED = Number(process.env['SOAK_SEED'] ?? '3261');

describe.each(await testBinaries())('baresip $version', (binary) => {
  test(`${DATAGRAMS} datagrams of mutated SIP`, async () => {
    expect(await fuzzDatagrams(binary, { seed: SEED, count: DATAGRAMS })).toEqual([]);
  });

  test(`${SEGMENTS} TCP segments of mutated SIP`, async () => {
    expect(await fuzzSegments(binary, { seed: SEED, count: SEGMENTS })).toEqual([]);
  });
});
