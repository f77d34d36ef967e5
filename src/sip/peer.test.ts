import { expect, test } from 'vitest';
import { isSamePlace, placeOf } from './peer.js';

test.each([
  ['sip:alice@pbx.example', { user: 'alice', host: 'pbx.example' }],
  ['SIP:Alice@PBX.Example:5070;transport=tcp', { user: 'Alice', host: 'pbx.example', port: 5070 }],
  ['sip:%61lice:secret@pbx.example?x=y', { user: 'alice', host: 'pbx.example' }],
  ['sips:alice@[2001:DB8::1]:5061', { user: 'alice', host: '[2001:db8::1]', port: 5061 }],
  ['sip:pbx.example', { user: '', host: 'pbx.example' }],
  ['tel:+4930555000', undefined],
  ['', undefined],
  ['sip:alice@', undefined],
])('%s', (uri, place) => {
  expect(placeOf(uri)).toEqual(place);
});

// RFC 3261, 19.1.4, as far as user, host and port go
test.each([
  ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp', true],
  ['sip:ALICE@AtLanTa.CoM', 'sip:alice@AtLanTa.CoM', false],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060', false],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp', false],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5', true],
  ['tel:1', 'tel:1', false],
])('%s and %s', (a, b, same) => {
  expect(isSamePlace(placeOf(a), placeOf(b))).toBe(same);
  expect(isSamePlace(placeOf(b), placeOf(a))).toBe(same);
});
