/** Requests to an HTTP API as somebody would send them who wants to break it: the same ones for the same seed. */

export interface HostileRequest {
  readonly method: string;
  readonly target: string;
  readonly token: string | undefined;
  /** All of it, as it is sent. */
  readonly text: string;
}

export interface HostileWords {
  /** Methods and paths as an OpenAPI document has them. */
  readonly routes: readonly (readonly [method: string, path: string])[];
  /** Names of monitors that there are. */
  readonly names: readonly string[];
  readonly tokens: readonly string[];
}

const METHODS =
  'GET GET GET POST PUT PUT HEAD DELETE PATCH OPTIONS TRACE PROPFIND QUERY get G@T'.split(' ');

const NAMES = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'null', 'undefined'],
  ...['..', '.', '%2e%2e', '%2e%2e%2f%2e%2e%2fetc%2fpasswd', '..%5c..%5cx', '%252e%252e', '%2f'],
  ...['%00', '%0d%0aX-Injected:%201', '%', '%zz', '%c0%ae', '%ff%fe', '%ed%a0%80', '%F0%9F%93%9E'],
  ...[
    "'%20OR%201=1--",
    '%22%3E%3Cscript%3E',
    '${7*7}',
    '{{7*7}}',
    '$(id)',
    '%7B%7D',
    '*',
    ';',
    '~root',
  ],
  ...[
    '1'.repeat(400),
    'ä'.repeat(40),
    '%41'.repeat(300),
    '-1',
    '1e309',
    'NaN',
    '[object%20Object]',
  ],
];

const QUERIES = [
  ...['', '?', '?a', '?target=', '?target=a&target=b', '?target[]=a', '?target[__proto__]=1'],
  ...['?__proto__[polluted]=1', '?constructor.prototype.polluted=1', '?limit=-1', '?limit=1e99'],
  ...['?before=9999999999999999999', '?from=0&to=8640000000000000', '?size=__proto__', '?async=1'],
  ...[
    '?%',
    '?%zz=%zz',
    '?a=%00',
    `?x=${'y'.repeat(6000)}`,
    `?${'a=1&'.repeat(1500)}`,
    '#x',
    '??=&&=',
  ],
];

const HEADERS = [
  ...['Accept: text/html', 'Accept: */*;q=0', `Accept: ${'a/b,'.repeat(900)}`, 'Accept: \x01'],
  ...['Cookie: offhook_session=', `Cookie: offhook_session=${'x'.repeat(5000)}`, 'Cookie: =;=;;'],
  ...['Cookie: offhook_session=__proto__', 'Authorization: Bearer', 'Authorization: Bearer null'],
  ...[
    'Authorization: Basic YTpi',
    `Authorization: Bearer ${'x'.repeat(9000)}`,
    'Authorization: \xff',
  ],
  ...['Origin: null', 'Origin: https://evil.example', 'Sec-Fetch-Site: cross-site', 'Origin: \x7f'],
  ...['Range: bytes=0-', 'Range: bytes=9-1,--', 'Expect: 100-continue', 'Expect: magic'],
  ...['Upgrade: websocket\r\nConnection: Upgrade', 'Upgrade: h2c\r\nConnection: Upgrade'],
  ...[
    'X-Forwarded-For: 127.0.0.1',
    'X-Prometheus-Scrape-Timeout-Seconds: 0.6',
    'X-HTTP-Method-Override: PUT',
  ],
  ...[
    'X-Prometheus-Scrape-Timeout-Seconds: -1',
    `X-Large: ${'x'.repeat(17_000)}`,
    ': none',
    'No colon',
  ],
  ...[
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: gzip, chunked',
    'Content-Length: 5',
    'Content-Length: -1',
  ],
  ...[
    'Content-Length: 1\r\nContent-Length: 2',
    'Content-Type: application/json',
    'Content-Type: \x00',
  ],
  ...[
    'Content-Encoding: gzip',
    'Host: other.example',
    'Connection: upgrade, close',
    'Accept-Version: 1.x',
  ],
];

const BODIES = [
  ...[
    '',
    '',
    '',
    '{',
    '{"token":null}',
    '{"token":{"a":1}}',
    '{"__proto__":{"polluted":1}}',
    '[]',
    'null',
  ],
  ...[
    '{"token":"wrong-token-0123456789"}',
    '"',
    '\x00\xff',
    '5\r\nhello\r\n0\r\n\r\n',
    'zz\r\n',
    '['.repeat(9000),
  ],
  ...[
    'x'.repeat(20_000),
    `{"token":"${'x'.repeat(15_000)}"}`,
    'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
  ],
];

export function hostileRequests(
  seed: number,
  count: number,
  words: HostileWords,
): readonly HostileRequest[] {
  const random = generator(seed);
  const one = <T>(list: readonly T[]): T => {
    const chosen = list[Math.floor(random() * list.length)];
    if (chosen === undefined) throw new Error('an empty list');
    return chosen;
  };
  const pathOf = (template: string): string => {
    const path = template.replaceAll(/\{\w+\}/g, () =>
      random() < 0.3 ? one(words.names) : one(NAMES),
    );
    const odd = random();
    if (odd < 0.05) return `/${one(NAMES)}${path}`;
    if (odd < 0.08) return `/${path}`;
    if (odd < 0.1) return `http://evil.example${path}`;
    if (odd < 0.12) return `${path}/`;
    return odd < 0.14 ? one(['*', 'x', '//', '/\\', '']) : path;
  };
  return Array.from({ length: count }, () => {
    const [usual, template] = one(words.routes);
    const method = random() < 0.7 ? usual : one(METHODS);
    const target = pathOf(template) + (random() < 0.5 ? one(QUERIES) : '');
    const token = random() < 0.5 ? one(words.tokens) : undefined;
    const extra = Array.from({ length: Math.floor(random() * 2.5) }, () => one(HEADERS));
    const body = one(BODIES);
    const lines = [
      `${method} ${target} HTTP/${random() < 0.95 ? '1.1' : one(['1.0', '2.0', '9.9', 'x'])}`,
      ...(random() < 0.95 ? ['Host: localhost'] : []),
      ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
      ...extra,
      ...(random() < 0.95 ? [`Content-Length: ${Buffer.byteLength(body, 'latin1')}`] : []),
    ];
    return { method, target, token, text: `${lines.join('\r\n')}\r\n\r\n${body}` };
  });
}

/** Mulberry32: numbers from 0 to 1, the same ones for the same seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
