import { expect, test } from 'vitest';
import { find, type Section } from './search.js';

const section = (title: string, text: string, page = ''): Section => ({
  href: `#${title}`,
  title,
  page,
  text,
});

const SECTIONS = [
  section('Durations', 'a number of seconds; verify_audio takes one'),
  section('verify_audio_connection', 'each of two agents hears the other'),
  section('verify_audio', 'passes as soon as a tone was heard'),
  section('E_AUDIO', `${'some words before it '.repeat(20)}the needle ${'and after '.repeat(40)}`),
  section('Options', 'of an agent', 'Agents and calls'),
];
const titles = (query: string): readonly string[] =>
  find(SECTIONS, query).map(({ section: { title } }) => title);

test('the very title comes first, then titles, then texts', () => {
  expect(titles('verify_audio')).toEqual(['verify_audio', 'verify_audio_connection', 'Durations']);
  expect(titles('VERIFY_AUDIO()')).toEqual(titles('verify_audio'));
});

test('every word must be found, wherever', () => {
  expect(titles('tone heard')).toEqual(['verify_audio']);
  expect(titles('calls options')).toEqual(['Options']);
  expect(titles('tone nowhere')).toEqual([]);
  expect(titles('  ')).toEqual([]);
});

test('the excerpt is around what was found', () => {
  const [found] = find(SECTIONS, 'needle');
  expect(found?.excerpt).toMatch(/^… \S.*the needle and after .* …$/);
  expect(found?.excerpt.length).toBeLessThan(150);
});
