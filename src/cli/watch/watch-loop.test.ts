import { expect, test } from 'vitest';
import { WatchLoop, type WatchRun } from './watch-loop.js';

interface Made {
  loop: WatchLoop;
  runs: WatchRun[];
  said: string[];
  found: string[];
  /** Ends the present run. */
  finish: (failed?: string) => Promise<void>;
}

function make(): Made {
  const runs: WatchRun[] = [];
  const said: string[] = [];
  const found = ['/t/a.js', '/t/b.js'];
  let end: (failed: { keys: string[]; files: string[] }) => void = () => undefined;
  const loop = new WatchLoop(
    {
      find: () => Promise.resolve([...found]),
      shown: (file) => file.slice(3),
      concerns: (changed, file) => changed.has('/t/lib.js') && file === '/t/b.js',
      run: (what) => {
        runs.push(what);
        return new Promise((resolve) => {
          end = resolve;
        });
      },
      abort: () => said.push('aborted'),
      print: (text) => said.push(text),
    },
    found,
  );
  const finish = async (failed?: string): Promise<void> => {
    await turn();
    end(failed === undefined ? { keys: [], files: [] } : { keys: [failed], files: ['/t/a.js'] });
    await turn();
  };
  return { loop, runs, said, found, finish };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function type(loop: WatchLoop, keys: string): void {
  loop.key(keys);
}

test('nothing runs until a file changes; then what imports it does, and new files do', async () => {
  const { loop, runs, found, finish } = make();
  loop.changed(['/t/readme.md']);
  await turn();
  expect(runs).toEqual([]);
  loop.changed(['/t/lib.js']);
  await finish();
  expect(runs).toEqual([{ files: new Set(['/t/b.js']) }]);
  found.push('/t/new.ts');
  loop.changed(['/t/new.ts']);
  await finish();
  expect(runs[1]).toEqual({ files: new Set(['/t/new.ts']) });
});

test('changes during a run are kept and run after it, together', async () => {
  const { loop, runs, finish } = make();
  loop.key('a');
  await turn();
  loop.changed(['/t/a.js']);
  loop.changed(['/t/lib.js']);
  await turn();
  expect(runs).toEqual([{}]);
  await finish();
  expect(runs[1]).toEqual({ files: new Set(['/t/a.js', '/t/b.js']) });
});

test('keys run failed ones, by file, by name, and again', async () => {
  const { loop, runs, said, finish } = make();
  loop.key('f');
  expect(said).toEqual(['nothing failed in the last run']);
  loop.key('a');
  await finish('a.js › x');
  loop.key('f');
  await finish('a.js › x');
  expect(runs[1]).toEqual({ keys: new Set(['a.js › x']), files: new Set(['/t/a.js']) });
  type(loop, 'pbb\u007f.js\r');
  await finish();
  expect(runs[2]).toEqual({ files: new Set(['/t/b.js']) });
  type(loop, 'tbusy\r');
  await finish();
  loop.key('\r');
  await finish();
  expect(runs.slice(3)).toEqual([{ scenario: 'busy' }, { scenario: 'busy' }]);
});

test('a pattern can be given up, and one that fits nothing runs nothing', async () => {
  const { loop, runs, said } = make();
  type(loop, 'pq\u001b');
  type(loop, 'pnone\r');
  await turn();
  expect(runs).toEqual([]);
  expect(said.at(-1)).toBe('no file name contains "none"');
});

test.each([
  ['q', 'quit'],
  ['\u0003', 'interrupted'],
])('key %j ends it, and what runs', async (key, how) => {
  const { loop, said } = make();
  loop.key('a');
  loop.key(key);
  expect(await loop.ended).toBe(how);
  expect(said).toContain('aborted');
});
