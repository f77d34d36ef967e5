/** Computing without end, memory without end, recursion without end. */
import type { HostileCase } from './case.js';

const LOOP = 'for (;;);';

function cpu(name: string, source: string, more: Partial<HostileCase> = {}): HostileCase {
  return { name, source, expect: 'E_SCRIPT_CPU', ...more };
}
function memory(name: string, source: string, more: Partial<HostileCase> = {}): HostileCase {
  return { name, source, expect: 'E_SCRIPT_MEMORY', discards: true, slow: true, ...more };
}
function stack(name: string, source: string, more: Partial<HostileCase> = {}): HostileCase {
  return { name, source, expect: 'E_SCRIPT_STACK', slow: true, ...more };
}
/** Native code may be left only by giving up the thread. */
const NATIVE = {
  or: ['E_SCENARIO_COLLECT', 'E_SCRIPT_MEMORY', 'E_SCRIPT_THROWN'],
  discards: true,
} as const;

export const LIMITS: readonly HostileCase[] = [
  cpu('endless loop', LOOP),
  cpu('loop in a getter of an option', `agent("a", { get username() { ${LOOP} } });`),
  cpu('loop in a Proxy trap', `agent("a", new Proxy({}, { ownKeys() { ${LOOP} } }));`),
  cpu('loop in toString of a logged value', `log({ get x() { ${LOOP} } });`),
  cpu('loop in a sort comparator', `[3, 1, 2].sort(() => { ${LOOP} });`),
  cpu('loop in a replace callback', `"aaa".replace(/a/g, () => { ${LOOP} });`),
  cpu('loop in a condition', `await_until(() => { ${LOOP} });`),
  cpu('loop in a step', `step("x", () => { ${LOOP} });`),
  cpu(
    'loop in a message getter of a thrown error',
    `throw Object.defineProperty(new Error(), "message", { get() { ${LOOP} } });`,
    {
      expect: 'E_SCRIPT_THROWN',
    },
  ),
  cpu(
    'endless chain of promise jobs',
    'function again() { Promise.resolve().then(again); } again();',
  ),
  cpu('endless await', 'for (;;) await null;'),
  cpu('endless await with an always true condition', 'for (;;) await_until(() => true);'),
  cpu('regular expression of exponential time', '/^(a+)+$/.test("a".repeat(40) + "b");', {
    discards: true,
  }),
  cpu('regular expression with backreferences', '/^(a|a|aa)*\\1$/.test("a".repeat(60) + "b");', {
    discards: true,
  }),
  cpu('catching the interrupt', `try { ${LOOP} } catch {}`),
  cpu('catching the interrupt again and again', `for (;;) { try { ${LOOP} } catch {} }`),
  cpu('looping in finally', `try { ${LOOP} } finally { ${LOOP} }`),
  cpu(
    'catching the interrupt in an async function',
    `async function f() { try { ${LOOP} } catch {} } await f(); await f().catch(() => {});`,
  ),
  cpu(
    'catching the interrupt after an await',
    `try { await Promise.resolve().then(() => { ${LOOP} }); } catch {} assert(1).equals(1);`,
  ),
  cpu(
    'catching the interrupt in a generator',
    `function* g() { try { ${LOOP} } finally { yield 1; } } try { [...g()]; } catch {}`,
  ),
  cpu(
    'catching the interrupt with allSettled',
    `await Promise.allSettled([(async () => { ${LOOP} })()]);`,
  ),
  cpu('native join of a huge array', 'agent("a"); new Array(2 ** 31).join("");', NATIVE),
  cpu(
    'native indexOf on a huge length',
    'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);',
    NATIVE,
  ),
  cpu(
    'native fill of a huge length',
    'Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);',
    NATIVE,
  ),
  cpu(
    'JSON of a wide graph',
    'let o = [1]; for (let i = 0; i < 40; i++) o = [o, o]; JSON.stringify(o);',
    NATIVE,
  ),
  cpu('BigInt power', '(7n ** 9999999n) ** 99n;', {
    or: ['E_SCENARIO_COLLECT', 'E_SCRIPT_MEMORY', 'E_SCRIPT_THROWN', 'E_SCRIPT_STACK'],
    discards: true,
  }),
  memory(
    'array that grows without end',
    'const all = []; for (;;) all.push(new Array(1000).fill(all.length));',
  ),
  memory('string that doubles', 'let s = "xy"; for (;;) s += s + "\\u{1f600}";', {
    or: ['E_SCRIPT_THROWN', 'E_SCRIPT_CPU'],
  }),
  memory(
    'map that grows without end',
    'const m = new Map(); for (let i = 0; ; i++) m.set(i, "v".repeat(1000) + i);',
  ),
  memory(
    'closures without end',
    'let f = () => 1; for (;;) { const g = f; const data = new Uint8Array(100000); f = () => g() + data[0]; }',
  ),
  memory(
    'promises without end',
    'const keep = []; for (;;) keep.push(new Promise(() => {}).then(() => {}));',
  ),
  memory(
    'out of memory, caught and forgotten',
    'try { const all = []; for (;;) all.push(new Uint8Array(1 << 20)); } catch {} assert(1).equals(1);',
  ),
  memory('one huge buffer', 'new ArrayBuffer(2 ** 31 - 1);', { or: ['E_SCRIPT_THROWN'] }),
  memory('one huge typed array', 'new Float64Array(2 ** 28);', { or: ['E_SCRIPT_THROWN'] }),
  memory('one huge string', '"x".repeat(2 ** 29);', { or: ['E_SCRIPT_THROWN'] }),
  memory('padded string', '"x".padEnd(2 ** 29, "abc");', { or: ['E_SCRIPT_THROWN'] }),
  stack('recursion', 'function f() { return f() + 1; } f();'),
  stack('recursion through a getter', 'const o = { get x() { return this.x; } }; o.x;'),
  stack('recursion through toString', 'const o = { toString() { return `${this}`; } }; String(o);'),
  stack(
    'recursion through a Proxy',
    'const p = new Proxy({}, { get(t, k, r) { return r[k]; } }); p.x;',
  ),
  stack('recursion through sort', 'function f() { [2, 1].sort(f); } f();'),
  stack('recursion through replace', 'function f() { return "a".replace(/a/, f); } f();'),
  stack(
    'recursion through JSON.stringify',
    'const o = { toJSON() { return JSON.stringify(o); } }; JSON.stringify(o);',
  ),
  stack(
    'recursion through bound functions',
    'let f = () => {}; for (let i = 0; i < 1e6; i++) f = f.bind(null); f();',
    { or: ['E_SCRIPT_MEMORY', 'E_SCRIPT_CPU'], discards: true },
  ),
  stack(
    'recursion through a chain of proxies',
    'let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.x;',
    { or: ['E_SCRIPT_MEMORY'], discards: true },
  ),
  stack('deep JSON.parse', 'JSON.parse("[".repeat(1e6));', { or: ['E_SCRIPT_THROWN'] }),
  stack('deep eval', 'eval("(".repeat(1e6));', { or: ['E_SCRIPT_THROWN'] }),
  stack('deep eval of arrays', 'eval("[".repeat(5e5) + "]".repeat(5e5));', {
    or: ['E_SCRIPT_THROWN', 'E_SCRIPT_MEMORY', 'E_SCRIPT_CPU'],
    discards: true,
  }),
  stack('deep regular expression', 'new RegExp("(".repeat(1e5) + ")".repeat(1e5));', {
    or: ['E_SCRIPT_THROWN'],
  }),
  stack('deep array to text', 'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; String(a);'),
  stack('deep flat', 'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; a.flat(Infinity);'),
  stack('spread of a huge array', 'Math.max(...new Array(5e6).fill(1));', {
    or: ['E_SCRIPT_THROWN', 'E_SCRIPT_MEMORY', 'E_SCRIPT_CPU'],
    discards: true,
  }),
  {
    name: 'rejections without end',
    source: 'for (;;) Promise.reject(new Error("x".repeat(1000)));',
    expect: 'E_SCRIPT_CPU',
    or: ['E_SCRIPT_MEMORY'],
    discards: true,
  },
  {
    name: 'catching out of memory',
    source:
      'const all = []; for (;;) { try { for (;;) all.push(new Uint8Array(1 << 20)); } catch {} }',
    expect: 'E_SCRIPT_MEMORY',
    or: ['E_SCRIPT_CPU', 'E_SCENARIO_COLLECT'],
    discards: true,
  },
  {
    name: 'recursion through a step',
    source: 'function f() { step("x", f); } f();',
    expect: 'E_SCRIPT_STACK',
    or: ['E_SCRIPT_CPU'],
  },
  {
    name: 'deep JSON.stringify',
    source: 'let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; JSON.stringify(o);',
    expect: 'E_SCRIPT_STACK',
    or: ['E_SCRIPT_CPU', 'E_SCENARIO_COLLECT'],
    discards: true,
  },
  {
    name: 'catching a stack overflow is allowed',
    source: 'function f() { return f() + 1; } try { f(); } catch {} assert(1).equals(1);',
    expect: 'pass',
  },
  {
    name: 'deep promise chain',
    source:
      'let p = Promise.resolve(); for (let i = 0; i < 1e4; i++) p = p.then(() => 1); assert(await p).equals(1);',
    expect: 'pass',
    slow: true,
  },
  {
    name: 'deeply nested promise resolution',
    source:
      'let p = Promise.resolve(1); for (let i = 0; i < 1e4; i++) { const q = p; p = (async () => q)(); } assert(await p).equals(1);',
    expect: 'pass',
    slow: true,
  },
  {
    name: 'deep object as an argument',
    source: 'let o = {}; for (let i = 0; i < 1000; i++) o = { o }; agent("a", { metadata: o });',
    expect: 'E_VALUE_LIMIT',
    slow: true,
  },
  {
    name: 'cyclic object as an argument',
    source: 'const o = {}; o.o = o; agent("a", { metadata: o });',
    expect: 'E_VALUE_LIMIT',
    slow: true,
  },
  {
    name: 'huge text as an argument',
    source: 'agent("x".repeat(2 ** 22));',
    expect: 'E_VALUE_LIMIT',
    slow: true,
  },
  {
    name: 'huge array as an argument',
    source: 'agent("a", { metadata: { list: new Array(1e6).fill(0) } });',
    expect: 'E_VALUE_LIMIT',
    slow: true,
  },
  { name: 'log without end', source: 'for (;;) log("x".repeat(1000));', expect: 'E_SCRIPT_CPU' },
  {
    name: 'failed assertions without end',
    source: 'for (;;) { try { assert(1).equals(2); } catch {} }',
    expect: 'E_ASSERT',
  },
  { name: 'waiting too long', source: 'wait("1m");', expect: 'E_SCRIPT_TIMEOUT', timeout_ms: 200 },
  {
    name: 'waiting too long, caught',
    source: 'for (;;) { try { wait("1m"); } catch {} }',
    expect: 'E_SCRIPT_TIMEOUT',
    timeout_ms: 200,
  },
  {
    name: 'a verb that never ends',
    source: 'agent("a").dial("silence");',
    expect: 'E_SCRIPT_TIMEOUT',
    timeout_ms: 200,
  },
  {
    name: 'awaiting what never settles',
    source: 'await new Promise(() => {});',
    expect: 'E_SCRIPT_NEVER_SETTLES',
  },
  {
    name: 'awaiting itself',
    source: 'const p = (async () => { await 0; await p; })(); await p;',
    expect: 'E_SCRIPT_NEVER_SETTLES',
  },
];
