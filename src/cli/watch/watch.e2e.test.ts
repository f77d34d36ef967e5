/** `run --watch`, through a pseudo terminal. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { leavingNothing } from '../../testing/cli/leftovers.js';
import { CLI_FILE } from '../../testing/cli/run-cli.js';
import { runFiles, writeFiles } from '../../testing/cli/run-files.js';

const one = (name: string, value: string): string =>
  `import { x } from './lib.js';\nscenario('${name}', () => assert(x).equals(${value}));\n`;

it('lists, runs what changes, shows errors and goes on', async () => {
  const files = { 'lib.js': 'export const x = 1;\n', 'a.js': one('first', '1') };
  const { folder, leftovers } = await writeFiles({ ...files, 'b.js': one('second', '1') });
  await leavingNothing(leftovers, async () => {
    const command = `${process.execPath} ${CLI_FILE} run --watch --no-color .`;
    const env = { ...process.env, TMPDIR: leftovers.folder };
    const terminal = spawn('script', ['-qec', command, '/dev/null'], { cwd: folder, env });
    const ended = new Promise((resolve) => terminal.once('close', resolve));
    let seen = '';
    let wake: () => void = () => undefined;
    terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
      wake();
    });
    /** Waits for output that fits the pattern, returns the output up to there, and forgets it. */
    const until = async (pattern: RegExp): Promise<string> => {
      for (;;) {
        const match = pattern.exec(seen);
        if (match !== null) {
          const upTo = seen.slice(0, match.index + match[0].length);
          seen = seen.slice(upTo.length);
          return upTo;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    const END = /watching: a all/;
    try {
      expect(await until(/watching 2 scenarios/)).toMatch(/a\.js › first[^]*b\.js › second/);
      writeFileSync(join(folder, 'b.js'), `${one('second', '1')}scenario('third', () => x);\n`);
      const third = await until(END);
      expect(third).toMatch(/› third/);
      expect(third).not.toMatch(/› first/);
      writeFileSync(join(folder, 'lib.js'), 'export const x = ;\n');
      expect(await until(END)).toMatch(/not valid JavaScript/);
      writeFileSync(join(folder, 'lib.js'), 'export const x = 2;\n');
      expect(await until(END)).toMatch(/› first[^]*› second/);
      writeFileSync(join(folder, 'new.ts'), "scenario('fourth', () => assert(1).equals(1));\n");
      expect(await until(END)).toMatch(/1 scenario: 1 passed/);
      terminal.stdin.write('tfirst\r');
      expect(await until(END)).toMatch(/1 scenario: 1 failed/);
      // Ctrl-C in the middle of a run: it is ended, and so is the watch
      writeFileSync(join(folder, 'new.ts'), "scenario('fifth', () => wait(60));\n");
      await until(/› fifth/);
      terminal.stdin.write('\u0003');
      expect(await ended).toBe(130);
    } finally {
      terminal.kill();
      await ended;
    }
  });
});

it('needs a terminal', async () => {
  const { code, stderr } = await runFiles({ 'a.js': one('a', '1') }, ['run', '--watch', 'a.js']);
  expect(code).toBe(2);
  expect(stderr).toContain('--watch: needs a terminal');
});
