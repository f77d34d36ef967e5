import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { artifactsFolder } from './output-folders.js';

const root = mkdtempSync(join(tmpdir(), 'offhook-folders-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});
const NONE = { artifacts: undefined, artifactsOn: undefined, saveAudio: undefined };

test('artefacts are kept where they were asked for, calls recorded unless they are anyway', () => {
  expect(artifactsFolder(NONE, root)).toBeUndefined();
  const artifacts = join(root, 'deep/er');
  const { recordings = '', ...rest } = artifactsFolder({ ...NONE, artifacts }, root) ?? {};
  expect(rest).toEqual({ folder: artifacts, on: 'failure', cwd: root });
  expect(existsSync(recordings)).toBe(true);
  const flags = { artifacts, artifactsOn: 'always', saveAudio: true } as const;
  expect(artifactsFolder(flags, root)).toEqual({ folder: artifacts, on: 'always', cwd: root });
});

test('what cannot be meant is refused', () => {
  const use = (flags: Partial<typeof NONE | Record<keyof typeof NONE, string>>) => () =>
    artifactsFolder({ ...NONE, ...flags }, root);
  expect(use({ artifactsOn: 'always' })).toThrow('--artifacts-on: there is no folder');
  expect(use({ artifactsOn: 'sometimes' })).toThrow('--artifacts-on: there is no "sometimes"');
  writeFileSync(join(root, 'file'), '');
  expect(use({ artifacts: join(root, 'file') })).toThrow(
    `--artifacts: "${join(root, 'file')}": cannot be written to: it is not a folder`,
  );
});
