/**
 * Completion in real shells at a terminal: a line is typed up to the tab key, and the shell says which words it has become.
 * Names of scenarios are texts of strangers: they arrive as they are, and nothing of them is carried out.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { leavingNothing } from '../../testing/cli/leftovers.js';
import { CLI_FILE } from '../../testing/cli/run-cli.js';
import { writeFiles } from '../../testing/cli/run-files.js';
import { SHELLS, type Shell } from './shells.js';

const COMMANDS = "it's $(touch PWNED) `touch PWNED`";
const SIGNS = 'say "hi" !! ; touch PWNED & \\ end > PWNED';
const FILES = {
  'calls.js': `const body = () => { assert(1).equals(1); };
scenario('bob is busy', { tags: ['smoke', 'slow'] }, body);
scenario(${JSON.stringify(COMMANDS)}, { tags: ['$(touch\${IFS}PWNED)'] }, body);
scenario(${JSON.stringify(SIGNS)}, body);
scenario('two\\nlines; touch PWNED', body);
scenario('größe ✓', body);
scenario('a=b:c', body);
`,
  'broken.js': 'this is no JavaScript',
  'output.xml': '',
  'bin/': '',
  'zsh/.zshrc': `source <(offhook completion zsh)
dump() { printf '%s\\0' "\${@:2}" >$1.part; mv $1.part $1.words }
bindkey -e; PS1='ready> '
`,
  bashrc: `source <(offhook completion bash)
dump() { printf '%s\\0' "\${@:2}" >$1.part; mv $1.part $1.words; }
PS1='ready> '
`,
  'config.fish': `offhook completion fish | source
function dump; printf '%s\\0' $argv[2..] >$argv[1].part; mv $argv[1].part $argv[1].words; end
function fish_prompt; printf 'ready> '; end
`,
};

const START: Readonly<Record<Shell, string>> = {
  bash: 'bash --rcfile bashrc -i',
  zsh: 'zsh -i',
  fish: "fish --no-config --init-command 'source config.fish'",
};

/** Lines as they are typed, with TAB for the tab key, and the words that the shell makes of them. */
const TYPED: readonly [line: string, words: readonly string[]][] = [
  [
    'offhook ruTABcaTAB--scenTABbobTAB',
    ['offhook', 'run', 'calls.js', '--scenario', 'bob is busy'],
  ],
  [
    'offhook list calls.js --scenario itTAB',
    ['offhook', 'list', 'calls.js', '--scenario', COMMANDS],
  ],
  [
    "offhook run calls.js --scenario 'itTAB",
    ['offhook', 'run', 'calls.js', '--scenario', COMMANDS],
  ],
  ['offhook run calls.js --scenario sayTAB', ['offhook', 'run', 'calls.js', '--scenario', SIGNS]],
  ['offhook run calls.js --scenario "sayTAB', ['offhook', 'run', 'calls.js', '--scenario', SIGNS]],
  ['offhook run calls.js --scenario=grTAB', ['offhook', 'run', 'calls.js', '--scenario=größe ✓']],
  [
    'offhook run calls.js --scenario a=b:TAB',
    ['offhook', 'run', 'calls.js', '--scenario', 'a=b:c'],
  ],
  [
    'offhook check calls.js --tag smoke,slTAB',
    ['offhook', 'check', 'calls.js', '--tag', 'smoke,slow'],
  ],
  [
    'offhook run calls.js --exclude-tag \\$TAB',
    ['offhook', 'run', 'calls.js', '--exclude-tag', '$(touch${IFS}PWNED)'],
  ],
  ['offhook run --reporter junit=outTAB', ['offhook', 'run', '--reporter', 'junit=output.xml']],
  ['offhook run broken.js --scenario xTAB', ['offhook', 'run', 'broken.js', '--scenario', 'x']],
  ['./own/offhook run --isolate neTAB', ['./own/offhook', 'run', '--isolate', 'never']],
  ['npx offhook completion fiTAB', ['npx', 'offhook', 'completion', 'fish']],
];

function isThere(program: string): boolean {
  try {
    execFileSync(program, ['-c', 'exit'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Runs the shell at a terminal of its own and types each line. */
async function wordsOf(shell: Shell, lines: readonly string[]): Promise<string[][]> {
  const asked = (name: string): string =>
    `#!/bin/sh\necho ${name} >>asked\nexec ${process.execPath} ${CLI_FILE} "$@"\n`;
  const programs = { 'own/offhook': asked('path'), 'node_modules/.bin/offhook': asked('npx') };
  const { folder, leftovers } = await writeFiles({ ...FILES, ...programs });
  symlinkSync(CLI_FILE, join(folder, 'bin/offhook'));
  execFileSync('chmod', ['+x', ...Object.keys(programs)], { cwd: folder });
  const env = {
    PATH: `${folder}/bin:${process.env['PATH'] ?? ''}`,
    ...{ HOME: folder, ZDOTDIR: join(folder, 'zsh'), TMPDIR: leftovers.folder },
    ...{ TERM: 'xterm', LC_ALL: 'C.UTF-8', HISTFILE: '' },
  };
  return leavingNothing(
    leftovers,
    async () => {
      const terminal = spawn('script', ['-qec', START[shell], '/dev/null'], { cwd: folder, env });
      const ended = new Promise((resolve) => terminal.once('close', resolve));
      let seen = '';
      const until = (isSo: () => boolean): Promise<void> =>
        vi.waitFor(
          () => {
            if (!isSo()) throw new Error(`${shell} hangs:\n${seen}`);
          },
          { timeout: 20_000, interval: 10 },
        );
      terminal.stdout.setEncoding('utf8').on('data', (text: string) => (seen += text));
      try {
        await until(() => seen.includes('ready> '));
        const words: string[][] = [];
        for (const [index, line] of lines.entries()) {
          const file = join(folder, `${index}.words`);
          // Ctrl-A goes to the start of the completed line, where `dump` is inserted: it records the words that follow.
          terminal.stdin.write(`${line.replaceAll('TAB', '\t')}\u0001dump ${index} \r`);
          await until(() => existsSync(file));
          words.push(readFileSync(file, 'utf8').split('\0').slice(0, -1));
        }
        expect(readdirSync(folder)).not.toContain('PWNED');
        expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe('path\nnpx\n');
        expect(seen).not.toMatch(/not found|rror:/);
        return words;
      } finally {
        terminal.stdin.end('exit\r');
        terminal.kill();
        await ended;
      }
    },
    5_000,
  );
}

describe.concurrent('completion', () => {
  for (const shell of SHELLS) {
    const isMissing = !isThere(shell);
    const why = isMissing ? ': it is missing, sh .config/setup.sh --tests installs it' : '';
    // a CI server has to have the shell
    it.skipIf(isMissing && process.env['CI'] !== 'true')(`in ${shell}${why}`, async () => {
      const words = await wordsOf(
        shell,
        TYPED.map(([line]) => line),
      );
      expect(words).toEqual(TYPED.map(([, become]) => become));
    });
  }
});
