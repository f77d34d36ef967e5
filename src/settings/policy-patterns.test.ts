/** Odd patterns in flags, variables and the project file: an error that says what is wrong, never a rule that means something else. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OffhookError } from '../errors.js';
import { policySettings, type PolicyFlags } from './policy-settings.js';

let folder = '';
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'offhook-patterns-')));
  mkdirSync(join(folder, 'inside'));
  writeFileSync(join(folder, 'file.txt'), '');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function problem(
  flags: PolicyFlags,
  variables: Record<string, string> = {},
): Promise<string> {
  try {
    await policySettings({ flags, variables, cwd: folder })(join(folder, 'it.js'));
    return 'accepted';
  } catch (error) {
    if (!(error instanceof OffhookError)) throw error;
    expect(error.details.hint).toMatch(/\S/);
    return `${error.code} ${error.message}`;
  }
}

const SIP: readonly (readonly [string, string])[] = [
  ['a@@b', 'has more than one "@": write ? for an "@" in the user part'],
  ['a@b@c', 'has more than one "@": write ? for an "@" in the user part'],
  ['sip:a@b@c', 'has more than one "@": write ? for an "@" in the user part'],
  ['@', 'is not a host name or address'],
  ['a@', 'is not a host name or address'],
  ['a@ b', 'is not a host name or address'],
  ['a@b..c', 'is not a host name or address'],
  ['a@-b', 'is not a host name or address'],
  ['a@b!', 'is not a host name or address'],
  ['a@b:', 'has no valid port'],
  ['a@b:0', 'has no valid port'],
  ['a@b:65536', 'has no valid port'],
  ['a@10.1', 'is an unusual form of 10.0.0.1: write that, or a CIDR block'],
  ['a@0x7f.1', 'is an unusual form of 127.0.0.1: write that, or a CIDR block'],
  ['a@10.0.0.0/33', 'is not a CIDR block'],
  ['a@[::1', 'has no valid port'],
  ['a@*.*', 'has no valid domain after "*."'],
  ['a@b*', 'has a "*" that is neither alone nor in place of the first labels'],
  ['a@b;transport=tcp', 'has parameters, which are not compared'],
  ['a@b?x=y', 'has parameters, which are not compared'],
  ['a:secret@b', 'has a ":" in its user part: passwords are not compared'],
  ['a b@c', 'has a character that no user part has'],
  ['<sip:a@c>', 'has a ":" in its user part: passwords are not compared'],
  ['"a"@c', 'has a character that no user part has'],
  ['+49 30 1', 'has a character that no user part has'],
  ['+49-30-1*', 'has visual separators: write the number without them'],
  ['(030)1@c', 'has visual separators: write the number without them'],
  ['a%20b@c', 'has an escape: write the character itself, or ?'],
  ['1[0-9@c', 'has a "[" or "]" without its other half'],
  ['1]@c', 'has a "[" or "]" without its other half'],
  ['1[]@c', 'has a "[" or "]" without its other half'],
  ['a\\', 'ends with a "\\" that escapes nothing'],
  ['b.example:5060', 'names a host without "@": write @b.example:5060'],
  ['sip:b.example:5060', 'names a host without "@": write @b.example:5060'],
];
test.each(SIP)('--allow-sip %s: %s', async (pattern, text) => {
  const shown = JSON.stringify(pattern);
  expect(await problem({ allowSip: [pattern] })).toBe(`E_USAGE --allow-sip ${shown}: ${text}`);
  expect(await problem({}, { OFFHOOK_ALLOW_SIP: `x@y,${pattern}` })).toBe(
    `E_SETTINGS OFFHOOK_ALLOW_SIP ${JSON.stringify(pattern.trim())}: ${text}`,
  );
});

test.each([
  '1???@pbx.example',
  '1[0-9]*@pbx.example:5070',
  '\\*98@pbx.example',
  '*@*',
  '@*.carrier.example',
  '@[::1]:5060',
  '@::1',
  '@10.0.0.0/8',
  'sips:alice.b-c@pbx_1.example.',
  'tel:+4930*',
  '*#06#',
  '@xn--bcher-kva.example',
  '@bücher.example',
])('--allow-sip %s: accepted', async (pattern) => {
  expect(await problem({ allowSip: [pattern] })).toBe('accepted');
});

const NET: readonly (readonly [string, string])[] = [
  ['http://a', 'is a URL, not a host'],
  ['a/b', 'is not a CIDR block'],
  ['user@a', 'is not a host name or address'],
  ['a b', 'is not a host name or address'],
  ['a..b', 'is not a host name or address'],
  ['a.example.-', 'is not a host name or address'],
  [`${'a'.repeat(64)}.example`, 'is not a host name or address'],
  [':80', 'is not a host name or address'],
  ['a:', 'has no valid port'],
  ['a:http', 'has no valid port'],
  ['a:99999', 'has no valid port'],
  ['[::1]80', 'has no valid port'],
  [':::1', 'is not a host name or address'],
  ['*.', 'has no valid domain after "*."'],
  ['*.10.0.0.1', 'has no valid domain after "*."'],
  ['a.*.example', 'has a "*" that is neither alone nor in place of the first labels'],
  ['**', 'has a "*" that is neither alone nor in place of the first labels'],
  ['10.0.0', 'is an unusual form of 10.0.0.0: write that, or a CIDR block'],
  ['2130706433', 'is an unusual form of 127.0.0.1: write that, or a CIDR block'],
  ['10.0.0.0/', 'is not a CIDR block'],
  ['10.0.0.0/-1', 'is not a CIDR block'],
  ['::1/129', 'is not a CIDR block'],
  ['999.0.0.1', 'is not a host name or address'],
  ['\u001b[31m', 'is not a host name or address'],
];
test.each(NET)('--allow-net %j: %s', async (pattern, text) => {
  const shown = JSON.stringify(pattern);
  expect(await problem({ allowNet: [pattern] })).toBe(`E_USAGE --allow-net ${shown}: ${text}`);
});

const ENV: readonly (readonly [string, string])[] = [
  ['A B', 'is not a glob of a variable name'],
  ['A=b', 'is not a glob of a variable name'],
  ['$A', 'is not a glob of a variable name'],
  ['!A', 'is not a glob of a variable name'],
  ['A[0-9', 'has a "[" or "]" without its other half'],
  ['A]', 'has a "[" or "]" without its other half'],
  ['A\\', 'ends with a "\\" that escapes nothing'],
];
test.each(ENV)('--allow-env %s: %s', async (pattern, text) => {
  const shown = JSON.stringify(pattern);
  expect(await problem({ allowEnv: [pattern] })).toBe(`E_USAGE --allow-env ${shown}: ${text}`);
});

test('--allow-env {A,B}: the comma ends a pattern', async () => {
  const text = 'E_USAGE --allow-env "{A": is not a glob of a variable name';
  expect(await problem({ allowEnv: ['{A,B}'] })).toBe(text);
});

test.each([
  [['nowhere'], '"nowhere": there is no such folder'],
  [['file.txt'], '"file.txt": is not a folder'],
  [['file.txt/x'], '"file.txt/x": there is no such folder'],
  [['~/x'], '"~/x": there is no such folder'],
  [['a\0b'], '"a\\u0000b": there is no such folder'],
  [['x'.repeat(500)], 'xxx...": there is no such folder'],
])('--allow-read %j: %s', async (allowRead, text) => {
  const message = await problem({ allowRead });
  expect(message).toContain(text);
  expect(message.length).toBeLessThan(300);
});

test.each(['0', '-1', '1.5', '1e1', ' 5', '0x10', '1001', 'many', '99999999999999999999'])(
  'OFFHOOK_MAX_AGENTS=%j is an error',
  async (text) => {
    expect(await problem({}, { OFFHOOK_MAX_AGENTS: text })).toBe(
      `E_SETTINGS OFFHOOK_MAX_AGENTS ${JSON.stringify(text)}: must be a whole number from 1 to 1000`,
    );
  },
);
