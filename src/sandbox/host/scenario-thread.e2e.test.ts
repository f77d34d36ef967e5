import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from '../protocol.js';
import { Bench, Peer } from '../../testing/hostile/peer.js';
import { CollectError } from './scenario-thread.js';

let bench: Bench;
beforeAll(() => {
  bench = new Bench({ cpu_ms: 5000 });
});
afterAll(() => bench.close());

async function collectError(source: string): Promise<CollectError> {
  const result = await bench.run(source).catch((error: unknown) => error);
  if (!(result instanceof CollectError)) throw new Error('was collected');
  return result;
}

function onlyFailure(outcomes: readonly Outcome[]): Outcome['failures'][number] {
  const failures = outcomes.flatMap((one) => one.failures);
  expect(failures).toHaveLength(1);
  return failures[0] as Outcome['failures'][number];
}

const SINGLE = {
  ...{ single: true, setup: false, teardown: false, setupFile: false, teardownFile: false },
  scenarios: [],
};

describe('collecting', () => {
  it('takes a file without scenario() as one scenario', async () => {
    const { collected } = await bench.run('log("x");');
    expect(collected).toEqual({ ...SINGLE, topLevel: { how: 'nothing' } });
  });

  it('lists scenarios with their options, each row of scenario.each too', async () => {
    const { collected } = await bench.run(`
      scenario("a", { tags: ["smoke"], timeout: "2s" }, () => {});
      scenario("b", { skip: "later", only: true }, () => {});
      scenario.each([{ n: 1 }, { n: 2 }])("row $n", () => {});`);
    expect(collected?.scenarios).toMatchObject([
      { ordinal: 0, name: 'a', tags: ['smoke'], timeout_ms: 2000 },
      { ordinal: 1, name: 'b', skip: 'later', only: true },
      { ordinal: 2, name: 'row 1' },
      { ordinal: 3, name: 'row 2' },
    ]);
  });

  it('takes one job at a time', async () => {
    const job = bench.job(bench.write('quiet.js', 'log("x"); agent("a");'));
    const first = bench.thread.collect(job);
    await expect(bench.thread.collect(job)).rejects.toThrow('two jobs');
    expect(await first).toEqual({ ...SINGLE, topLevel: { how: 'tests' } });
  });

  it('shows where the syntax is wrong', async () => {
    const { code, failure } = await collectError('const a = 1;\nlet x = ;\n');
    expect(code).toBe('E_SCENARIO_SYNTAX');
    expect(failure.at).toMatchObject({ line: 2, column: 9 });
    expect(failure.codeFrame).toBe('  1 | const a = 1;\n> 2 | let x = ;\n    |         ^\n  3 |');
  });

  it('shows where the syntax of an imported module is wrong', async () => {
    const file = bench.write('wrong.js', 'export const a = 1;\nexport { b };\n\n(');
    const { code, failure } = await collectError('import "./wrong.js";');
    expect(code).toBe('E_SCENARIO_SYNTAX');
    expect(failure.at?.file).toBe(file);
  });

  it('refuses verbs beside scenario() and says where they belong', async () => {
    const error = await collectError('scenario("a", () => {});\nconst x = agent("x");');
    expect(error.failure).toMatchObject({
      code: 'E_SCENARIO_COLLECT',
      hint: 'move that statement into setup()',
      at: { line: 2, column: 11 },
    });
  });

  it('refuses an empty file and one that is not UTF-8', async () => {
    expect((await collectError(' \n')).code).toBe('E_SCENARIO_FILE');
    const file = bench.write('binary.js', Uint8Array.from([0x6c, 0xff, 0xfe]));
    await expect(bench.thread.collect(bench.job(file))).rejects.toMatchObject({
      code: 'E_SCENARIO_FILE',
    });
  });
});

describe('what changes while it runs', () => {
  it('runs what was collected, also the modules and in a new thread', async () => {
    const lib = (n: number) => bench.write('lib-n.js', `export const n = ${n};`);
    const suite = (n: number) =>
      bench.write(
        'changing.js',
        `import { n } from "./lib-n.js";
         scenario("costs its thread", () => { const a = []; for (;;) a.push(new Array(1e5).fill(a.length)); });
         scenario("tells", () => { log("suite ${n}, module", n); assert(n).equals(1); });`,
      );
    lib(1);
    const job = bench.job(suite(1));
    const { scenarios } = await bench.thread.collect(job);
    lib(2);
    suite(2);
    const peer = new Peer();
    const lost = await bench.runOne(job, scenarios[0], peer);
    expect(lost.reusable).toBe(false);
    expect((await bench.runOne(job, scenarios[1], peer)).failures).toEqual([]);
    const logs = () => peer.notes.flatMap((note) => (note.type === 'log' ? [note.text] : []));
    expect(logs()).toEqual(['suite 1, module 1']);
    const again = await bench.thread.collect(job);
    await bench.runOne(job, again.scenarios[1], peer);
    expect(logs()).toEqual(['suite 1, module 1', 'suite 2, module 2']);
  });

  it('has failed when its top level used up a limit: it need not run', async () => {
    const quick = new Bench({ cpu_ms: 200 });
    const job = quick.job(quick.write('loop.js', 'const x = 1;\nfor (;;);'));
    const { single, topLevel } = await quick.thread.collect(job);
    await quick.close();
    expect(single).toBe(true);
    const failure = { code: 'E_SCRIPT_CPU', phase: 'body' };
    expect(topLevel).toMatchObject({ how: 'failed', isFinal: true, failure });
    expect(topLevel).toHaveProperty('failure.codeFrame', expect.stringContaining('for (;;);'));
  });
});

describe('running', () => {
  it('shows a failed assertion with place, label and lines', async () => {
    const { outcomes, notes } = await bench.run(
      'const calls = { a: 1 };\nassert(calls.a).equals(1);\nassert(calls.a).equals(2);\n',
    );
    expect(onlyFailure(outcomes)).toMatchObject({
      code: 'E_ASSERT',
      phase: 'body',
      label: 'calls.a',
      actual: '1',
      at: { line: 3, column: 1 },
      codeFrame: expect.stringContaining('> 3 | assert(calls.a).equals(2);\n    | ^') as string,
    });
    expect(notes.filter((note) => note.type === 'assertion').map((note) => note.ok)).toEqual([
      true,
      false,
    ]);
  });

  it('runs each scenario of a suite in a fresh VM, with setup and teardown', async () => {
    const { outcomes, notes } = await bench.run(`
      let count = 0;
      setup(() => { count += 1; return { count }; });
      teardown((context) => log("down", context.count));
      scenario("a", ({ count }) => { globalThis.leak = 1; assert(count).equals(1); });
      scenario("b", ({ count }) => { assert(globalThis.leak).is_absent(); assert(count).equals(1); });`);
    expect(outcomes.flatMap((one) => one.failures)).toEqual([]);
    expect(notes.filter((note) => note.type === 'log').map((note) => note.text)).toEqual([
      'down 1',
      'down 1',
    ]);
    expect(notes.filter((note) => note.type === 'phase').map((note) => note.phase)).toEqual([
      ...['load', 'setup', 'body', 'teardown'],
      ...['load', 'setup', 'body', 'teardown'],
    ]);
  });

  it('draws other random numbers in every scenario', async () => {
    const { notes } = await bench.run(`
      scenario("a", () => log(Math.random())); scenario("b", () => log(Math.random()));`);
    const [first, second] = notes.filter((note) => note.type === 'log').map((note) => note.text);
    expect(first).not.toBe(second);
  });

  it('carries verbs out and tells where they were called', async () => {
    const { requests } = await bench.run(
      'const a = agent("a", { metadata: { n: 1 } });\nconst b = agent("b");\na.dial(b);',
    );
    expect(requests).toMatchObject([
      { verb: 'agent', args: ['a', { metadata: { n: 1 } }], at: { line: 1, column: 11 } },
      { verb: 'agent', args: ['b'] },
      { verb: 'dial', agent: 'a', args: [{ $: 'agent', name: 'b' }], at: { line: 3, column: 1 } },
    ]);
  });

  it('wakes on events', async () => {
    const { outcomes } = await bench.run(`
      const a = agent("a"); a.dial("ringing");
      await_until(() => assert(a.state).equals(State.Ringing), "2s");`);
    expect(outcomes.flatMap((one) => one.failures)).toEqual([]);
  });

  it('reports a refused verb with its place', async () => {
    const { outcomes } = await bench.run('const a = agent("a");\n  a.dial("refused");');
    expect(onlyFailure(outcomes)).toMatchObject({
      code: 'E_CALL_REFUSED',
      message: 'agent "a": call refused',
      at: { line: 2, column: 3 },
    });
  });

  it('checks arguments before anything is done', async () => {
    const { outcomes, requests } = await bench.run('agent("a", { usrname: "x" });');
    expect(onlyFailure(outcomes).code).toBe('E_ARGUMENT');
    expect(requests).toEqual([]);
  });

  it('keeps the first failure and adds that of teardown', async () => {
    const { outcomes } = await bench.run(`
      teardown(() => { throw new Error("second"); });
      scenario("a", () => { throw new Error("first"); });`);
    expect(outcomes[0]?.failures).toMatchObject([
      { phase: 'body', message: 'Error: first' },
      { phase: 'teardown', message: 'Error: second' },
    ]);
  });

  it('skips, and still runs teardown', async () => {
    const { outcomes, notes } = await bench.run(`
      teardown(() => log("down")); scenario("a", () => { skip("no PBX"); });`);
    expect(outcomes).toEqual([{ failures: [], reusable: true, skipped: { reason: 'no PBX' } }]);
    expect(notes).toContainEqual(expect.objectContaining({ type: 'log', text: 'down' }));
  });
});

describe('ending', () => {
  it('runs teardown after a time-out, with a budget of its own', async () => {
    const { outcomes, notes } = await bench.run(
      'teardown(() => { wait("50ms"); log("down"); }); scenario("a", () => wait("1m"));',
      { timeout_ms: 150 },
    );
    expect(onlyFailure(outcomes)).toMatchObject({ code: 'E_SCRIPT_TIMEOUT', phase: 'body' });
    expect(notes).toContainEqual(expect.objectContaining({ type: 'log', text: 'down' }));
  });

  it('ends a teardown that takes too long', async () => {
    const { outcomes } = await bench.run(
      'teardown(() => wait("1m")); scenario("a", () => assert(1).equals(1));',
      { teardown_ms: 100 },
    );
    expect(onlyFailure(outcomes)).toMatchObject({ code: 'E_SCRIPT_TIMEOUT', phase: 'teardown' });
  });

  it('runs teardown when it is interrupted', async () => {
    const peer = new Peer();
    const answer = peer.call.bind(peer);
    peer.call = (request) => {
      if (request.verb === 'register') {
        bench.thread.abort('interrupt');
        return new Promise(() => undefined);
      }
      return answer(request);
    };
    const { outcomes, notes } = await bench.run(
      'teardown(() => log("down")); scenario("a", () => { agent("a").register(); });',
      { peer },
    );
    expect(onlyFailure(outcomes).code).toBe('E_INTERRUPTED');
    expect(notes).toContainEqual(expect.objectContaining({ type: 'log', text: 'down' }));
  });

  it('gives up a thread in native code, keeps what failed before, and goes on with a new one', async () => {
    const { outcomes } = await bench.run(
      'agent("a"); try { assert(1).equals(2); } catch {} Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);',
      { timeout_ms: 400 },
    );
    expect(outcomes[0]?.reusable).toBe(false);
    expect(outcomes[0]?.failures).toMatchObject([
      { code: 'E_ASSERT' },
      { code: 'E_SCRIPT_TIMEOUT', hint: expect.stringContaining('teardown did not run') as string },
    ]);
    expect((await bench.run('assert(1).equals(1);')).outcomes[0]?.reusable).toBe(true);
  });

  it('ends at once when it is closed', async () => {
    const other = new Bench();
    const peer = new Peer();
    peer.note = ({ note }) => {
      if (note.type === 'waiting') void other.close();
    };
    const { outcomes } = await other.run('wait("1m");', { peer });
    expect(onlyFailure(outcomes).message).toContain('closed');
    await expect(other.run('wait("1m");')).rejects.toThrow('after close()');
  });

  it('does not collect a file that never comes back', async () => {
    const impatient = new Bench({ cpu_ms: 100 });
    const source = 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);';
    await expect(impatient.run(source)).rejects.toMatchObject({ code: 'E_SCENARIO_COLLECT' });
    await impatient.close();
  });
});

describe('modules', () => {
  it('imports files below the read root, also from parent folders', async () => {
    bench.write('lib/login.js', 'export { name } from "./deep/name.mjs";');
    bench.write('lib/deep/name.mjs', 'export const name = "x";');
    const file = bench.write(
      'suites/a.js',
      'import { name } from "../lib/login.js"; assert(name).equals("x"); assert((await import("../lib/login.js")).name).equals("x");',
    );
    expect(await bench.runOne(bench.job(file), undefined, new Peer())).toEqual({
      failures: [],
      reusable: true,
    });
  });

  it('tells the place of an error in an imported module', async () => {
    const file = bench.write(
      'lib/fails.js',
      'export function check(x) {\n  assert(x).is_true();\n}',
    );
    const { outcomes } = await bench.run('import { check } from "./lib/fails.js";\ncheck(false);');
    const failure = onlyFailure(outcomes);
    expect(failure).toMatchObject({ at: { file, line: 2 }, label: 'x' });
    expect(failure.frames?.map((frame) => frame.line)).toEqual([2, 2]);
  });

  it('refuses everything else', async () => {
    const outside = new Bench();
    const secret = outside.write('secret.js', 'export const secret = 1;');
    outside.write('folder/secret.js', 'export const secret = 1;');
    symlinkSync(secret, join(bench.folder, 'link.js'));
    symlinkSync(join(outside.folder, 'folder'), join(bench.folder, 'linked'));
    symlinkSync('circle.js', join(bench.folder, 'circle.js'));
    mkdirSync(join(bench.folder, 'folder.js'));
    bench.write('latin.js', Uint8Array.from([0xe9]));
    bench.write('data.json', '{}');
    const up = '../'.repeat(20);
    const says: Readonly<Record<string, string>> = {
      [secret]: 'the path is not relative',
      [`file://${secret}`]: 'not URLs',
      'https://example.invalid/x.js': 'not URLs',
      'data:text/javascript,1': 'not URLs',
      'offhook:sandbox/guest/main.js': 'not URLs',
      'node:fs': 'no Node modules',
      fs: 'cannot be imported',
      'lodash/map.js': 'cannot be imported',
      '': 'cannot be imported',
      [`${up}etc/passwd`]: 'does not end in .js',
      [`./${up}${secret.slice(1)}`]: 'lies outside of /',
      './link.js': 'lies outside of /',
      './linked/secret.js': 'lies outside of /',
      './circle.js': 'circle',
      './folder.js': 'folder',
      './latin.js': 'not UTF-8',
      './missing.js': 'no such file',
      '.\\\\windows.js': 'not relative',
    };
    for (const [specifier, reason] of Object.entries(says)) {
      const error = await collectError(`import "${specifier}";`);
      expect(error.code, specifier).toBe('E_IMPORT');
      expect(error.message, specifier).toContain(reason);
      const dynamic = await bench.run(`agent("a"); await import("${specifier}");`);
      expect(onlyFailure(dynamic.outcomes).code, specifier).toBe('E_IMPORT');
    }
    await outside.close();
  });

  it('tells the place of the import', async () => {
    const { failure } = await collectError('log("x");\nimport "./missing.js";');
    expect(failure.at).toMatchObject({ line: 2, column: 8 });
  });
});

describe('variables', () => {
  const job = { env: { A: 'env', B: 'env', SIP_DOMAIN: 'x' }, fixedEnv: { A: 'set' } };

  it('finds --set before load_env() before the environment', async () => {
    bench.write('my.env', 'A=file\nB="from file"\n# comment\nC=3');
    const { outcomes } = await bench.run(
      `assert(env("B")).equals("env");
       assert(load_env("my.env").C).equals("3");
       assert(env("A") + env("B") + env("C") + env("D", "d")).equals("setfrom file3d");`,
      { job },
    );
    expect(outcomes.flatMap((one) => one.failures)).toEqual([]);
  });

  it('names a similar variable', async () => {
    const { outcomes } = await bench.run('agent("a"); env("SIP_DOMIAN");', { job });
    expect(onlyFailure(outcomes)).toMatchObject({
      code: 'E_ENV_MISSING',
      hint: 'did you mean "SIP_DOMAIN"?',
      at: { line: 1, column: 13 },
    });
  });

  it('reads environment files below the read root only', async () => {
    const denied = await bench.run('agent("a"); load_env("/etc/passwd");');
    expect(onlyFailure(denied.outcomes).code).toBe('E_READ_DENIED');
    const missing = await bench.run('agent("a"); load_env("none.env");');
    expect(onlyFailure(missing.outcomes).code).toBe('E_READ_FAILED');
  });
});
