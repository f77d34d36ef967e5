/** The signature is checked with the very code that docs/monitor-notifications.md gives receivers. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { signatureOf } from './signature.js';

const PAGE = new URL('../../../docs/monitor-notifications.md', import.meta.url);
const page = readFileSync(PAGE, 'utf8');
const codeOf = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'm').exec(page)?.[1] ?? '';

const SECRET = 'sixteen-letters-or-more';
const BODY = '{"note":"Bürgerbüro"}';
const SIGNED = {
  'x-offhook-timestamp': '1772366400',
  'x-offhook-signature': signatureOf(SECRET, 1_772_366_400, BODY),
};

test('the signature is that of RFC 2104 with SHA-256', () => {
  expect(signatureOf('key', 1, 'body')).toMatch(/^sha256=[0-9a-f]{64}$/);
  expect(signatureOf('key', 1, 'body')).not.toBe(signatureOf('key', 2, 'body'));
});

const CASES: readonly [string, Record<string, string>, string, string, number, boolean][] = [
  ['as it came', SIGNED, BODY, SECRET, 10, true],
  ['another body', SIGNED, `${BODY} `, SECRET, 10, false],
  ['another secret', SIGNED, BODY, `${SECRET}!`, 10, false],
  ['another time', { ...SIGNED, 'x-offhook-timestamp': '1772366401' }, BODY, SECRET, 10, false],
  ['an old one sent again', SIGNED, BODY, SECRET, 400, false],
  ['no signature', {}, BODY, SECRET, 10, false],
];

test.each(CASES)('Node.js: %s', async (_, headers, body, secret, late, expected) => {
  const source = codeOf('js node');
  const url = `data:text/javascript,${encodeURIComponent(source)}`;
  const { isFromOffhook } = (await import(url)) as {
    isFromOffhook: (...given: unknown[]) => boolean;
  };
  expect(isFromOffhook(headers, body, secret, 1000 * (1_772_366_400 + late))).toBe(expected);
});

const hasPython = ((): boolean => {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
test.skipIf(!hasPython)('Python', () => {
  const calls = CASES.map(([, headers, body, secret, late]) => [headers, body, secret, late]);
  const script = `${codeOf('python')}
import json, sys
for headers, body, secret, late in json.loads(sys.argv[1]):
    print(is_from_offhook(headers, body.encode(), secret.encode(), 1772366400 + late))
`;
  const output = execFileSync('python3', ['-c', script, JSON.stringify(calls)], {
    encoding: 'utf8',
  });
  expect(output.trim().split('\n')).toEqual(
    CASES.map(([, , , , , expected]) => (expected ? 'True' : 'False')),
  );
});
