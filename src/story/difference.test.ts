import { expect, test } from 'vitest';
import { difference } from './difference.js';

const shown = (expected: string, actual: string): string =>
  difference(expected, actual)
    .map(({ mark, text }) => `${mark} ${text}`)
    .join('\n');

test('a changed field between fields that are equal', () => {
  const sides = ['a', 'b'].map((x) => `{\n  one: 1,\n  two: "${x}",\n  three: 3,\n}`);
  expect(shown(sides[0] ?? '', sides[1] ?? '')).toBe(
    '  {\n    one: 1,\n-   two: "a",\n+   two: "b",\n    three: 3,\n  }',
  );
});

test('equal lines far from a change are counted', () => {
  const lines = Array.from({ length: 12 }, (_, i) => `line ${i}`);
  const other = lines.map((line, i) => (i === 6 ? 'changed' : line));
  expect(shown(lines.join('\n'), other.join('\n'))).toBe(
    '… 4 equal lines\n  line 4\n  line 5\n- line 6\n+ changed\n  line 7\n  line 8\n… 3 equal lines',
  );
});

test('lines that only one side has; no end of line is invented', () => {
  expect(shown('a\nb', 'a')).toBe('  a\n- b');
  expect(shown('', 'x')).toBe('- \n+ x');
});

test('a long diff is cut', () => {
  const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`).join('\n');
  expect(difference(lines, '').at(-1)).toEqual({ mark: '…', text: '41 more lines' });
});
