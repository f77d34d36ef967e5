import { describe, expect, it } from 'vitest';
import { callArgument, codeFrame, placeOf, scriptFrames } from './stack.js';

const SOURCES: Readonly<Record<string, string>> = {
  '/s/a.js': [
    'const alice = agent("alice");',
    'alice.dial(bob);',
    'assert(alice.state)',
    '  .equals(State.Ringing);',
    'throw new Error("x");',
    'const t = "\u{1f600}"; assert(t).is_true();',
    'assert        (alice .calls[0] .state).equals(1); return (f)();',
  ].join('\n'),
};
const sourceOf = (file: string): string | undefined => SOURCES[file];

describe('scriptFrames', () => {
  it('leaves out the guest, native functions and files that were not loaded', () => {
    const stack = [
      '    at dial (offhook:sandbox/guest/agent.js:1:2)',
      '    at inner (/s/a.js:2:11)',
      '    at map (native)',
      '    at f (/etc/passwd:1:1)',
      '    at <anonymous> (/s/a.js:1:20)',
      '',
    ].join('\n');
    expect(scriptFrames(stack, sourceOf)).toEqual([
      { file: '/s/a.js', line: 2, column: 1, function: 'inner' },
      { file: '/s/a.js', line: 1, column: 15 },
    ]);
  });

  it('keeps 30 frames of a deep recursion', () => {
    const stack = '    at f (/s/a.js:1:1)\n'.repeat(5000);
    expect(scriptFrames(stack, sourceOf)).toHaveLength(30);
  });

  it('points at the beginning of a call, where QuickJS points at its parenthesis', () => {
    const at = (line: number, column: number): unknown =>
      placeOf(`    at <anonymous> (/s/a.js:${line}:${column})`, sourceOf).at;
    expect(at(2, 11)).toMatchObject({ line: 2, column: 1 });
    expect(at(5, 16)).toMatchObject({ line: 5, column: 7 });
    expect(at(4, 10)).toMatchObject({ line: 4, column: 4 });
    expect(at(6, 33)).toMatchObject({ line: 6, column: 16 });
    // blanks stand where types stood
    expect(at(7, 46)).toMatchObject({ line: 7, column: 1 });
    expect(at(7, 32)).toMatchObject({ line: 7, column: 16 });
    expect(at(7, 61)).toMatchObject({ line: 7, column: 58 });
  });

  it('survives names of functions that look like frames, and places that do not exist', () => {
    expect(scriptFrames('    at a) (/s/a.js:1:1) (/s/a.js:99:7)', sourceOf)).toEqual([
      { file: '/s/a.js', line: 99, column: 7, function: 'a) (/s/a.js:1:1)' },
    ]);
    expect(placeOf('garbage\n    at x (/s/a.js:one:two)', sourceOf)).toEqual({});
  });
});

describe('callArgument', () => {
  const label = (line: number, column: number): string | undefined =>
    callArgument(`    at <anonymous> (/s/a.js:${line}:${column})`, 'assert', sourceOf);

  it('finds the argument of a chain over several lines', () => {
    expect(label(4, 10)).toBe('alice.state');
  });

  it('counts columns in code points', () => {
    expect(label(6, 33)).toBe('t');
  });
});

describe('codeFrame', () => {
  it('shows a file with CRLF line ends like any other', () => {
    expect(codeFrame({ file: '', line: 2, column: 1 }, 'a();\r\nb();\r\nc();')).toBe(
      '  1 | a();\n> 2 | b();\n    | ^\n  3 | c();',
    );
  });

  it('marks line and column', () => {
    expect(codeFrame({ file: '/s/a.js', line: 2, column: 7 }, SOURCES['/s/a.js'] ?? '')).toBe(
      [
        '  1 | const alice = agent("alice");',
        '> 2 | alice.dial(bob);',
        '    |       ^',
        '  3 | assert(alice.state)',
        '  4 |   .equals(State.Ringing);',
      ].join('\n'),
    );
  });

  it('cuts minified lines around the place and hides control characters', () => {
    const source = `${'a'.repeat(500)}\u001b[31mX${'b'.repeat(500)}`;
    const [line = '', caret = ''] = codeFrame({ file: '', line: 1, column: 506 }, source).split(
      '\n',
    );
    expect(line.length).toBeLessThan(200);
    expect(line).not.toContain('\u001b');
    expect(line[caret.indexOf('^')]).toBe('X');
  });
});
