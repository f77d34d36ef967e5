import { describe, expect, it } from 'vitest';
import { AgentRef, FunctionRef, Special, Undefined } from '../../schema/special.js';
import { decode, toArgument } from './bridge.js';

describe('decode', () => {
  it('keeps plain JSON', () => {
    const value = { a: [1, 'x', null, true], b: {} };
    expect(decode(value)).toEqual(value);
  });

  it('makes markers of what JSON cannot hold', () => {
    expect(
      decode([
        { $: 'agent', name: 'a' },
        { $: 'function', name: 'f' },
      ]),
    ).toEqual([new AgentRef('a'), new FunctionRef('f')]);
    expect(decode({ x: { $: 'undefined' } })).toEqual({ x: new Undefined() });
    expect(decode({ $: 'number', text: 'NaN' })).toEqual(new Special('number', 'NaN'));
  });

  it('takes an object of the script with a key "$" for what it is', () => {
    const forged = decode({ $: 'object', value: { $: 'agent', name: 'a' } });
    expect(forged).toEqual({ $: 'agent', name: 'a' });
    expect(forged).not.toBeInstanceOf(AgentRef);
  });

  it('keeps __proto__ a field', () => {
    const value = decode(JSON.parse('{"__proto__": {"polluted": 1}}')) as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it('refuses unknown kinds', () => {
    expect(() => decode({ $: 'host' })).toThrow('unknown kind "host"');
  });
});

describe('toArgument', () => {
  it('leaves out undefined fields and refers to agents by name', () => {
    expect(toArgument({ to: new AgentRef('b'), none: new Undefined(), list: [1] })).toEqual({
      to: { $: 'agent', name: 'b' },
      list: [1],
    });
  });
});
