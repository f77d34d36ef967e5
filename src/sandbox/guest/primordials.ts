/**
 * Built-in functions that the guest relies on when it reports to the thread, taken before a script can
 * replace them. Methods are applied with `apply`, never looked up on a prototype again.
 */
/* oxlint-disable typescript/unbound-method -- always called through apply */
export const apply = Reflect.apply;
export const define = Object.defineProperty;
export const keysOf = Object.keys;
export const isArray = Array.isArray;
export const isFiniteNumber = Number.isFinite;
export const toText = String;
export const parse = JSON.parse;
export const stringify = JSON.stringify;
export const ErrorClass = Error;
export const weakGet = WeakMap.prototype.get;
export const weakSet = WeakMap.prototype.set;
export const regExpText = RegExp.prototype.toString;
export const dateText = Date.prototype.toISOString;
export const functionText = Function.prototype.toString;
export const promiseThen = Promise.prototype.then;
