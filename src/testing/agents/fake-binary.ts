/** Makes `fake-baresip.ts` a program in a folder of its own, as a search for baresip would find it. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';

export interface FakeBinary {
  folder: string;
  /** The program; its modules lie beside it. */
  path: string;
  remove(): void;
}

const MODULES = ['g711', 'aufile', 'aubridge', 'account', 'menu', 'ctrl_tcp', 'auconv', 'auresamp'];

export function fakeBaresip(mode: string, modules: readonly string[] = MODULES): FakeBinary {
  const folder = mkdtempSync(join(tmpdir(), 'offhook-fake-'));
  const source = readFileSync(new URL('./fake-baresip.ts', import.meta.url), 'utf8');
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  const program = join(folder, 'fake.mjs');
  writeFileSync(program, ts.transpileModule(source, { compilerOptions: options }).outputText);
  mkdirSync(join(folder, 'modules'));
  for (const name of modules) writeFileSync(join(folder, 'modules', `${name}.so`), '');
  const path = join(folder, 'baresip');
  writeFileSync(path, `#!/bin/sh\nexec "${process.execPath}" "${program}" ${mode} "$@"\n`);
  chmodSync(path, 0o755);
  return {
    folder,
    path,
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
