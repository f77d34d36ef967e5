/** (c) From the command to the first agent that is ready, against the least it could take. */
import { test } from 'vitest';
import { startBareBaresip } from './bare-baresip.js';
import { median, report } from './figures.js';
import { benchBaresip, scenarioFile } from './product.js';
import { cliTimes, nodeStartMs } from './programs.js';

const ROUNDS = 11;

test('(c) cold start to the first agent', async () => {
  const binary = await benchBaresip();
  const file = scenarioFile(`agent('alice');\n`);
  const product: number[] = [];
  const node: number[] = [];
  const baresip: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const ready = /"type":"verb_finished"[^\n]*"verb":"agent"/;
      product.push((await cliTimes(['run', '--json', file.path], ready)).lineMs);
      node.push(await nodeStartMs());
      const bare = await startBareBaresip('alice', binary);
      baresip.push(bare.startMs);
      await bare.stop();
    }
  } finally {
    file.remove();
  }
  const from = { offhook: median(product), node: median(node), baresip: median(baresip) };
  report(
    [
      {
        name: '(c) cold start to first agent / (node -e 0 + bare baresip)',
        value: from.offhook / (from.node + from.baresip),
        unit: 'x',
        limit: 3,
        from,
      },
    ],
    `baresip ${binary.version}`,
  );
});
