/**
 * The gate. `npm run check` runs every step, two at a time, the longest first. With `--tests`, as `npm test` calls it, all tests
 * run in place of the unit tests, and the other steps run beside them, one at a time and at the lowest priority: they take what
 * the tests leave of the processors. All steps run even if one fails. What a step says is shown when it has ended, and only if
 * it failed; what the tests say is always shown.
 */
import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';

const TESTS = process.argv.includes('--tests') ? 'tests' : 'unit';
const isBeside = TESTS === 'tests';
const CHECKS = ['types', 'format', 'deps', 'unused', 'generated', 'site'];

/** @returns {Promise<boolean>} whether the step passed */
function run(step) {
  const began = performance.now();
  const isShown = step === TESTS;
  const stdio = isShown && isBeside ? 'inherit' : ['ignore', 'pipe', 'pipe'];
  const child = spawn('npm', ['run', '--silent', step], { stdio });
  // The programs that a step starts inherit its priority.
  if (isBeside && !isShown && child.pid !== undefined) {
    setPriority(child.pid, constants.priority.PRIORITY_LOW);
  }
  const output = [];
  child.stdout?.on('data', (chunk) => output.push(chunk));
  child.stderr?.on('data', (chunk) => output.push(chunk));
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`${step}: cannot be run: ${error.message}`);
      resolve(false);
    });
    child.on('close', (code) => {
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      console.log(`${code === 0 ? '✓' : '✗'} ${step} (${seconds} s)`);
      if (code !== 0 || isShown) process.stdout.write(Buffer.concat(output));
      resolve(code === 0);
    });
  });
}

/** @returns {Promise<boolean>} whether all that it took from the queue passed */
async function work(queue) {
  let passed = true;
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    passed = (await run(step)) && passed;
  }
  return passed;
}

const shared = ['lint', TESTS, ...CHECKS];
const queues = isBeside ? [[TESTS], ['lint', ...CHECKS]] : [shared, shared];
const results = await Promise.all(queues.map(work));
process.exitCode = results.includes(false) ? 1 : 0;
