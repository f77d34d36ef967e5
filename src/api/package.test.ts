/** Limits of what installing Offhook costs: the number of npm packages, and the size of its own files. docs/benchmarks.md has the figures. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MOST_PACKAGES = 8;
const MOST_BYTES = 9_000_000;

const read = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));

test('few packages are installed with it', () => {
  const { packages } = read('package-lock.json') as {
    packages: Record<string, { dev?: true; optional?: true }>;
  };
  // Packages for single platforms are marked as optional: npm installs only the one that fits the machine.
  const installed = Object.entries(packages).filter(
    ([path, { dev, optional }]) => path !== '' && dev !== true && optional !== true,
  );
  expect(installed.length).toBeGreaterThan(2);
  expect(installed.length).toBeLessThanOrEqual(MOST_PACKAGES);
});

/** Its files below a folder of dist, with their paths. */
function shipped(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.map$|\.tsbuildinfo$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

test('what is built is small, and needs no package that is not installed with it', () => {
  const program = shipped('dist/program');
  const files = [...program, ...shipped('dist/guest'), ...shipped('dist/types')];
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  expect(bytes).toBeGreaterThan(1_000_000);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
  const { dependencies } = read('package.json') as { dependencies: object };
  const allowed = new Set([...builtinModules, ...Object.keys(dependencies)]);
  const imported = program
    .filter((file) => file.endsWith('.js'))
    .flatMap((file) => [
      ...readFileSync(file, 'utf8').matchAll(
        /^(?:import|export)\b[^'"\n]*["']([^."'][^"']*)["'];$/gm,
      ),
    ])
    .map(([, name = '']) => name.replace(/^node:/, ''));
  expect(imported).toContain('fs');
  expect(imported.filter((name) => !allowed.has(name))).toEqual([]);
});
