import { describe, expect, it } from 'vitest';
import { Access, assertRole, SESSION_MS } from './access.js';

const READER = { name: 'grafana', token: 'reader-token-0123456789', role: 'read' } as const;
const OPERATOR = { name: 'anna', token: 'operator-token-0123456789', role: 'operate' } as const;

const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });

describe('bearer tokens', () => {
  const access = new Access([READER, OPERATOR], false);

  it.each([
    ['of a reader', bearer(READER.token), 'grafana read token'],
    ['of an operator', bearer(OPERATOR.token), 'anna operate token'],
    [
      'whatever the case of the scheme',
      { authorization: `bearer   ${READER.token} ` },
      'grafana read token',
    ],
  ])('%s', (_what, headers, who) => {
    const identity = access.identify(headers);
    expect(`${identity?.name} ${identity?.role} ${identity?.by}`).toBe(who);
  });

  it.each([
    ['none', {}],
    ['an empty one', { authorization: 'Bearer ' }],
    ['a part of one', bearer(READER.token.slice(0, -1))],
    ['one that is longer', bearer(`${READER.token}x`)],
    ['another scheme', { authorization: `Basic ${READER.token}` }],
    ['two', { authorization: `Bearer ${READER.token} ${OPERATOR.token}` }],
    ['a huge one', bearer('x'.repeat(100_000))],
    ['a name of the prototype', bearer('__proto__')],
  ])('nobody: %s', (_what, headers) => {
    expect(access.identify(headers)).toBeUndefined();
  });

  it('without tokens everybody may do all', () => {
    expect(new Access([], false).identify(bearer('anything'))).toEqual({
      name: 'local',
      role: 'operate',
      by: 'nobody',
    });
  });
});

describe('sessions', () => {
  const cookieIn = (setCookie = ''): { cookie: string } => ({
    cookie: `theme=dark; ${setCookie.split(';')[0] ?? ''}`,
  });

  it('of a login, until the end of its time or a logout', () => {
    const access = new Access([OPERATOR], false);
    expect(access.login('wrong-token-0123456789')).toBeUndefined();
    const one = access.login(OPERATOR.token, 1000);
    const two = access.login(OPERATOR.token, 1000);
    const headers = cookieIn(one?.cookie);
    expect(one?.cookie).not.toBe(two?.cookie);
    expect(access.identify(headers, 1000)).toMatchObject({ name: 'anna', by: 'session' });
    expect(access.identify(headers, 1000 + SESSION_MS - 1)?.role).toBe('operate');
    expect(access.identify(headers, 1000 + SESSION_MS)).toBeUndefined();
    expect(access.logout(headers)).toContain('Max-Age=0');
    expect(access.identify(headers, 1000)).toBeUndefined();
    expect(access.identify(cookieIn(two?.cookie), 1000)?.name).toBe('anna');
  });

  it('a cookie that scripts and other sites do not get, and only TLS where we speak it', () => {
    const cookie = (secure: boolean): string =>
      new Access([OPERATOR], secure).login(OPERATOR.token)?.cookie ?? '';
    expect(cookie(false)).toMatch(
      /^offhook_session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
    );
    expect(cookie(true)).toMatch(/; Secure$/);
    expect(cookie(false)).not.toContain(OPERATOR.token);
  });

  it('a wrong token is not made good by a cookie', () => {
    const access = new Access([OPERATOR], false);
    const headers = cookieIn(access.login(OPERATOR.token)?.cookie);
    expect(access.identify({ ...headers, ...bearer('wrong-token-0123456789') })).toBeUndefined();
  });

  it('only the newest are kept', () => {
    const access = new Access([OPERATOR], false);
    const first = cookieIn(access.login(OPERATOR.token)?.cookie);
    for (let count = 0; count < 999; count += 1) access.login(OPERATOR.token);
    expect(access.identify(first)?.name).toBe('anna');
    access.login(OPERATOR.token);
    expect(access.identify(first)).toBeUndefined();
  });
});

it('roles: who reads may not operate', () => {
  const who = (role: 'read' | 'operate') => ({ name: 'x', role, by: 'token' }) as const;
  const status = (run: () => void): unknown => {
    try {
      run();
      return 'allowed';
    } catch (error) {
      return (error as { status: unknown }).status;
    }
  };
  const asked = [undefined, who('read'), who('operate')].map((one) => [
    status(() => {
      assertRole(one, 'read');
    }),
    status(() => {
      assertRole(one, 'operate');
    }),
  ]);
  expect(asked).toEqual([
    [401, 401],
    ['allowed', 403],
    ['allowed', 'allowed'],
  ]);
});
