/**
 * `npm run check`: every step of the gate, two at a time, the longest first. What a step says is shown together when it has
 * ended, and only if it failed, but for the unit tests; all steps run even if one fails.
 */
import { spawn } from 'node:child_process';

const STEPS = ['lint', 'unit', 'types', 'format', 'deps', 'unused', 'generated', 'site'];
const AT_A_TIME = 2;

/** @returns {Promise<boolean>} whether the step passed */
function run(step) {
  const began = performance.now();
  const child = spawn('npm', ['run', '--silent', step], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`${step}: cannot be run: ${error.message}`);
      resolve(false);
    });
    child.on('close', (code) => {
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      console.log(`${code === 0 ? '✓' : '✗'} ${step} (${seconds} s)`);
      if (code !== 0 || step === 'unit') process.stdout.write(Buffer.concat(output));
      resolve(code === 0);
    });
  });
}

const queue = [...STEPS];
async function work() {
  let passed = true;
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    passed = (await run(step)) && passed;
  }
  return passed;
}

const results = await Promise.all(Array.from({ length: AT_A_TIME }, work));
process.exitCode = results.includes(false) ? 1 : 0;
