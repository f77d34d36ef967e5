/** `offhook trace`: a call that was really made, told from its record. */
import { expect, it } from 'vitest';
import { leavingNothing } from '../../testing/cli/leftovers.js';
import { runCli, type CliResult } from '../../testing/cli/run-cli.js';
import { writeFiles } from '../../testing/cli/run-files.js';

const SUITE = `
scenario('busy', () => {
  const [a, b] = [agent('alice'), agent('bob')];
  a.dial(b);
  await_until(() => assert(b.state).equals(State.Ringing));
  b.reject();
  await_until(() => assert(a.state).equals(State.Established), '1s');
});
scenario('fine', () => assert(1).equals(1));
`;

it('trace: what failed, the ladder around it, parts of it, and names that are misspelt', async () => {
  const { folder, leftovers } = await writeFiles({ 'suite.js': SUITE });
  await leavingNothing(leftovers, async () => {
    const cli = (...words: string[]): Promise<CliResult> =>
      runCli(words, { cwd: folder, leftovers });
    const unnamed = await cli('trace');
    expect(unnamed.code).toBe(2);
    expect(unnamed.stderr).toMatch(/no record is named\n +hint: .*--artifacts/);
    await cli('run', 'suite.js', '--reporter=ndjson=run.ndjson', '--artifacts');
    const whole = await cli('trace', 'run.ndjson');
    expect(whole.code).toBe(0);
    expect(whole.stdout).toMatch(/E_AWAIT_TIMEOUT/);
    const order = ['alice.dial(', 'INVITE', '180 Ringing', 'bob.reject(', '486 Rejected -'];
    const places = order.map((text) => whole.stdout.indexOf(text));
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(places[0]).toBeGreaterThan(0);
    expect(whole.stdout).not.toContain('suite.js › fine');
    expect((await cli('trace')).stdout).toMatch(/suite\.js › busy[^]*E_AWAIT_TIMEOUT/);
    const none = await cli('trace', 'run.ndjson', '--scenario=fine');
    expect(none.stdout).toMatch(/passed in/);
    const early = await cli('trace', 'run.ndjson', '--at=600s');
    expect(early.stdout).toMatch(/nothing to show/);
    const odd = await cli('trace', 'run.ndjson', '--scenario=buzy');
    expect(odd.code).toBe(2);
    expect(odd.stderr).toMatch(/did you mean "busy"\?/);
    const nobody = await cli('trace', 'run.ndjson', '--agent=bop');
    expect(nobody.stderr).toMatch(/did you mean "bob"\?/);
  });
});
