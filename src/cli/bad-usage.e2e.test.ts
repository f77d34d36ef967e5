/** A mistake found before anything runs leads to one clear error on stderr, nothing on stdout, and exit code 2. */
import { chmod } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { runFiles, type Files } from '../testing/cli/run-files.js';

const GOOD: Files = {
  'it.js': "scenario('one', { tags: ['smoke'] }, () => {});\nscenario('two', () => {});\n",
};

interface Case {
  what: string;
  args: readonly string[];
  files?: Files;
  error: string;
  hint?: string;
  at?: string;
}

function cases(title: string, list: readonly Case[]): void {
  describe(title, () => {
    it.concurrent.each(list)('$what', async ({ args, files = {}, error, hint, at }) => {
      const given = { ...GOOD, ...files };
      const { code, stdout, stderr } = await runFiles(given, args);
      const place = at === undefined ? '' : `\n  at ${at}`;
      const advice = hint === undefined ? '' : `\n  hint: ${hint}`;
      const shown = stderr.replaceAll(/\/\S*\/files(?=\/|\n)/g, 'FOLDER');
      expect(shown).toBe(`offhook: ${error}${advice}${place}\n`);
      expect(stdout).toBe('');
      expect(code).toBe(2);
    });
  });
}

cases('command line', [
  {
    what: 'unknown command',
    args: ['rn', 'it.js'],
    error: "unknown command 'rn'",
    hint: 'did you mean run?',
  },
  {
    what: 'unknown flag',
    args: ['run', '--nothing-like-it', 'it.js'],
    error: "unknown option '--nothing-like-it'",
    hint: 'see offhook run --help',
  },
  {
    what: 'help of an unknown command',
    args: ['help', 'rn'],
    error: 'there is no such command',
    hint: 'see offhook --help',
  },
  {
    what: 'misspelt flag',
    args: ['run', '--repoter', 'junit=x', 'it.js'],
    error: "unknown option '--repoter'",
    hint: 'did you mean --reporter?',
  },
  {
    what: 'no path',
    args: ['run'],
    error: 'no scenario is named',
    hint: 'write offhook run PATH, or "paths": ["PATH"] in offhook.config.json',
  },
  {
    what: 'a flag without its value',
    args: ['run', 'it.js', '--timeout'],
    error: "option '--timeout <duration>' argument missing",
    hint: 'see offhook run --help',
  },
  {
    what: '--timeout that is not a duration',
    args: ['run', 'it.js', '--timeout', 'soon'],
    error: `option '--timeout <duration>' argument 'soon' is invalid. It is not of the form "200ms", "5s" or "2m"`,
    hint: 'see offhook run --help',
  },
  {
    what: '--timeout 0',
    args: ['run', 'it.js', '--timeout', '0'],
    error: "option '--timeout <duration>' argument '0' is invalid. It must be more than zero",
    hint: 'see offhook run --help',
  },
  {
    what: '--max-agents that is no number',
    args: ['run', 'it.js', '--max-agents', 'many'],
    error:
      "option '--max-agents <n>' argument 'many' is invalid. It must be a whole number from 1 to 1000",
    hint: 'see offhook run --help',
  },
  {
    what: '-q with -v',
    args: ['run', '-q', '-v', 'it.js'],
    error: '--quiet and --verbose exclude each other',
    hint: 'leave one of them out',
  },
]);

cases('selection', [
  {
    what: 'a tag nobody has',
    args: ['run', 'it.js', '--tag', 'smok'],
    error: '--tag "smok": no scenario has this tag',
    hint: 'did you mean "smoke"?',
  },
  {
    what: 'a name nobody has',
    args: ['run', 'it.js', '--scenario', 'xyz'],
    error: '--scenario "xyz": no scenario has such a name',
    hint: 'the names are "one", "two"',
  },
  {
    what: 'filters that leave nothing together',
    args: ['run', 'it.js', '--tag', 'smoke', '--exclude-tag', 'smoke'],
    error: '--tag "smoke" --exclude-tag "smoke": together exclude every scenario (of 2)',
    hint: 'drop a filter; "offhook list" shows names and tags',
  },
  {
    what: 'a bad regular expression',
    args: ['run', 'it.js', '--scenario', 're:('],
    error: '--scenario "re:(": is not a regular expression: Unterminated group',
    hint: 'correct what follows re:',
  },
]);

cases('variables', [
  {
    what: '--set without "="',
    args: ['run', 'it.js', '--set', 'NAME'],
    error: '--set "NAME": has no "="',
    hint: 'write --set NAME=VALUE',
  },
  {
    what: '--env-file that is missing',
    args: ['run', 'it.js', '--env-file', 'nowhere.env'],
    error: 'environment file "nowhere.env": not read: there is no such file',
    hint: 'check the file FOLDER/nowhere.env',
  },
  {
    what: '--env-file with junk',
    args: ['run', 'it.js', '--env-file', 'junk.env'],
    files: { 'junk.env': 'GOOD=1\nnot a line of one\n' },
    error: 'environment file "junk.env": line 2: neither NAME=value nor a comment',
    hint: 'write NAME=value; put # before a comment; quote a value of several lines',
    at: 'junk.env:2:1',
  },
  {
    what: 'a sibling .env with junk',
    args: ['run', 'it.js'],
    files: { 'it.env': '\n=x\n' },
    error: 'environment file "FOLDER/it.env": line 2: neither NAME=value nor a comment',
    hint: 'write NAME=value; put # before a comment; quote a value of several lines',
    at: 'it.env:2:1',
  },
]);

cases('reports', [
  {
    what: 'an unknown reporter',
    args: ['run', 'it.js', '--reporter', 'pdf'],
    error: '--reporter: there is no reporter "pdf"',
    hint: 'use one of console, list, brief, ndjson, junit, tap, html, github',
  },
  {
    what: 'audio of unknown scenarios',
    args: ['run', 'it.js', '--report-audio', 'some'],
    error: '--report-audio: there is no "some"',
    hint: 'use failed, all or none',
  },
  {
    what: 'a page that is a folder',
    args: ['run', 'it.js', '--reporter', 'html=.'],
    error: 'output file ".": cannot be written: it is a folder',
    hint: 'name a file in that folder',
  },
  {
    what: 'junit without a file',
    args: ['run', 'it.js', '--reporter', 'junit'],
    error: '--reporter junit: needs a file',
    hint: 'write --reporter junit=FILE',
  },
  {
    what: 'junit below a file',
    args: ['run', 'it.js', '--reporter', 'junit=file/deep/x.xml'],
    files: { file: '' },
    error: 'output file "file/deep/x.xml": cannot be written: "file/deep" is not a folder',
    hint: 'name a file in an existing folder',
  },
  {
    what: 'headers without a ladder',
    args: ['run', 'it.js', '--sip-headers', 'From'],
    error: '--sip-headers: there is no ladder to show them in',
    hint: 'add --sip-trace',
  },
  {
    what: 'a header that cannot be one',
    args: ['run', 'it.js', '--sip-trace', '--sip-headers', 'From,To:'],
    error: '--sip-headers: "To:" is not a header name',
    hint: 'write all, or names separated by commas: --sip-headers From,To,Contact',
  },
  {
    what: '--logs onto a folder',
    args: ['run', 'it.js', '--logs=here'],
    files: { 'here/': '' },
    error: 'output file "here": cannot be written: it is a folder',
    hint: 'name a file in that folder',
  },
  {
    what: 'two outputs in one file',
    args: ['run', '--logs=out.txt', '--reporter', 'ndjson=./out.txt', 'it.js'],
    error: 'output file "out.txt": named for two outputs',
    hint: 'give each of them a file of its own',
  },
  {
    what: 'an output in place of a scenario',
    args: ['run', '--reporter', 'junit=it.js', 'it.js'],
    error: 'output file "it.js": not written: it is named like a scenario',
    hint: 'name a file that does not end in .js, .mjs, .ts or .mts',
  },
  {
    what: 'two reports on stdout',
    args: ['run', 'it.js', '--json', '--reporter', 'console'],
    error: '--reporter: console and ndjson would both write to stdout',
    hint: 'give all but one of them a file: --reporter ndjson=FILE',
  },
]);

cases('scenario files', [
  {
    what: 'missing',
    args: ['run', 'iit.js'],
    error: '"iit.js": there is no such file or folder',
    hint: 'did you mean "it.js"?',
  },
  {
    what: 'empty',
    args: ['run', 'empty.js'],
    files: { 'empty.js': '' },
    error: 'file "empty.js": is empty',
    hint: 'write a scenario in it; the examples show how',
    at: 'empty.js:1:1',
  },
  {
    what: 'not UTF-8',
    args: ['run', 'latin1.js'],
    files: { 'latin1.js': Buffer.from('log("Z\xfcrich");\n', 'latin1') },
    error: 'file "latin1.js": not read: it is not UTF-8 text',
    hint: 'save it as UTF-8',
  },
  {
    what: 'syntactically wrong',
    args: ['run', 'it.js', 'wrong.js'],
    files: { 'wrong.js': 'const a = 1;\nconst b = ;\n' },
    error: "script: not valid JavaScript: unexpected token in expression: ';'",
    at: 'wrong.js:2:11',
  },
  {
    what: 'a folder without scenarios',
    args: ['run', 'none'],
    files: { 'none/readme.txt': 'nothing here\n' },
    error: 'folder "none": holds no .js, .mjs, .ts or .mts file',
    hint: 'name a folder with scenario files; hidden folders and node_modules are left out',
  },
  {
    what: 'a folder with single scenarios only',
    args: ['run', 'singles'],
    files: { 'singles/a.js': "agent('a');\n", 'singles/b.js': "agent('b');\n" },
    error:
      'nothing to run: the folder has no suite file, only single scenarios: singles/a.js, singles/b.js',
    hint: 'name these files themselves, give --all-files, or give them a scenario()',
  },
  {
    what: 'a glob that matches nothing',
    args: ['run', '*.mjs'],
    error: 'pattern "*.mjs": matches no file',
    hint: 'check the pattern; it is relative to FOLDER',
  },
  {
    what: 'two scenarios of one name',
    args: ['run', 'two.js'],
    files: { 'two.js': "scenario('x', () => {});\nscenario('x', () => {});\n" },
    error: 'suite file: not collected: scenario(): "x" is declared twice in this file',
    hint: 'give each scenario a name of its own',
    at: 'two.js:2:1',
  },
  {
    what: 'an agent at the top level after a scenario',
    args: ['run', 'top.js'],
    files: { 'top.js': "scenario('x', () => {});\nconst a = agent('a');\n" },
    error: 'suite file: waits or acts at its top level, outside scenario()',
    hint: 'move that statement into setup()',
    at: 'top.js:2:11',
  },
  {
    what: 'a misspelt option of a scenario',
    args: ['run', 'tag.js'],
    files: { 'tag.js': "scenario('x', () => {});\nscenario('y', { tag: ['a'] }, () => {});\n" },
    error: 'suite file: not collected: scenario(): there is no option "tag"',
    hint: 'did you mean "tags"?',
    at: 'tag.js:2:1',
  },
  {
    what: 'an import of what is there anyway',
    args: ['run', 'imports.js'],
    files: { 'imports.js': "import { agent } from 'offhook';\nagent('a');\n" },
    error: 'import of "offhook": not loaded: packages and Node modules cannot be imported',
    hint: 'leave the import out: agent, assert and all the others are there without one',
    at: 'imports.js:1:23',
  },
  {
    what: 'an import that leads nowhere',
    args: ['run', 'imports.js'],
    files: { 'imports.js': "import './nowhere.js';\nscenario('x', () => {});\n" },
    error: 'import of "./nowhere.js": not loaded: there is no such file',
    hint: 'check the path; imports are relative to the importing file, other paths to the scenario file',
    at: 'imports.js:1:8',
  },
]);

it('names every broken file at once', async () => {
  const files = { 'a.js': 'const a = ;\n', 'b.js': "scenario('x', () => {});\nwait(1);\n" };
  const { code, stderr } = await runFiles(files, ['check', 'a.js', 'b.js']);
  expect(code).toBe(2);
  expect(stderr).toContain('2 scenario files cannot be loaded:');
  expect(stderr).toMatch(/not valid JavaScript.*a\.js:1:11\)/);
  expect(stderr).toMatch(/waits or acts at its top level.*b\.js:2:1\)/);
});

it.skipIf(process.getuid?.() === 0)('a scenario file without permission', async () => {
  const { code, stderr } = await runFiles(GOOD, ['run', 'it.js'], {
    before: (folder) => chmod(`${folder}/it.js`, 0o000),
  });
  expect(code).toBe(2);
  expect(stderr).toContain('permission');
});

cases('what scripts may touch', [
  {
    what: '--allow-read of no folder',
    args: ['run', 'it.js', '--allow-read', 'it.js'],
    error: '--allow-read "it.js": is not a folder',
    hint: 'name a folder that scripts may read',
  },
  {
    what: '--allow-net with a URL',
    args: ['run', 'it.js', '--allow-net', 'a.example,https://b.example/'],
    error: '--allow-net "https://b.example/": is a URL, not a host',
    hint: 'write HOST, *.DOMAIN, an address or a CIDR block, each with :PORT where it matters, for example api.example.com:443',
  },
  {
    what: '--allow-sip without an @',
    args: ['run', 'it.js', '--allow-sip', '*.example'],
    error: '--allow-sip "*.example": names a host without "@": write @*.example',
    hint: 'write USER@HOST, @HOST or USER, for example 1???@pbx.example.com',
  },
  {
    what: '--allow-env in list',
    args: ['list', 'it.js', '--allow-env', 'A=B'],
    error: '--allow-env "A=B": is not a glob of a variable name',
    hint: 'write the name of a variable, with * and ? where it varies, for example STAGING_*',
  },
  {
    what: '--max-calls 0',
    args: ['run', 'it.js', '--max-calls', '0'],
    error:
      "option '--max-calls <n>' argument '0' is invalid. It must be a whole number from 1 to 1000000",
    hint: 'see offhook run --help',
  },
  {
    what: 'a misspelt name in the project file',
    args: ['check', 'it.js'],
    files: { 'offhook.config.json': '{"allow-red": []}' },
    error: 'project file "FOLDER/offhook.config.json": there is no option "allow-red"',
    hint: 'did you mean "allow-read"?',
    at: 'offhook.config.json:1:2',
  },
  {
    what: 'a project file that is not JSON',
    args: ['run', 'it.js'],
    files: { 'offhook.config.json': '{\n  "max-agents": 5,\n}\n' },
    error: 'project file: is not valid JSON: line 3',
    hint: 'no comments, no comma after the last setting, double quotes around names',
    at: 'offhook.config.json:3:1',
  },
]);
