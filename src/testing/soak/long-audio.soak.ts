/** Calls longer than the files agents play: a tone is given to baresip again every 55 s, silence every 15 s. */
import { expect, test } from 'vitest';
import { runScenario } from '../cli/run-files.js';

const SECONDS = Number(process.env['SOAK_AUDIO'] ?? '130');

test(`a tone and silence without a break for ${SECONDS} s`, async () => {
  const { stdout, code } = await runScenario(
    `const [alice, bob] = [agent('alice'), agent('bob')];
    alice.dial(bob);
    bob.accept();
    alice.send_audio(tone(440));
    bob.verify_audio(440);
    bob.verify_audio(440, { for: '${SECONDS}s', within: '${SECONDS + 5}s' });
    alice.verify_silence({ for: '40s', within: '45s' });`,
    ['-q', '--timeout', '10m'],
    { timeout: (SECONDS + 90) * 1000 },
  );
  expect(code, stdout).toBe(0);
});
