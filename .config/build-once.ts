import { execFileSync } from 'node:child_process';

/** Runs once before the tests: they run the built program, never stale output. */
export default function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
