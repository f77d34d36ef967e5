/** Scripts that replace built-ins before an assertion that must fail: the scenario must still fail, if with another error. */
import type { HostileCase } from './case.js';

const FAILS = 'assert({ a: [1] }.a[0]).equals(2);';

function tampers(name: string, source: string): HostileCase {
  return {
    name: `tampers with ${name}`,
    source: `${source}\n${FAILS}`,
    expect: 'E_ASSERT',
    or: ['E_SCRIPT_THROWN'],
  };
}

export const TAMPERING: readonly HostileCase[] = [
  tampers('JSON', 'JSON.stringify = () => "{}"; JSON.parse = () => ({ v: {} });'),
  tampers('JSON itself', 'globalThis.JSON = undefined;'),
  tampers('Array.prototype.push', 'Array.prototype.push = () => 0;'),
  tampers(
    'Array.prototype methods',
    'for (const key of ["map", "join", "filter", "slice", "some", "every", "forEach", "concat"]) Array.prototype[key] = () => [];',
  ),
  tampers('array iteration', 'Array.prototype[Symbol.iterator] = function* () {};'),
  tampers('Object.defineProperty', 'Object.defineProperty = () => ({});'),
  tampers(
    'Object.keys',
    'Object.keys = () => []; Object.entries = () => []; Reflect.ownKeys = () => [];',
  ),
  tampers('Object.freeze', 'Object.freeze = (o) => o;'),
  tampers(
    'Reflect',
    'for (const key of Reflect.ownKeys(Reflect)) if (typeof key === "string") Reflect[key] = () => true;',
  ),
  tampers('Error', 'globalThis.Error = class { constructor() { this.stack = ""; } };'),
  tampers(
    'Error.prototype',
    'Object.defineProperty(Error.prototype, "stack", { get: () => "", set() {} }); Error.prototype.toString = () => ""; Error.stackTraceLimit = 0;',
  ),
  tampers(
    'String.prototype',
    'for (const key of Object.getOwnPropertyNames(String.prototype)) if (key !== "constructor" && key !== "length") String.prototype[key] = () => "";',
  ),
  tampers('String', 'globalThis.String = () => "";'),
  tampers(
    'RegExp.prototype',
    'RegExp.prototype.exec = () => null; RegExp.prototype.test = () => true; RegExp.prototype[Symbol.replace] = () => "";',
  ),
  tampers(
    'Function.prototype',
    'Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => {};',
  ),
  tampers(
    'WeakMap',
    'WeakMap.prototype.get = () => ({ code: "OK" }); WeakMap.prototype.set = () => {}; WeakMap.prototype.has = () => true;',
  ),
  tampers(
    'Map and Set',
    'Map.prototype.get = Map.prototype.has = Set.prototype.has = () => undefined; Map.prototype[Symbol.iterator] = function* () {};',
  ),
  tampers(
    'Symbol.hasInstance',
    'for (const one of [Error, Array, Map, Set, Date, RegExp, Promise, Object]) Object.defineProperty(one, Symbol.hasInstance, { value: () => false });',
  ),
  tampers(
    'Object.prototype',
    'for (const key of ["e", "v", "label", "ok", "record", "code", "get", "set", "value", "stack", "message"]) Object.prototype[key] = false;',
  ),
  tampers(
    'setters on Object.prototype',
    'for (const key of ["e", "v", "ok", "record", "matcher"]) Object.defineProperty(Object.prototype, key, { set() {}, get() { return true; }, configurable: true });',
  ),
  tampers(
    'Object.prototype.toJSON',
    'Object.prototype.toJSON = () => "{}"; Array.prototype.toJSON = () => "[]";',
  ),
  tampers(
    'Number and Math',
    'Number.isFinite = () => { throw 1; }; Math.max = Math.min = () => NaN;',
  ),
  tampers(
    'the global object',
    'for (const key of ["Object", "Array", "Promise", "WeakMap", "Reflect", "RegExp", "Date", "Map", "Set"]) globalThis[key] = undefined;',
  ),
  tampers(
    'a frozen global object',
    'Object.freeze(globalThis); Object.freeze(Object.prototype); Object.freeze(Array.prototype);',
  ),
];
