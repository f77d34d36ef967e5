/** `check --types`: what an editor would underline, found without one. */
import { expect, it } from 'vitest';
import { runFiles } from '../../testing/cli/run-files.js';

it('names each error with its place', async () => {
  const files = { 'it.js': "const a = agent('a', { answr: 'auto' });\na.dail('x');\n" };
  const { code, stdout, stderr } = await runFiles(files, ['check', '--types', 'it.js']);
  expect(stdout).toMatch(/^it\.js:1:24: .*'answr'.*\nit\.js:2:3: .*'dail'.*\n/);
  expect(stdout).toMatch(/\n1 scenario in 1 file: 2 type errors \(TypeScript \d+\.\d+\.\d+\)\n$/);
  expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
});

it('finds nothing in what is right', async () => {
  const files = { 'it.js': "const a = agent('a', { answer: 'auto' });\na.dial('x');\n" };
  const { code, stdout } = await runFiles(files, ['check', '--types', 'it.js']);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: '1 scenario in 1 file: no problems found\n',
  });
});

it('a type checker that does not run proves no types', async () => {
  const files = {
    'it.js': 'assert(1).equals(1);\n',
    'node_modules/typescript/package.json': '{ "version": "0.0.1" }',
    'node_modules/typescript/bin/tsc': 'process.stderr.write("a broken tsc\\n"); process.exit(3);',
  };
  const { code, stderr } = await runFiles(files, ['check', '--types', 'it.js']);
  expect(stderr).toMatch(
    /^offhook: check --types: \S+\/bin\/tsc does not run: a broken tsc\n {2}hint: install /,
  );
  expect(code).toBe(2);
});
