/** Faking a pass: hiding what failed, replacing what reports it, ending early. */
import type { HostileCase } from './case.js';

const FAILS = 'assert(1).equals(2);';

function asserts(name: string, source: string): HostileCase {
  return { name, source, expect: 'E_ASSERT' };
}
function unawaited(name: string, source: string): HostileCase {
  return {
    name,
    source: `const a = agent("a"); ${source}`,
    expect: 'E_SCRIPT_UNAWAITED',
    says: 'refused',
  };
}
function caught(name: string, source: string): HostileCase {
  return { name, source: `const a = agent("a"); ${source}`, expect: 'pass' };
}

export const FAKES: readonly HostileCase[] = [
  asserts('swallows a failed assertion', `try { ${FAILS} } catch {}`),
  asserts(
    'swallows a failed assertion in finally',
    `(() => { try { ${FAILS} } finally { return; } })();`,
  ),
  asserts(
    'swallows a failed assertion in a generator',
    `function* g() { try { ${FAILS} } finally { yield; } } for (const _ of g()) break;`,
  ),
  asserts(
    'swallows a failed assertion in a promise',
    `await Promise.resolve().then(() => { ${FAILS} }).catch(() => {});`,
  ),
  asserts(
    'swallows a failed assertion with allSettled',
    `await Promise.allSettled([(async () => { ${FAILS} })()]);`,
  ),
  asserts('forgets an async function that asserts', `(async () => { await null; ${FAILS} })();`),
  asserts(
    'swallows a failed assertion in a step',
    `try { step("x", () => { ${FAILS} }); } catch {}`,
  ),
  asserts(
    'fails inside a getter that log reads',
    `try { log({ get x() { ${FAILS} } }); } catch {}`,
  ),
  asserts('fails and then skips', `try { ${FAILS} } catch {} skip("nothing to see");`),
  asserts(
    'fails in setup and catches it',
    `setup(() => { try { ${FAILS} } catch {} }); scenario("x", () => {});`,
  ),
  asserts(
    'fails in teardown',
    `setup(() => {}); teardown(() => { try { ${FAILS} } catch {} }); scenario("x", () => assert(1).equals(1));`,
  ),
  asserts(
    'fails after the scenario is over, in a floating promise',
    `scenario("x", () => { Promise.resolve().then(() => Promise.resolve()).then(() => { ${FAILS} }); });`,
  ),
  asserts(
    'replaces Promise.prototype.then',
    `Promise.prototype.then = function () { return this; }; (async () => { await null; ${FAILS} })();`,
  ),
  asserts(
    'replaces Promise',
    `globalThis.Promise = class { then() {} catch() {} static resolve() { return new this(); } }; ${FAILS}`,
  ),
  asserts(
    'gives every object a then',
    `Object.prototype.then = function (yes) { yes(); }; ${FAILS}`,
  ),
  asserts(
    'changes the error it caught',
    `try { ${FAILS} } catch (e) { try { e.code = "OK"; e.message = ""; } catch {} throw e; }`,
  ),
  asserts('throws something else instead', `try { ${FAILS} } catch { throw new Error("other"); }`),
  {
    name: 'redefines assert',
    source: 'globalThis.assert = () => ({ equals() {} });',
    expect: 'E_SCRIPT_THROWN',
  },
  // QuickJS lets global properties be redefined, whatever they are; the real function is not changed by it.
  asserts(
    'redefines assert with defineProperty',
    'const real = assert; Object.defineProperty(globalThis, "assert", { value: () => ({ equals() {} }) }); real(1).equals(2);',
  ),
  { name: 'deletes assert', source: 'delete globalThis.assert;', expect: 'E_SCRIPT_THROWN' },
  {
    name: 'changes a matcher',
    source: 'Object.getPrototypeOf(assert(1)).equals = function () { return this; };',
    expect: 'E_SCRIPT_THROWN',
  },
  { name: 'changes State', source: 'State.Idle = "Established";', expect: 'E_SCRIPT_THROWN' },
  asserts(
    'calls a matcher on a foreign assertion',
    `const ok = assert(1); try { ok.equals.call(assert(1), 2); } catch {}`,
  ),
  {
    name: 'calls a matcher without an assertion',
    source: 'assert(1).equals.call(undefined, 1);',
    expect: 'E_SCRIPT_THROWN',
  },
  {
    name: 'imports the guest',
    source: 'await import("offhook:sandbox/guest/main.js");',
    expect: 'E_IMPORT',
  },
  { name: 'calls exit', source: 'process.exit(0);', expect: 'E_SCRIPT_THROWN', says: 'process' },
  {
    name: 'skips in a try',
    source: 'try { skip("x"); } catch {} assert(1).equals(2);',
    expect: 'skip',
  },
  {
    name: 'skips in a floating promise',
    source: 'Promise.resolve().then(() => skip("later"));',
    expect: 'skip',
  },
  {
    name: 'skips in teardown',
    source: 'setup(() => {}); teardown(() => skip("x")); scenario("x", () => assert(1).equals(1));',
    expect: 'E_SCRIPT_STRUCTURE',
  },
  {
    name: 'tests only in setup',
    source: 'setup(() => assert(1).equals(1)); scenario("x", () => {});',
    expect: 'E_NO_SCENARIO',
    says: 'its body reached no verb and no assertion',
  },
  {
    name: 'hands a promise back and tests nothing',
    source: 'scenario("x", async () => { await Promise.all([null, log("x")]); });',
    expect: 'E_NO_SCENARIO',
  },
  {
    name: 'declares a scenario while one runs',
    source: 'scenario("x", () => { scenario("y", () => {}); });',
    expect: 'E_SCRIPT_STRUCTURE',
  },
  {
    name: 'is another file every time',
    source: 'scenario(uuid(), () => {});',
    expect: 'E_SCENARIO_COLLECT',
  },
  {
    name: 'hides that it acts beside scenario()',
    source: 'scenario("x", () => {}); try { agent("a"); } catch {}',
    expect: 'E_SCENARIO_COLLECT',
    says: 'setup()',
  },
  {
    name: 'loops after it was stopped while collecting',
    source: 'scenario("x", () => {}); for (;;) { try { agent("a"); } catch {} }',
    expect: 'E_SCENARIO_COLLECT',
  },
  {
    name: 'throws beside scenario()',
    source: 'scenario("x", () => {}); throw new Error("late");',
    expect: 'E_SCENARIO_COLLECT',
    says: 'late',
  },

  unawaited('verb fails in a promise job', 'Promise.resolve().then(() => a.dial("refused"));'),
  unawaited(
    'verb fails in an async function nobody awaits',
    '(async () => { a.dial("refused"); })();',
  ),
  unawaited(
    'verb fails after an await in a floating function',
    '(async () => { await null; a.dial("refused"); })();',
  ),
  unawaited(
    'inner function is awaited, the outer one is not',
    '(async () => { await (async () => { a.dial("refused"); })(); })();',
  ),
  unawaited(
    'then without a handler for errors',
    '(async () => { a.dial("refused"); })().then(() => {});',
  ),
  unawaited(
    'finally is not a handler',
    '(async () => { a.dial("refused"); })().finally(() => {});',
  ),
  unawaited(
    'handler throws it again',
    '(async () => { a.dial("refused"); })().catch((e) => { throw e; });',
  ),
  unawaited(
    'Promise.all that nobody awaits',
    'Promise.all([(async () => { a.dial("refused"); })()]);',
  ),
  unawaited(
    'constructor of promises is tampered with',
    'Object.defineProperty(Promise.prototype, "constructor", { get() { return Promise; } }); (async () => { a.dial("refused"); })();',
  ),
  caught('verb fails and is caught', 'try { a.dial("refused"); } catch {}'),
  caught(
    'verb fails and is caught after an await',
    'await null; try { a.dial("refused"); } catch {}',
  ),
  caught(
    'verb fails in an awaited function and is caught',
    'try { await (async () => { a.dial("refused"); })(); } catch {}',
  ),
  caught(
    'verb fails in a floating function that catches it',
    '(async () => { try { a.dial("refused"); } catch {} })();',
  ),
  caught(
    'floating function catches what it awaits',
    '(async () => { try { await (async () => { a.dial("refused"); })(); } catch {} })();',
  ),
  caught(
    'verb fails and the promise is caught',
    '(async () => { a.dial("refused"); })().catch(() => {});',
  ),
  caught(
    'verb fails and the promise is caught later',
    'const p = (async () => { a.dial("refused"); })(); await null; wait("5ms"); try { await p; } catch {}',
  ),
  caught(
    'race, all and any with handlers',
    'const f = async () => { a.dial("refused"); }; await Promise.race([f(), f()]).catch(() => {}); await Promise.all([f(), f()]).catch(() => {}); await Promise.any([f()]).catch(() => {});',
  ),
  caught(
    'import that fails is caught',
    'try { await import("./throws.js"); } catch {} await import("./throws.js").catch(() => {});',
  ),
  caught(
    'import of a module that throws later is caught',
    'await import("./throws-later.js").catch(() => {});',
  ),
  {
    name: 'import that fails and nobody awaits',
    source: 'import("./throws.js");',
    expect: 'E_SCRIPT_UNAWAITED',
    says: 'from a module',
  },
];
