/** Modules that are there, but cannot be loaded: such as those of another architecture, or whose libraries are missing. */
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cleanBench, testBinaries } from '../../testing/agents/agent-bench.js';

const BROKEN = ['srtp.so', 'l16.so', 'sndfile.so'];
const binaries = await testBinaries();

describe.each(binaries)('modules that baresip $version cannot load', (binary) => {
  const modulePath = mkdtempSync(join(tmpdir(), 'offhook-modules-'));
  for (const name of readdirSync(binary.modulePath)) {
    if (BROKEN.includes(name)) writeFileSync(join(modulePath, name), 'no program');
    else symlinkSync(join(binary.modulePath, name), join(modulePath, name));
  }
  const { bench } = cleanBench({ ...binary, modulePath });
  afterAll(() => {
    rmSync(modulePath, { recursive: true });
  });

  test.each([
    ['media_enc: "srtp"', 'srtp.so', { media_enc: 'srtp' }],
    ['codecs: L16', 'l16.so', { codecs: ['L16'] }],
    ['audio', 'sndfile.so', { audio: true }],
  ] as const)('%s is refused', async (option, module, options) => {
    await expect(bench.start('alice', options)).rejects.toMatchObject({
      code: 'E_CAPABILITY',
      message: expect.stringMatching(
        `^agent "alice": ${option}: this baresip cannot do that: ${module}: \\w`,
      ) as string,
    });
  });

  test('without the recorder an agent starts, and does not listen', async () => {
    const agent = await bench.start('alice');
    expect(agent.hearing).toBe(false);
  });
});
