/**
 * The gate. `npm run check` runs every step, two at a time, the longest first.
 *
 * With `--tests`, as `npm test` calls it, it also sets up what is missing and runs the end-to-end tests. Unit tests begin as soon
 * as the npm packages are there and the program is built, while programs are still being installed; the end-to-end tests
 * follow them. The other steps run beside the tests, one at a time and at the lowest priority: they take what the tests
 * leave of the processors.
 *
 * All steps run even if one fails. What a step says is shown when it has ended, and only if it failed; what the tests say is
 * always shown.
 */
import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';

const CHECKS = ['types', 'format', 'deps', 'unused', 'generated', 'site'];
const TESTS = ['unit', 'e2e'];

/** @returns {Promise<boolean>} whether the program ended with exit code 0 */
function ended(child, what) {
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`${what}: cannot be run: ${error.message}`);
      resolve(false);
    });
    child.on('close', (code) => {
      resolve(code === 0);
    });
  });
}

/** Runs a script of package.json. @returns {Promise<boolean>} whether it passed */
async function run(step, { isLive = false, isLow = false } = {}) {
  const began = performance.now();
  const stdio = isLive ? 'inherit' : ['ignore', 'pipe', 'pipe'];
  const child = spawn('npm', ['run', '--silent', step], { stdio });
  // The programs that a step starts inherit its priority.
  if (isLow && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const output = [];
  child.stdout?.on('data', (chunk) => output.push(chunk));
  child.stderr?.on('data', (chunk) => output.push(chunk));
  const passed = await ended(child, step);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${passed ? '✓' : '✗'} ${step} (${seconds} s)`);
  if (!passed || TESTS.includes(step)) process.stdout.write(Buffer.concat(output));
  return passed;
}

/** Runs the steps of the queue in turn. @returns {Promise<boolean>} whether all that it took from the queue passed */
async function work(queue, options) {
  let passed = true;
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    passed = (await run(step, options)) && passed;
  }
  return passed;
}

/** @returns {Promise<boolean>} whether that part of .config/setup.sh passed */
function setUp(part) {
  return ended(spawn('sh', ['.config/setup.sh', part], { stdio: 'inherit' }), 'setup');
}

async function checkAll() {
  const queue = ['lint', 'unit', ...CHECKS];
  const results = await Promise.all([work(queue), work(queue)]);
  return !results.includes(false);
}

async function testAll() {
  const packages = setUp('--packages');
  const programs = setUp('--programs');
  const beside = packages.then((ready) => ready && work(['lint', ...CHECKS], { isLow: true }));
  const unit = (await packages) && (await run('unit', { isLive: true }));
  const ready = (await programs) && (await packages);
  if (!ready) console.log('✗ e2e: not run, because the set-up failed (see above)');
  const e2e = ready && (await run('e2e', { isLive: true }));
  return (await beside) && unit && e2e;
}

const passed = await (process.argv.includes('--tests') ? testAll() : checkAll());
process.exitCode = passed ? 0 : 1;
