import { describe, expect, test } from 'vitest';
import { asDialled, asPinged } from './completed-uri.js';

describe('a URI without a user part', () => {
  test.each([
    ['1.0.0', 'sip:127.0.0.1:5070', 'x@x<sip:127.0.0.1:5070>', undefined],
    ['1.0.0', 'sip:192.0.2.1', 'x@x<sip:192.0.2.1>', '192.0.2.1'],
    ['1.0.0', 'sip:192.0.2.1;transport=tcp', 'x@x<sip:192.0.2.1;transport=tcp>', undefined],
    ['1.0.0', 'sip:[::1]:5070', 'x@x<sip:[::1]:5070>', undefined],
    ['1.1.0', 'sip:127.0.0.1:5070', 'sip:127.0.0.1:5070', 'sip:127.0.0.1:5070'],
    ['1.1.0', 'sip:[::1];transport=tls', 'sip:[::1];transport=tls', 'sip:[::1];transport=tls'],
    ['1.1.0', 'sip:pbx.test:5070', 'x@x<sip:pbx.test:5070>', undefined],
    ['1.1.0', 'sip:192.0.2.1.test', 'x@x<sip:192.0.2.1.test>', undefined],
    ['2.8.0', 'sip:pbx.test', 'x@x<sip:pbx.test>', undefined],
    ['2.9.0', 'sip:pbx.test', 'sip:pbx.test', 'sip:pbx.test'],
    [
      '4.10.0',
      'sip:pbx.test;transport=tcp',
      'sip:pbx.test;transport=tcp',
      'sip:pbx.test;transport=tcp',
    ],
    ['1.0.0', 'sip:bob@127.0.0.1:5070', 'sip:bob@127.0.0.1:5070', 'sip:bob@127.0.0.1:5070'],
  ])('baresip %s: %s', (version, uri, dialled, pinged) => {
    expect(asDialled(version, uri)).toBe(dialled);
    expect(asPinged(version, uri)).toBe(pinged);
  });
});
