import { expect, test } from 'vitest';
import { locksOfAgent } from './names.js';

test.each([
  ['alice', {}, []],
  ['alice', { domain: 'PBX.example:5060' }, ['sip:alice@pbx.example']],
  ['alice', { domain: 'pbx.example:5070' }, ['sip:alice@pbx.example:5070']],
  ['a', { username: '1001', domain: 'pbx' }, ['sip:1001@pbx']],
  ['a', { local_port: 5080 }, ['port:5080', 'port:5081']],
] as const)('%s %j', (name, options, locks) => {
  expect(locksOfAgent(name, options)).toEqual(locks);
});
