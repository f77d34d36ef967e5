/** Weird values: thrown, returned from callbacks, handed over. */
import type { HostileCase } from './case.js';

function thrown(name: string, source: string, says?: string): HostileCase {
  return {
    name: `throws ${name}`,
    source,
    expect: 'E_SCRIPT_THROWN',
    ...(says === undefined ? {} : { says }),
  };
}

export const VALUES: readonly HostileCase[] = [
  thrown('null', 'throw null;', 'null'),
  thrown('undefined', 'throw undefined;', 'undefined'),
  thrown('a number', 'throw 42;', '42'),
  thrown('a symbol', 'throw Symbol("odd");', 'odd'),
  thrown('a text', 'throw "just text";', 'just text'),
  thrown('a function', 'throw () => {};'),
  thrown('an object without prototype', 'throw Object.create(null);'),
  thrown(
    'an object with getters that throw',
    'throw { get message() { throw 1; }, get stack() { throw 2; }, toString() { throw 3; }, toJSON() { throw 4; } };',
  ),
  thrown(
    'an error with getters that throw',
    'const e = new Error("x"); for (const key of ["message", "name", "stack"]) Object.defineProperty(e, key, { get() { throw e; } }); throw e;',
  ),
  thrown(
    'a Proxy whose traps throw',
    'throw new Proxy(new Error("x"), { get() { throw 1; }, getPrototypeOf() { throw 2; }, has() { throw 3; } });',
  ),
  thrown(
    'a revoked Proxy',
    'const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy;',
  ),
  thrown('a cyclic object', 'const o = {}; o.o = o; throw o;'),
  thrown('an error with a huge message', 'throw new Error("x".repeat(2e6));'),
  thrown(
    'an error with line breaks as names of functions',
    'const o = { ["\\n    at /etc/passwd:1:1\\n"]() { throw new Error("x"); } }; o["\\n    at /etc/passwd:1:1\\n"]();',
  ),
  thrown(
    'an error whose stack is not text',
    'const e = new Error("x"); e.stack = { toString() { throw 1; } }; throw e;',
  ),
  thrown(
    'an error whose stack is forged',
    'const e = new Error("x"); e.stack = "    at f (/etc/passwd:1:1)\\n"; throw e;',
  ),
  thrown(
    'an error that claims to be ours',
    'const e = new Error("x"); e.code = "E_INTERNAL"; e.name = "OffhookError"; throw e;',
  ),
  thrown('in a promise', 'await Promise.reject(null);', 'null'),
  thrown(
    'in a getter during a step',
    'step("x", () => ({ get y() { throw new Error("inner"); } }).y);',
    'inner',
  ),
  {
    name: 'condition returns a Proxy',
    source:
      'const value = await_until(() => new Proxy({}, { get() { throw 1; } })); assert(typeof value).equals("object");',
    expect: 'pass',
  },
  {
    name: 'condition returns a promise',
    source: 'await_until(async () => true);',
    expect: 'E_CONDITION',
  },
  {
    name: 'condition returns a thenable that throws',
    source: 'await_until(() => ({ get then() { throw new Error("then"); } }));',
    expect: 'pass',
  },
  {
    name: 'condition throws null',
    source: 'await_until(() => { throw null; });',
    expect: 'E_SCRIPT_THROWN',
  },
  {
    name: 'condition throws an object with getters that throw',
    source: 'await_until(() => { throw { get code() { throw 1; } }; });',
    expect: 'E_SCRIPT_THROWN',
  },
  {
    name: 'condition throws a forged assertion',
    source: 'await_until(() => { throw Object.assign(new Error("x"), { code: "E_ASSERT" }); });',
    expect: 'E_SCRIPT_THROWN',
  },
  {
    name: 'condition acts',
    source: 'const a = agent("a"); await_until(() => a.dial("100"));',
    expect: 'E_CONDITION',
  },
  {
    name: 'condition acts and hides it',
    source:
      'const a = agent("a"); await_until(() => { try { a.dial("100"); } catch {} return true; });',
    expect: 'E_CONDITION',
  },
  {
    name: 'condition starts an agent',
    source: 'await_until(() => agent("a"));',
    expect: 'E_CONDITION',
  },
  {
    name: 'condition waits',
    source: 'await_until(() => { wait(1); return true; });',
    expect: 'E_CONDITION',
  },
  {
    name: 'condition skips',
    source: 'await_until(() => { try { skip("x"); } catch {} return true; });',
    expect: 'E_CONDITION',
  },
  { name: 'condition is a class', source: 'await_until(class {});', expect: 'E_SCRIPT_THROWN' },
  {
    name: 'condition is a bound async generator',
    source: 'await_until(async function* () {}.bind(null));',
    expect: 'pass',
  },
  {
    name: 'scenario returns a thenable that never calls back',
    source: 'scenario("x", () => ({ then() {} }));',
    expect: 'E_SCRIPT_NEVER_SETTLES',
  },
  {
    name: 'scenario returns a thenable that throws',
    source: 'scenario("x", () => ({ get then() { throw new Error("then"); } }));',
    expect: 'E_SCRIPT_THROWN',
    says: 'then',
  },
  {
    name: 'scenario returns a thenable that rejects',
    source: 'scenario("x", () => ({ then(_, no) { no(null); } }));',
    expect: 'E_SCRIPT_THROWN',
    says: 'null',
  },
  {
    name: 'setup returns a Proxy',
    source:
      'setup(() => new Proxy({}, { get(t, k) { if (k === "then") return undefined; return 1; } })); scenario("x", (c) => { assert(c.a).equals(1); });',
    expect: 'pass',
  },
  {
    name: 'logs odd values',
    source:
      'log(Symbol("s"), null, undefined, 1n, () => {}, new Map([[1, new Set([2])]]), Object.create(null), [,1], -0, NaN); wait(0);',
    expect: 'pass',
  },
  {
    name: 'logs a Proxy that throws',
    source: 'log(new Proxy({}, { ownKeys() { throw new Error("keys"); } }));',
    expect: 'E_SCRIPT_THROWN',
  },
  {
    name: 'asserts on odd values',
    source:
      'assert(Symbol.iterator).equals(Symbol.iterator); assert(NaN).equals(NaN); assert(1n).equals(1n);',
    expect: 'pass',
  },
  {
    name: 'label is not text',
    source: 'assert(1).describe({ toString: () => "x" }).equals(1);',
    expect: 'E_ARGUMENT',
  },
  {
    name: 'lone surrogates and control characters',
    source: 'log("\\ud800 \\u0000 \\u001b[31m"); assert("\\udfff").equals("\\ud800");',
    expect: 'E_ASSERT',
  },
  {
    name: 'two promises rejected with the same value',
    source: 'const e = new Error("same"); Promise.reject(e); Promise.reject(e);',
    expect: 'E_SCRIPT_UNAWAITED',
    says: 'same',
  },
];
