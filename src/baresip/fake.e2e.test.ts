import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { LIMIT, testBench, type Bench } from '../testing/agents/agent-bench.js';
import { fakeBaresip, type FakeBinary } from '../testing/agents/fake-binary.js';
import { findBaresip } from './start/binary.js';

const TARGET = { uri: 'sip:bob@127.0.0.1:9' };
const PATH = '/usr/bin:/bin';

describe('a program that behaves badly', () => {
  let fake: FakeBinary;
  let bench: Bench | undefined;

  const startFake = async (mode: string, limit = LIMIT) => {
    fake = fakeBaresip(mode);
    bench = testBench(await findBaresip({ path: fake.path, searchPath: '' }));
    return bench.start('alice', {}, {}, limit);
  };
  afterEach(async () => {
    await bench?.stopAll();
    expect(bench?.leftFolders() ?? []).toEqual([]);
    bench = undefined;
    fake.remove();
  });

  test.each([
    ['crash', 'E_AGENT_CRASHED', 'signal SIGSEGV; its last lines: '],
    ['dial-garbage', 'E_AGENT_CONTROL', 'garbage on the control port'],
    ['dial-close', 'E_AGENT_HIJACKED', 'another program connected to the control port'],
    ['dial-half', 'E_AGENT_HUNG', 'no reply from baresip'],
    ['dial-refused', 'E_CALL_REFUSED', 'Invalid argument'],
    ['dial-no-json', 'E_CALL_REFUSED', 'no INVITE was sent'],
  ])('%s', async (mode, code, text) => {
    const agent = await startFake(mode);
    await expect(
      agent.act('dial', { target: TARGET }, mode === 'dial-half' ? 300 : LIMIT),
    ).rejects.toMatchObject({
      code,
      message: expect.stringContaining(text) as string,
      details: { agents: ['alice'] },
    });
  });

  test('a crash names the last lines and is an event', async () => {
    const agent = await startFake('crash');
    await expect(agent.act('dial', { target: TARGET }, LIMIT)).rejects.toThrow('about to crash');
    expect(bench?.events('alice').at(-1)).toMatchObject({
      type: 'exited',
      signal: 'SIGSEGV',
      expected: false,
    });
  });

  test('what is not JSON is a warning, what is unknown is kept', async () => {
    const agent = await startFake('dial-no-json');
    await expect(agent.act('dial', { target: TARGET }, LIMIT)).rejects.toMatchObject({
      code: 'E_CALL_REFUSED',
    });
    const events = bench?.events('alice') ?? [];
    expect(events.filter((one) => one.type === 'warning')).toHaveLength(2);
    expect(events.find((one) => one.type === 'other')).toMatchObject({
      name: 'BRAND_NEW',
      fields: { class: 'x', nested: '{"a":1}' },
    });
  });

  test('noise on the output harms nothing', async () => {
    const agent = await startFake('noise');
    expect(agent.state.alive).toBe(true);
  });

  test('quit and SIGTERM ignored: gone soon all the same', async () => {
    const agent = await startFake('ignores-quit');
    const started = performance.now();
    await agent.stop();
    expect(performance.now() - started).toBeLessThan(LIMIT);
    expect(() => process.kill(agent.pid, 0)).toThrow('ESRCH');
  });

  test.each([
    ['exit-98', 'its ports were taken'],
    ['exit-99', 'could not use the address 127.0.0.1'],
    ['exit-1', 'exit code 1; its last lines: ua: something is in the way'],
    ['stranger', 'its ports were taken'],
    ['garbage', 'garbage on the control port'],
  ])('does not start: %s', async (mode, text) => {
    await expect(startFake(mode)).rejects.toMatchObject({
      code: 'E_AGENT_START',
      message: expect.stringContaining(text) as string,
    });
    expect(bench?.events('alice')).toEqual([]);
  });

  test('does not start: hangs, or never listens', async () => {
    await expect(startFake('hang', 5000)).rejects.toMatchObject({
      code: 'E_AGENT_START',
      message: expect.stringContaining('no reply') as string,
    });
  });
});

describe('finding the program', () => {
  let fake: FakeBinary;
  afterEach(() => {
    fake.remove();
  });

  test.each([
    ['too-old', 'baresip 0.6.5 is too old (at least 1.0.0)'],
    ['no-baresip', 'does not run as baresip: hello'],
  ])('%s', async (mode, text) => {
    fake = fakeBaresip(mode);
    await expect(findBaresip({ path: fake.path, searchPath: PATH })).rejects.toMatchObject({
      code: 'E_BARESIP_UNUSABLE',
      message: expect.stringContaining(text) as string,
    });
  });

  test('by PATH, with its modules; a missing one is named', async () => {
    fake = fakeBaresip('newest');
    const binary = await findBaresip({ searchPath: `/nonexistent:${fake.folder}` });
    expect(binary).toMatchObject({
      path: fake.path,
      version: '4.9.0',
      modulePath: `${fake.folder}/modules`,
    });
    const search = { path: fake.path, modulePath: `${fake.folder}/modules`, searchPath: '' };
    rmSync(`${fake.folder}/modules/auresamp.so`);
    await expect(findBaresip(search)).rejects.toMatchObject({
      code: 'E_BARESIP_UNUSABLE',
      message: expect.stringContaining(': auresamp.so') as string,
    });
  });

  test('modules in a folder with a blank in its name: an error; by a link without one: used', async () => {
    fake = fakeBaresip('newest');
    const [blank, link] = [`${fake.folder}/my modules`, `${fake.folder}/link`];
    renameSync(`${fake.folder}/modules`, blank);
    symlinkSync(blank, link);
    const search = { path: fake.path, searchPath: '' };
    await expect(findBaresip({ ...search, modulePath: blank })).rejects.toMatchObject({
      code: 'E_BARESIP_UNUSABLE',
      message: `${fake.path}: its modules cannot be loaded from "${blank}": baresip takes no folder with a blank in its name`,
    });
    expect((await findBaresip({ ...search, modulePath: link })).modulePath).toBe(link);
  });

  test('nothing found', async () => {
    fake = fakeBaresip('ok');
    await expect(findBaresip({ searchPath: '/nonexistent' })).rejects.toMatchObject({
      code: 'E_BARESIP_MISSING',
      message: 'baresip: not found: no "baresip" in PATH',
    });
    await expect(
      findBaresip({ path: '/nonexistent/baresip', searchPath: '' }),
    ).rejects.toMatchObject({ code: 'E_BARESIP_MISSING' });
  });
});
