/**
 * (f) A verb from the script to the main thread and back, where the main thread answers at once. Seen as
 * the time between two calls of a script that does nothing else, so the script's own step is in it.
 */
import { test } from 'vitest';
import type { CallRequest, RunJob } from '../../sandbox/protocol.js';
import { median, percentile, report } from './figures.js';
import { LIMITS, built, scenarioFile } from './product.js';

const CALLS = 3000;
const SCENARIO = `
const alice = agent('alice');
for (let i = 0; i < ${CALLS}; i += 1) alice.register();
`;

test('(f) verb round trip', async () => {
  const { ScenarioThread } = (await built(
    'sandbox/host/scenario-thread.js',
  )) as typeof import('../../sandbox/host/scenario-thread.js');
  const thread = new ScenarioThread({ limits: LIMITS });
  const file = scenarioFile(SCENARIO);
  const at: number[] = [];
  let seq = 0;
  const answer = (request: CallRequest): { seq: number } => {
    if (request.verb === 'register') at.push(performance.now());
    const event = { type: 'registering' } as const;
    seq += 1;
    thread.post([{ seq, at: 0, agent: 'alice', event }]);
    return { seq };
  };
  const job: RunJob = {
    file: file.path,
    readRoot: file.folder,
    env: {},
    fixedEnv: {},
    teardown_ms: 1000,
  };
  try {
    const { failures } = await thread.run(
      job,
      { timeout_ms: 60_000, began: performance.now() },
      { call: (request) => Promise.resolve(answer(request)), note: () => undefined },
    );
    if (failures.length > 0) throw new Error(failures[0]?.message);
  } finally {
    await thread.close();
    file.remove();
  }
  const trips = at.slice(1).map((time, index) => time - (at[index] ?? NaN));
  const from = { calls: trips.length, p99: percentile(trips, 99) };
  report(
    [{ name: '(f) verb round trip, p50', value: median(trips), unit: 'ms', limit: 0.5, from }],
    'no agent',
  );
});
