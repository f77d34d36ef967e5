/** Adds up vitest's JSON reports: prints "N passed, N failed"; fails when a report is missing or not good. */
import { existsSync, readFileSync } from 'node:fs';

let passed = 0;
let failed = 0;
let good = true;
for (const file of process.argv.slice(2)) {
  if (!existsSync(file)) {
    process.stderr.write(`${file} is missing: those tests did not run to the end\n`);
    good = false;
    continue;
  }
  const report = JSON.parse(readFileSync(file, 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  good &&= report.success;
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = good && failed === 0 && passed > 0 ? 0 : 1;
