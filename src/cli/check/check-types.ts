/** `offhook check --types`: errors an editor would underline, by the TypeScript found near the scenarios. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { OffhookError } from '../../errors.js';
import { COMPILER_OPTIONS } from '../../schema/compiler-options.js';
import { typingsText } from '../../schema/typings.js';
import { needTemporaryFolder } from '../../app/temporary-folder.js';

interface TypeErrors {
  errors: number;
  /** The output of the compiler. An error at a place in a file is written as "file:line:column: message". */
  text: string;
  /** "TypeScript 5.9.2" */
  compiler: string;
}

export async function typeErrors(files: readonly string[]): Promise<TypeErrors> {
  const { program, version } = findTypeScript(files[0] ?? process.cwd());
  needTemporaryFolder();
  const folder = mkdtempSync(join(tmpdir(), 'offhook-types-'));
  try {
    const definitions = join(folder, 'offhook.d.ts');
    const config = join(folder, 'tsconfig.json');
    writeFileSync(definitions, typingsText());
    writeFileSync(
      config,
      JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files: [definitions, ...files] }),
    );
    const printed = await compile(program, config);
    const text = printed.trimEnd().replaceAll(TSC_ERROR, '$1:$2:$3: ');
    const errors = printed.match(TSC_ERROR)?.length ?? 0;
    // A complaint without a place counts, too.
    return {
      errors: Math.max(errors, text === '' ? 0 : 1),
      text,
      compiler: `TypeScript ${version}`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** "it.js(1,24): error TS2561: " */
const TSC_ERROR = /^(.+)\((\d+),(\d+)\): error TS\d+: /gm;

function findTypeScript(file: string): { program: string; version: string } {
  for (const from of [file, import.meta.filename]) {
    try {
      const require = createRequire(from);
      const manifest = require.resolve('typescript/package.json');
      const { version } = require(manifest) as { version: string };
      return { program: join(dirname(manifest), 'bin', 'tsc'), version };
    } catch {
      // it is not here: try the next place
    }
  }
  throw new OffhookError(
    'E_USAGE',
    { subject: 'check --types', what: 'no TypeScript found near the scenarios' },
    {
      hint: 'npm install --save-dev typescript, or leave out --types',
    },
  );
}

const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

/** What tsc printed; empty when it found nothing. */
function compile(program: string, config: string): Promise<string> {
  const words = [program, '-p', config, '--pretty', 'false'];
  const options = { maxBuffer: MOST_OUTPUT_BYTES };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, words, options, (error, stdout, stderr) => {
      if (error === null) resolve('');
      else if (stdout !== '') resolve(stdout);
      else reject(unusable(program, stderr.trim().split('\n').at(-1) || error.message));
    });
  });
}

/** Makes the error for a compiler that does not run: the absence of output does not prove that the types are right. */
function unusable(program: string, seen: string): OffhookError {
  return new OffhookError(
    'E_USAGE',
    { subject: 'check --types', what: `${program} does not run`, seen },
    {
      hint: 'install TypeScript anew, or leave out --types',
    },
  );
}
