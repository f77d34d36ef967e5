/** `offhook definitions` and `offhook docs`: the contract as typings and as a reference. */
import { statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { OffhookError } from '../errors.js';
import { makeFolder } from '../app/make-folder.js';

export async function definitionsCommand(out: string | undefined): Promise<number> {
  const { typingsText } = await import('../schema/typings.js');
  return deliver(typingsText(), out, 'offhook.d.ts');
}

export async function docsCommand(out: string | undefined): Promise<number> {
  const { referenceText } = await import('../schema/reference.js');
  return deliver(referenceText(), out, 'reference.md');
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
