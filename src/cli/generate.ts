/** `offhook definitions` and `offhook docs`: the contract as typings and as a reference. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { makeFolder } from '../app/make-folder.js';
import { OffhookError } from '../errors.js';
import { statIfAllowed } from '../ordinary-file.js';
import type { DocsFlags } from './options.js';

/** The page of the reference, compressed by brotli. .config/docs/reference-page.js makes it when the program is built. */
const REFERENCE_PAGE = new URL('../program/reference.html.br', import.meta.url);

export async function definitionsCommand(out: string | undefined): Promise<number> {
  const { typingsText } = await import('../schema/typings.js');
  const file = deliver(typingsText(), out, 'offhook.d.ts');
  if (file?.endsWith('.d.ts') === true) await writeEditorConfig(dirname(resolve(file)));
  return 0;
}

/** Writes a jsconfig.json unless the folder has one or a tsconfig.json: without either, editors do not find the typings. */
async function writeEditorConfig(folder: string): Promise<void> {
  const { editorConfigIn } = await import('./init/editor-config.js');
  if (editorConfigIn(folder) !== undefined) return;
  const { editorConfigText } = await import('../schema/compiler-options.js');
  const { writeNew } = await import('./init/new-files.js');
  const file = relative(process.cwd(), join(folder, 'jsconfig.json'));
  try {
    if (writeNew(file, editorConfigText()) === 'written') process.stdout.write(`${file}\n`);
  } catch (error) {
    throw unwritable(file, error);
  }
}

export async function docsCommand(out: string | undefined, flags: DocsFlags): Promise<number> {
  if (formatOf(flags, out) === 'html') deliver(referencePage(), out, 'reference.html');
  else {
    const { referenceText } = await import('../schema/reference.js');
    deliver(referenceText(), out, 'reference.md');
  }
  return 0;
}

function formatOf({ format }: DocsFlags, out = ''): 'markdown' | 'html' {
  const byEnding = /\.html?$/i.test(out) ? 'html' : 'markdown';
  const wanted = format ?? byEnding;
  if (wanted === 'markdown' || wanted === 'html') return wanted;
  throw new OffhookError(
    'E_USAGE',
    { subject: '--format', what: 'is neither markdown nor html', seen: wanted },
    { hint: 'write --format html or --format markdown' },
  );
}

function referencePage(): string {
  try {
    return brotliDecompressSync(readFileSync(REFERENCE_PAGE)).toString();
  } catch (error) {
    const { message } = error as Error;
    throw new OffhookError(
      'E_INTERNAL',
      { subject: 'docs', what: 'the page of the reference cannot be read', seen: message },
      { hint: 'build Offhook (npm run build), or install it again' },
    );
  }
}

/** @returns the file it was written to, if it was */
function deliver(text: string, out: string | undefined, name: string): string | undefined {
  if (out === undefined) {
    process.stdout.write(text);
    return undefined;
  }
  const isFolder = out.endsWith('/') || statIfAllowed(out)?.isDirectory() === true;
  const file = isFolder ? join(out, name) : out;
  try {
    makeFolder(dirname(resolve(file)));
    writeFileSync(file, text);
  } catch (error) {
    throw unwritable(file, error);
  }
  process.stdout.write(`${file}\n`);
  return file;
}

function unwritable(file: string, error: unknown): OffhookError {
  return new OffhookError(
    'E_OUTPUT',
    { subject: `"${file}"`, what: 'cannot be written', seen: (error as Error).message },
    { hint: 'name a file or folder you may write to' },
  );
}
