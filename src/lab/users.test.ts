import { describe, expect, it } from 'vitest';
import { labEnv, labPassword, labUsers } from './users.js';

describe('labEnv', () => {
  it('tells scenarios where the lab is and who may register', () => {
    expect(labEnv({ host: '127.0.0.1', port: 6100, tlsPort: 6101 })).toEqual({
      SIP_DOMAIN: '127.0.0.1:6100',
      SIP_PROXY: 'sip:127.0.0.1:6100',
      SIP_PROXY_TCP: 'sip:127.0.0.1:6100;transport=tcp',
      SIP_PROXY_TLS: 'sip:127.0.0.1:6101;transport=tls',
      A_USER: 'alice',
      A_PASS: 'pw-alice',
      B_USER: 'bob',
      B_PASS: 'pw-bob',
      C_USER: 'carol',
      C_PASS: 'pw-carol',
      D_USER: 'dave',
      D_PASS: 'pw-dave',
    });
  });

  it('names no TLS proxy when there is none', () => {
    expect(labEnv({ host: '127.0.0.1', port: 6100 })).not.toHaveProperty('SIP_PROXY_TLS');
  });
});

describe('labUsers', () => {
  it('has the four named users and fifty for load', () => {
    const users = labUsers();
    expect(users).toHaveLength(54);
    expect(users.slice(0, 5)).toEqual(['alice', 'bob', 'carol', 'dave', 'load01']);
    expect(users.at(-1)).toBe('load50');
    expect(labPassword('load50')).toBe('pw-load50');
  });
});
