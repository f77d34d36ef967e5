import { describe, expect, it } from 'vitest';
import { QuickJs } from './quickjs.js';
import { Rejections } from './rejections.js';

async function newVm(memory = 32 * 1_048_576) {
  const quickJs = await QuickJs.load(memory);
  const runtime = quickJs.newRuntime();
  runtime.setInterruptHandler(() => false);
  quickJs.installTracker(runtime);
  const context = runtime.newContext();
  const run = (source: string): unknown => {
    const result = context.evalCode(source);
    const value: unknown = (result.error ?? result.value).consume((handle): unknown =>
      context.dump(handle),
    );
    runtime.executePendingJobs();
    return value;
  };
  const rejections = new Rejections(
    (bits) => {
      const handle = quickJs.handleOf(context, bits);
      return () => {
        handle.dispose();
      };
    },
    () => false,
  );
  quickJs.reportTo(rejections);
  const unhandled = (): unknown[] =>
    rejections.take().map((one) => {
      const handle = quickJs.handleOf(context, one.reason);
      one.release();
      return handle.consume((reason): unknown => context.dump(reason));
    });
  return { quickJs, runtime, context, run, unhandled };
}

describe('rejections', () => {
  it.each([
    ['Promise.reject(1); 0', [1]],
    ['Promise.reject(1).catch(() => {}); 0', []],
    ['(async () => { throw 1; })(); 0', [1]],
    ['(async () => { await (async () => { throw 1; })(); })(); 0', [1]],
    ['(async () => { try { await (async () => { throw 1; })(); } catch {} })(); 0', []],
    ['Promise.reject(1).then(() => {}); 0', [1]],
    ['Promise.all([Promise.reject(1), Promise.reject(2)]).catch(() => {}); 0', []],
    ['new Promise((yes, no) => { yes(); no(1); }); 0', []],
  ])('%s leaves %j', async (source, expected) => {
    const { run, unhandled } = await newVm();
    run(source);
    expect(unhandled()).toEqual(expected);
  });

  it('are handled also much later', async () => {
    const { run, unhandled } = await newVm();
    run('globalThis.p = Promise.reject(1); 0');
    run('p.catch(() => {}); 0');
    expect(unhandled()).toEqual([]);
  });
});

describe('image', () => {
  it('brings back what was there, and nothing of what came after', async () => {
    const { quickJs, run } = await newVm();
    run('globalThis.list = [1, 2, 3]');
    const image = quickJs.image();
    for (let round = 0; round < 20; round += 1) {
      run('list.push(4); globalThis.leak = new Uint8Array(1e6).fill(1); Array.prototype.x = 1');
      image.restore();
      expect(run('[list, typeof leak, [].x ?? null]')).toEqual([[1, 2, 3], 'undefined', null]);
    }
  });

  it('of a cleaned memory brings back its state, and holds nothing of what was there before', async () => {
    const { quickJs, run } = await newVm();
    const fresh = quickJs.image();
    run('globalThis.leak = "secret".repeat(500_000)');
    fresh.restore({ clean: true });
    run('globalThis.list = [1, 2, 3]');
    const image = quickJs.image(fresh);
    expect(image.size).toBeLessThan(fresh.size + 200_000);
    for (const { bytes } of image.regions)
      expect(Buffer.from(bytes).includes('secretsecret')).toBe(false);
    for (let round = 0; round < 3; round += 1) {
      run(
        'list.push(4); globalThis.deep = (function f(n) { return n === 0 ? 0 : 1 + f(n - 1); })(300)',
      );
      image.restore();
      expect(run('[list, typeof leak]')).toEqual([[1, 2, 3], 'undefined']);
    }
  });

  it('can be seeded: Math.random repeats with it, and only then', async () => {
    const { quickJs, run, context } = await newVm();
    const word = quickJs.findRandomState(context, () => run('Math.random()'));
    const draw = (state: bigint): unknown => {
      quickJs.seedRandom(word, state);
      return run('Math.random()');
    };
    expect(draw(7n)).toBe(draw(7n));
    expect(draw(7n)).not.toBe(draw(8n));
  });
});

describe('memory', () => {
  it('does not grow past the limit', async () => {
    const { quickJs, run } = await newVm();
    expect(run('const all = []; for (;;) all.push(new Uint8Array(1 << 20))')).toMatchObject({
      message: 'out of memory',
    });
    expect(quickJs.outOfMemory).toBe(true);
  });
});
