import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, failure } from '../../testing/hostile/peer.js';

let bench: Bench;
beforeAll(() => {
  bench = new Bench({ cpu_ms: 5000 });
});
afterAll(() => bench.close());

describe('what is not there, told with what was meant', () => {
  it.each([
    ['bob.answer();', 'bob.answer is not a function', 'did you mean bob.accept()?'],
    ['[bob][0].sendDTMF("1");', '[bob][0].sendDTMF is not a function', '[bob][0].dtmf()?'],
    ['log(bob.callerId);', 'agent: there is no "callerId"', 'did you mean bob.peer?'],
    [
      'assert(bob.state).toBe("Idle");',
      'assert(bob.state).toBe is not a function',
      'did you mean assert(bob.state).equals()?',
    ],
    [
      'await_until(() => assert(bob.state).toEqual("Idle"));',
      'assert(bob.state).toEqual is not a function',
      'equals()?',
    ],
    ['assert.equal(bob.state, 1);', 'TypeError: assert.equal is not a function', '.equals()?'],
    ['bob.state();', 'TypeError: bob.state is not a function', 'write bob.state without ()'],
    [
      'const a = { b: [{}] }; a.b[0].hangup();',
      'a.b[0].hangup is not a function',
      'agent.hangup()',
    ],
    ['const f = 5;\nf(1);', 'TypeError: f is not a function', undefined],
    ['bob.peer.number;', "cannot read property 'number' of undefined", 'write bob.peer?.number'],
    ['bob.hangup().then(() => 1);', "cannot read property 'then'", 'leave .then() out'],
    ['console.table([]);', 'console.table is not a function', 'console has log'],
    ['await expect(bob.state).toBe(1);', "'expect' is not defined", 'write assert(value)'],
    ['new Promise((done) => setTimeout(done, 1));', "'setTimeout' is not defined", 'wait()'],
    ['require("fs");', "'require' is not defined", 'import files of your own'],
    ['agent("x", { host: "h" });', 'there is no option "host"', 'did you mean "domain"?'],
    ['[1].map(undefined);', 'TypeError: not a function', undefined],
  ])('%s', async (source, message, hint) => {
    const seen = failure(await bench.run(`const bob = agent("bob");\n${source}`));
    expect(seen?.message).toContain(message);
    if (hint === undefined) expect(seen?.hint).toBeUndefined();
    else expect(seen?.hint).toContain(hint);
    expect(seen?.at?.line).toBe(source.includes('f(1)') ? 3 : 2);
  });

  it.each([
    ['scenario.only("x", () => {});', 'write scenario(name, { only: true }, body)'],
    ['describe("x", () => {});', 'declare scenarios with scenario(name, body)'],
    ['beforeEach(() => {});', 'prepare each scenario in setup()'],
  ])('where scenarios are declared: %s', async (source, hint) => {
    const seen = failure(await bench.run(source));
    expect(seen?.hint).toBe(hint);
  });

  it.each([
    ['vitest', 'leave the import out'],
    ['node:fs', 'read files with file_text(path)'],
    ['fs/promises', 'read files with file_text(path)'],
    ['@playwright/test', 'leave the import out'],
    ['left-pad', 'import files of your own by a relative path'],
  ])('import of "%s"', async (module, hint) => {
    const error = await bench.run(`import x from "${module}";`).catch((one: unknown) => one);
    expect((error as { details: { hint: string } }).details.hint).toContain(hint);
  });
});
