/** `offhook definitions` and `offhook docs`: the contract as typings and as a reference. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { OffhookError } from '../errors.js';
import type { DocsFlags } from './options.js';
import { makeFolder } from './output/make-folder.js';

/** Built with the program (.config/docs/reference-page.js), and packed. */
const REFERENCE_PAGE = new URL('../program/reference.html.br', import.meta.url);

export async function definitionsCommand(out: string | undefined): Promise<number> {
  const { typingsText } = await import('../schema/typings.js');
  return deliver(typingsText(), out, 'offhook.d.ts');
}

export async function docsCommand(out: string | undefined, flags: DocsFlags): Promise<number> {
  if (formatOf(flags, out) === 'html') return deliver(referencePage(), out, 'reference.html');
  const { referenceText } = await import('../schema/reference.js');
  return deliver(referenceText(), out, 'reference.md');
}

function formatOf({ format }: DocsFlags, out = ''): 'markdown' | 'html' {
  const byEnding = /\.html?$/i.test(out) ? 'html' : 'markdown';
  const wanted = format ?? byEnding;
  if (wanted === 'markdown' || wanted === 'html') return wanted;
  throw new OffhookError(
    'E_USAGE',
    { subject: '--format', what: 'is neither markdown nor html', seen: wanted },
    { hint: 'offhook docs reference.html, or offhook docs reference.md' },
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

function deliver(text: string, out: string | undefined, name: string): number {
  if (out === undefined) {
    process.stdout.write(text);
    return 0;
  }
  const isFolder =
    out.endsWith('/') || statSync(out, { throwIfNoEntry: false })?.isDirectory() === true;
  const file = isFolder ? join(out, name) : out;
  try {
    makeFolder(dirname(resolve(file)));
    writeFileSync(file, text);
  } catch (error) {
    throw new OffhookError(
      'E_OUTPUT',
      { subject: `"${file}"`, what: 'cannot be written', seen: (error as Error).message },
      {
        hint: 'name a file or folder you may write to',
      },
    );
  }
  process.stdout.write(`${file}\n`);
  return 0;
}
