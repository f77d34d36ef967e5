/** A run ends when its report does: no timer of the driver keeps the process. */
import { expect, it } from 'vitest';
import { steer } from '../testing/cli/run-files.js';
import { leastMs } from '../testing/timing.js';

/** Between the last line of the report and the end of the process; any timer of the driver takes longer than that. */
const LONGEST_MS = 400;
const PAIR = `const [alice, bob] = [agent('alice'), agent('bob')];`;
const CALL = `${PAIR} alice.dial(bob); bob.accept();
  await_until(() => assert(alice.state).equals(State.Established));`;

it.each([
  ['a call', `${CALL} alice.hangup();`],
  ['a call that is still up', CALL],
  ['a call that still rings', `${PAIR} alice.dial(bob);`],
  ['a call on hold', `${CALL} alice.hold();`],
  ['a transfer', `${CALL} alice.transfer(bob.contact);`],
  ['a message and a ping', `${PAIR} alice.message(bob, 'hi'); alice.ping(bob);`],
  ['an answer that never comes', `${PAIR} bob.stop(); alice.dial(bob);`],
])('%s', async (_, source) => {
  const took = await leastMs(LONGEST_MS, () =>
    steer({ 'it.js': source }, ['run', 'it.js', '--json'], async (cli) => {
      await cli.waitFor('"type":"run_finished"');
      const finished = performance.now();
      await cli.done;
      return performance.now() - finished;
    }),
  );
  expect(took).toBeLessThan(LONGEST_MS);
});
