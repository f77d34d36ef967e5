/** `offhook definitions` and `offhook docs`: the contract as typings and as a reference. */
import { writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { makeFolder } from '../app/make-folder.js';
import { OffhookError } from '../errors.js';
import { statIfAllowed } from '../ordinary-file.js';

export async function definitionsCommand(out: string | undefined): Promise<number> {
  const { typingsText } = await import('../schema/typings.js');
  const file = deliver(typingsText(), out, 'offhook.d.ts');
  if (file?.endsWith('.d.ts') === true) await writeEditorConfig(dirname(resolve(file)));
  return 0;
}

/** Where neither is: without one an editor knows no typings, nor what is strict. */
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

export async function docsCommand(out: string | undefined): Promise<number> {
  const { referenceText } = await import('../schema/reference.js');
  deliver(referenceText(), out, 'reference.md');
  return 0;
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
