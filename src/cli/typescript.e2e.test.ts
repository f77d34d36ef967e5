/** Scenarios in TypeScript, and the files they import. */
import { describe, expect, it } from 'vitest';
import { runFiles } from '../testing/cli/run-files.js';

const HELPER = `export interface Row { n: number }
export function twice<T extends Row>(row: T): number {
  return (row.n as number) * 2;
}
`;

describe.concurrent('TypeScript', () => {
  it('runs with its types, whichever way its files import each other', async () => {
    const files = {
      'it.ts': `import { twice, type Row } from './lib/helper.js';
import type { Unseen } from './not/there.ts';
import { name } from './name.mjs';
import rows from './rows.json' with { type: 'json' };
scenario.each(rows as Row[])('$n', (row: Row) => {
  assert(twice<Row>(row)).equals(row.n + row.n);
  assert(name).equals('plain' as string);
  assert(env('FROM')).equals('beside');
});
`,
      'it.env': 'FROM=beside\n',
      'lib/helper.ts': HELPER,
      'name.mjs': "import { plain } from './plain.mts';\nexport const name = plain();\n",
      'plain.mts': "export const plain = (): string => 'plain';\n",
      'types.d.ts': 'declare const x: number;\n',
      'rows.json': '[{ "n": 1 }, { "n": 2 }]',
    };
    const { code, stdout, stderr } = await runFiles(files, ['run', '.']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^2 scenarios: 2 passed in/m);
  });

  it('places and labels are those of the file, also behind wide characters', async () => {
    const source = `const a: "ü😀€" | number = 1; const b: Array<{ n: number }> = []; assert<number>(a as number).equals(2);\n`;
    const { code, stdout } = await runFiles({ 'it.ts': source }, ['run', 'it.ts']);
    expect(code).toBe(1);
    const column = Array.from(source.slice(0, source.indexOf('assert'))).length + 1;
    expect(stdout).toContain(`at it.ts:1:${column}\n`);
    expect(stdout).toContain(`> 1 | ${source.trimEnd()}`);
    expect(stdout).toMatch(/^ +a: does not hold /m);
  });

  it('what cannot run is an error with its place and what to do instead', async () => {
    const wrong: [source: string, at: string, what: string, hint: string][] = [
      ['enum Color { Red }', '1:1', 'more than types: enum', 'write an object: const Color'],
      ['\tconst s = "中😀"; enum X {}', '1:18', 'more than types: enum', 'write an object'],
      ['class A { constructor(private n: number) {} }', '1:31', 'parameter property', 'the field'],
      ['namespace N { export const x = 1 }', '1:1', 'namespace with values', 'a file of its own'],
      ['import x = require("./x.js");', '1:1', 'import = require', 'write import x from'],
      ['const x = <number>y;', '1:11', '<Type>value', 'write value as Type'],
      ['const x: number = ;', '1:19', 'not valid TypeScript: Expression expected', ''],
      ['const x: number = 1;\nconst x = 2;', '2:9', 'not valid JavaScript', ''],
      ['import { X } from "./types.ts";', '1:10', '"X": not found', 'write import type'],
      ['import { x } from "./types";', '1:19', 'does not end in', 'did you mean "./types.ts"?'],
      ['import "./types.d.ts";', '1:8', 'holds only types', 'write import type'],
      ['import "./broken.ts";', 'broken.ts:2:3', 'more than types: enum', 'write an object'],
      ['import d from "./broken.json";', 'broken.json:3:3', 'not valid JSON: unexpected "}"', ''],
    ];
    const files = {
      'types.ts': 'export type X = number;\n',
      'types.d.ts': 'export type X = number;\n',
      'broken.ts': '{\n  enum A { B }\n}\n',
      'broken.json': '{\n  "a": 1,\n  }',
      'last.js': "import { x } from './types.js';\n",
      ...Object.fromEntries(wrong.map(([source], index) => [`f${index}.ts`, `${source}\n`])),
    };
    const names = wrong.map((_, index) => `f${index}.ts`);
    const { code, stderr } = await runFiles(files, ['check', ...names, 'last.js']);
    expect(code).toBe(2);
    // The first line counts the files; each error is a line, and its hint the next one.
    const errors = stderr.split(/\n {2}(?! )/).slice(1);
    expect(errors).toHaveLength(wrong.length + 1);
    for (const [index, [, at, what, hint]] of wrong.entries()) {
      expect(errors[index]).toContain(what);
      expect(errors[index]).toContain(at.includes('.') ? `(${at})` : `(f${index}.ts:${at})`);
      expect(errors[index]).toContain(hint);
    }
    expect(errors.at(-1)).toContain('did you mean "./types.ts"?');
  });

  it('check --types knows all functions, and takes the types seriously', async () => {
    const source = "import { n } from './n.ts';\nconst a: Agent = agent('a');\na.dial(n);\n";
    const files = { 'it.ts': source, 'n.ts': 'export const n: boolean = true;\n' };
    const { code, stdout } = await runFiles(files, ['check', '--types', 'it.ts']);
    expect(stdout).toMatch(/^it\.ts:3:8: .*'boolean' is not assignable.*\n/);
    expect(code).toBe(2);
  });
});
