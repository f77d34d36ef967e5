import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs once before the tests: they run the built program, never stale output. */
export default function setup(): void {
  const script = fileURLToPath(new URL('build-if-changed.sh', import.meta.url));
  execFileSync('sh', [script], { stdio: 'inherit' });
}
