/** `npm run build`: independent steps run at the same time. The file that it writes last marks the build as complete. */
import { spawn } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const BUILT = join(ROOT, 'dist/.built');

/** Runs the scripts one after another; fails as the first of them that does. */
async function inTurn(...scripts) {
  for (const script of scripts) {
    const child = spawn(process.execPath, [join(import.meta.dirname, script)], {
      stdio: 'inherit',
    });
    const code = await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    if (code !== 0) throw new Error(`.config/${script} failed`);
  }
}

rmSync(BUILT, { force: true });
try {
  await inTurn('compile.js');
  // The image needs QuickJS, which the bundle brings, and the page of the reference lies in its folder.
  await Promise.all([
    inTurn('bundle.js', 'guest-image.js', 'docs/reference-page.js'),
    inTurn('types.js', 'page.js'),
  ]);
  chmodSync(join(ROOT, 'dist/program/cli.js'), 0o755);
  writeFileSync(BUILT, '');
} catch (error) {
  console.error(`build: ${error.message}`);
  process.exitCode = 1;
}
