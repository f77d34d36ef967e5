import { expect, test } from 'vitest';
import { replacesReferTo } from './transfer-uri.js';

const dialog = {
  call_id: '425928@bobster.test',
  tags: { local: 'mine', remote: 'theirs' },
  target: 'sip:carol@192.0.2.3:5060',
};

function replaced(referTo: string): string {
  return decodeURIComponent(/[?&]Replaces=([^&>]*)/.exec(referTo)?.[1] ?? '');
}

test("the target's tag is the to-tag", () => {
  expect(replacesReferTo(dialog)).toBe(
    '<sip:carol@192.0.2.3:5060?Replaces=425928%40bobster.test%3Bto-tag%3Dtheirs%3Bfrom-tag%3Dmine>',
  );
});

test('whatever a Call-ID may hold comes back when unescaped, and never ends the URI', () => {
  // Every character of RFC 3261's "word" that is not a letter or digit.
  const call_id = `a-.!%*_+\`'~()<>:\\"/[]?{}@h`;
  const referTo = replacesReferTo({ ...dialog, call_id });
  expect(referTo).toMatch(/^<sip:carol@192\.0\.2\.3:5060\?Replaces=[A-Za-z0-9\-_.!~*'()%]+>$/);
  expect(replaced(referTo)).toBe(`${call_id};to-tag=theirs;from-tag=mine`);
});

test.each([
  ['sip:c@h;transport=tcp', '<sip:c@h;transport=tcp?Replaces='],
  ['"Carol <C>" <sips:c@h:5061>;expires=60', '<sips:c@h:5061?Replaces='],
  ['sip:c@[::1]:5060', '<sip:c@[::1]:5060?Replaces='],
  ['sip:c@h?X-A=1', '<sip:c@h?X-A=1&Replaces='],
  ['sip:c@h?replaces=old&X-A=1', '<sip:c@h?X-A=1&Replaces='],
])('target %s', (target, start) => {
  const referTo = replacesReferTo({ ...dialog, target });
  expect(referTo.startsWith(start)).toBe(true);
  expect(replaced(referTo)).toBe('425928@bobster.test;to-tag=theirs;from-tag=mine');
});

test('a missing tag is zero', () => {
  expect(replaced(replacesReferTo({ ...dialog, tags: { local: '', remote: '' } }))).toBe(
    '425928@bobster.test;to-tag=0;from-tag=0',
  );
});

test('without tags for who would look for them in the Call-ID', () => {
  const { call_id, target } = dialog;
  expect(replaced(replacesReferTo({ call_id, target }))).toBe(call_id);
});
