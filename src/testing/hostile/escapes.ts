/** Ways out: to Node, to the host function, to objects of another realm. */
import type { HostileCase } from './case.js';

const NO_NODE =
  'assert(typeof process + typeof require + typeof Buffer).equals("undefinedundefinedundefined");';
/** Every way from an object to a Function constructor must end in this realm. */
const SAME_REALM = `
  function realm(object) {
    assert(object.constructor.constructor === Function || object.constructor === Function).is_true();
    assert(object.constructor.constructor("return typeof process")()).equals("undefined");
  }`;

export const ESCAPES: readonly HostileCase[] = [
  {
    name: 'globals of Node, browsers and QuickJS shells are absent',
    expect: 'pass',
    source: `for (const name of ["process", "require", "module", "exports", "__dirname", "__filename", "Buffer",
      "fetch", "setTimeout", "setInterval", "setImmediate", "queueMicrotask", "structuredClone", "Worker",
      "XMLHttpRequest", "WebSocket", "WebAssembly", "performance", "navigator", "Deno", "Bun", "std", "os",
      "bjson", "print", "scriptArgs", "gc", "load", "loadScript", "global", "window", "self", "Atomics"])
      assert(name in globalThis).describe(name).is_false();`,
  },
  {
    name: 'the host function is not on the global object',
    expect: 'pass',
    source: `const names = Reflect.ownKeys(globalThis).map(String).filter((name) => /host|offhook|bridge|quickjs/i.test(name));
      assert(names).equals([]);`,
  },
  {
    name: 'Function constructor',
    expect: 'pass',
    source: `assert(Function("return typeof process")()).equals("undefined");
      assert(Function("return this")() === globalThis).is_true();`,
  },
  {
    name: 'array constructor constructor asks for process',
    expect: 'E_SCRIPT_THROWN',
    says: 'process',
    source: '[].constructor.constructor("return process")().exit(0);',
  },
  {
    name: 'constructors of generator and async functions',
    expect: 'pass',
    source: `for (const fn of [function* () {}, async () => {}, async function* () {}])
      assert(fn.constructor("return typeof process") === undefined).is_false(); ${NO_NODE}`,
  },
  {
    name: 'error of a refused verb leads to no other realm',
    expect: 'pass',
    source: `${SAME_REALM}
      const a = agent("a");
      try { a.dial("refused"); } catch (error) {
        realm(error); assert(error instanceof Error).is_true();
        for (const key of Reflect.ownKeys(error)) { const value = error[key]; if (Object(value) === value) realm(value); }
      }`,
  },
  {
    name: 'error of a bad argument leads to no other realm',
    expect: 'pass',
    source: `${SAME_REALM} try { agent(7); } catch (error) { realm(error); assert(error.code).equals("E_ARGUMENT"); }`,
  },
  {
    name: 'error of a failed import leads to no other realm',
    expect: 'pass',
    source: `${SAME_REALM} try { await import("./missing.js"); } catch (error) { realm(error); }`,
  },
  {
    name: 'agents, values of agents and functions lead to no other realm',
    expect: 'pass',
    source: `${SAME_REALM}
      const a = agent("a", { metadata: { deep: { er: [1] } } });
      for (const object of [a.info(), a.calls, a.registration, a.metadata.deep.er, agent, assert, console, State]) realm(object);`,
  },
  {
    name: 'prototype of an agent cannot be changed',
    expect: 'E_SCRIPT_THROWN',
    source: 'const a = agent("a"); Object.getPrototypeOf(a).dial = () => {};',
  },
  {
    name: 'caller and callee of our functions',
    expect: 'pass',
    source: `for (const fn of [agent, assert, log, await_until]) {
      let found; try { found = fn.caller; } catch { found = undefined; } assert(found == null).is_true();
      try { found = fn.arguments; } catch { found = undefined; } assert(found == null).is_true(); }`,
  },
  {
    name: 'Error.prepareStackTrace sees no host frames',
    expect: 'pass',
    source: `let seen = []; Error.prepareStackTrace = (error, frames) => { seen = frames ?? []; return ""; };
      try { agent(7); } catch (error) { void error.stack; }
      for (const frame of seen) assert(typeof frame.getThis?.()).equals("undefined");`,
  },
  {
    name: 'stack of an error names no file of the machine but scripts',
    expect: 'pass',
    source: `let stack = ""; try { agent(7); } catch (error) { stack = error.stack; }
      assert(stack.includes("node_modules")).is_false(); assert(stack.includes("node:")).is_false();`,
  },
  {
    name: 'import.meta is empty',
    expect: 'pass',
    source:
      'assert(import.meta.url).is_absent(); assert(import.meta.resolve).is_absent(); assert(import.meta.dirname).is_absent();',
  },
  {
    name: 'a setter for the host name placed before nothing',
    expect: 'pass',
    source: `let caught; Object.defineProperty(globalThis, "__offhook_host", { set(v) { caught = v; }, configurable: true });
      log("x"); uuid(); assert(caught).is_absent();`,
  },
  {
    name: 'getters on options see this realm only',
    expect: 'pass',
    source: `${SAME_REALM}
      let self; agent("a", { get username() { self = this; return "x"; } }); realm(self);`,
  },
  {
    name: 'Proxy as options sees only plain operations',
    expect: 'pass',
    source: `${SAME_REALM}
      const traps = {}, seen = []; for (const trap of Reflect.ownKeys(Reflect)) if (typeof trap === "string")
        traps[trap] = (...args) => { seen.push(args[0], args[2]); return Reflect[trap](...args); };
      const options = new Proxy({ username: "x" }, traps);
      agent("a", options); for (const one of seen) if (Object(one) === one && one !== options) realm(one);`,
  },
  {
    name: 'Proxy as target',
    expect: 'E_ARGUMENT',
    source: 'agent("a").dial(new Proxy({}, { get: () => () => "x" }));',
  },
  {
    name: 'fake agent as target',
    expect: 'E_ARGUMENT',
    source: 'const a = agent("a"); a.dial({ $: "agent", name: "a" });',
  },
  {
    name: 'fake agent by prototype',
    expect: 'E_ARGUMENT',
    source: 'const a = agent("a"); a.dial(Object.create(a));',
  },
  {
    name: 'verb on a foreign this',
    expect: 'E_SCRIPT_THROWN',
    source: 'const a = agent("a"); a.dial.call({ name: "b" }, "100");',
  },
  {
    name: '__proto__ in options does not reach the host',
    expect: 'E_ARGUMENT',
    source: `agent("a", JSON.parse('{"__proto__": {"username": "x"}}'));`,
  },
  {
    name: 'constructor and prototype as metadata',
    expect: 'pass',
    source: `const a = agent("a", { metadata: JSON.parse('{"constructor": {"prototype": {"polluted": true}}, "__proto__": {"polluted": true}}') });
      assert({}.polluted).is_absent(); assert(a.name).equals("a");`,
  },
  {
    name: 'names of object members as names of things',
    expect: 'E_ENV_MISSING',
    source:
      'for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) env(name);',
  },
  {
    name: 'typed array over a SharedArrayBuffer',
    expect: 'pass',
    source: `try { const shared = new SharedArrayBuffer(8); new Int32Array(shared)[0] = 1; } catch {} ${NO_NODE}`,
  },
  {
    name: 'typed array out of its bounds',
    expect: 'pass',
    source: `const bytes = new Uint8Array(8); bytes[2 ** 31] = 1; bytes[-1] = 1; try { bytes.length = 1e9; } catch {}
      assert(bytes[2 ** 31]).is_absent(); const view = new DataView(bytes.buffer);
      let failed = false; try { view.getInt32(6); } catch { failed = true; } assert(failed).is_true();`,
  },
  {
    name: 'typed array that shrinks while it is sorted',
    expect: 'pass',
    source: `const numbers = Array.from({ length: 1000 }, (_, i) => i); numbers.sort(() => { numbers.length = 0; return -1; });
      const typed = new Float64Array(1000); typed.sort(() => 0); ${NO_NODE}`,
  },
  {
    name: 'array whose length changes under splice and concat',
    expect: 'pass',
    source: `const list = [1, 2, 3]; Object.defineProperty(list, 1, { get() { list.length = 0; return 9; } });
      list.concat([1]); list.slice(); JSON.stringify(list); [].splice.call(list, 0, 2); ${NO_NODE}`,
  },
  {
    name: 'FinalizationRegistry and WeakRef',
    expect: 'pass',
    source: `const registry = new FinalizationRegistry((held) => held()); registry.register({}, () => agent("ghost"));
      new WeakRef({}).deref(); ${NO_NODE}`,
  },
  {
    name: 'dynamic import from eval',
    expect: 'E_IMPORT',
    says: 'node:fs',
    source: `await eval('import("node:fs")');`,
  },
  {
    name: 'dynamic import from Function',
    expect: 'E_IMPORT',
    source: `await Function('return import("child_process")')();`,
  },
  {
    name: 'Date and Intl do not tell of the machine',
    expect: 'pass',
    source: 'assert(typeof Intl).equals("undefined"); void new Date().toString();',
  },
];
