/** Audio as users meet it: what --save-audio writes, and what happens when an agent dies while a verb listens to it. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeWav } from '../audio/wav.js';
import { levelOf } from '../audio/level.js';
import { toInt16 } from '../audio/pcm.js';
import { leavingNothing } from '../testing/cli/leftovers.js';
import { runCli } from '../testing/cli/run-cli.js';
import { eventsOf, runFiles, runScenario, steer, writeFiles } from '../testing/cli/run-files.js';
import { leastMs } from '../testing/timing.js';

const MB = 1024 * 1024;
const CALL = `
const [alice, bob] = [agent('alice'), agent('bob')];
alice.dial(bob);
bob.accept();
await_until(() => [alice, bob].forEach((one) => assert(one.state).equals(State.Established)));
`;

/** dBFS of both sides of a saved call. */
function levels(path: string): { left: number; right: number; ms: number } {
  const { channels, ms } = decodeWav(readFileSync(path), path);
  const [left, right] = channels.map((one) => levelOf(toInt16(one).samples));
  return { left: left ?? NaN, right: right ?? NaN, ms };
}

describe.concurrent('--save-audio', () => {
  it('writes a WAV for each call: left what was sent, right what was received', async () => {
    const source = `${CALL} alice.send_audio(tone(440)); bob.verify_audio(440, { for: '600ms', within: '5s' });`;
    const saved: string[] = [];
    const { code } = await runFiles({ 'it.js': source }, ['run', 'it.js', '--save-audio=calls'], {
      after: async (folder) => {
        const files = readdirSync(join(folder, 'calls')).sort();
        saved.push(...files);
        const [a, b] = files.map((name) => levels(join(folder, 'calls', name)));
        expect(a?.left).toBeGreaterThan(-20);
        expect(a?.right).toBeLessThan(-60);
        expect(b?.left).toBeLessThan(-60);
        expect(b?.right).toBeGreaterThan(-20);
        expect(b?.ms).toBeGreaterThanOrEqual(600);
        return Promise.resolve();
      },
    });
    expect(code).toBe(0);
    expect(saved).toEqual(['it-alice-1.wav', 'it-bob-1.wav']);
  });

  it('names files after scenario and agent, says where they lie, and takes the same folder again', async () => {
    const files = { 'it.js': `scenario('a/b: läuft', () => {${CALL} wait('200ms'); });` };
    const { folder: cwd, leftovers } = await writeFiles(files);
    await leavingNothing(leftovers, async () => {
      for (let run = 1; run <= 2; run += 1) {
        const args = ['run', '-q', '--save-audio', 'calls', 'it.js'];
        const { code, stdout } = await runCli(args, { cwd, leftovers });
        expect(code).toBe(0);
        expect(stdout).toContain('alice  call 1 saved: calls/it-a-b-läuft-alice-1.wav');
        expect(readdirSync(join(cwd, 'calls')).sort()).toEqual([
          'it-a-b-läuft-alice-1.wav',
          'it-a-b-läuft-bob-1.wav',
        ]);
      }
    });
  });

  it('places it in the run: a sound is heard in the file when the verb that sends it was carried out', async () => {
    const source = `${CALL} wait('500ms'); alice.send_audio(tone(440)); bob.verify_audio(440, { for: '300ms', within: '5s' });`;
    const args = ['run', 'it.js', '--save-audio=calls', '--reporter=ndjson=run.ndjson'];
    /** How long before or after the verb a sound begins, in ms; each side has its own. */
    const apart: number[] = [];
    const after = (folder: string): Promise<void> => {
      apart.length = 0;
      const events = eventsOf(readFileSync(join(folder, 'run.ndjson'), 'utf8'));
      const [asked, done] = (['verb_started', 'verb_finished'] as const).map(
        (type) => events.find((one) => one.type === type && one.verb === 'send_audio')?.at ?? NaN,
      );
      const saved = events.flatMap((event) => (event.type === 'audio_saved' ? [event] : []));
      expect(saved.map(({ agent }) => agent)).toEqual(['alice', 'bob']);
      for (const { agent, file, start, ...told } of saved) {
        const bytes = readFileSync(join(folder, file));
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        const { channels, rate, ms } = decodeWav(bytes, file);
        expect(told).toMatchObject({ call: 1, ms, bytes: bytes.length, sha256 });
        const side = channels[agent === 'alice' ? 0 : 1] ?? new Float32Array();
        const onset = start + (side.findIndex((one) => Math.abs(one) > 0.02) * 1000) / rate;
        apart.push(Math.max((asked ?? NaN) - onset, onset - (done ?? NaN)));
      }
      return Promise.resolve();
    };
    const most = await leastMs(60, async () => {
      await runFiles({ 'it.js': source }, args, { after });
      return Math.max(...apart);
    });
    expect(most).toBeLessThan(60);
  });

  it('has what verify_audio_connection sends', async () => {
    const source = `${CALL} wait('300ms'); verify_audio_connection(alice, bob);`;
    await runFiles({ 'it.js': source }, ['run', 'it.js', '--save-audio=calls'], {
      after: (folder) => {
        for (const name of ['it-alice-1.wav', 'it-bob-1.wav']) {
          const { left, right } = levels(join(folder, 'calls', name));
          expect(left).toBeGreaterThan(-30);
          expect(right).toBeGreaterThan(-30);
        }
        return Promise.resolve();
      },
    });
  });

  it('leaves valid files when the run is killed', async () => {
    const source = `${CALL} alice.send_audio(tone(440)); bob.verify_audio(440, { for: '500ms', within: '5s' }); log('now'); wait(20);`;
    await steer(
      { 'it.js': source },
      ['run', 'it.js', '--save-audio=calls'],
      async (cli, { folder, leftovers }) => {
        await cli.waitFor('now');
        cli.kill('SIGKILL');
        await cli.done;
        const { right, ms } = levels(join(folder, 'calls/it-bob-1.wav'));
        expect(right).toBeGreaterThan(-20);
        expect(ms).toBeGreaterThan(400);
        // doctor removes the folders of the killed run
        await runCli(['doctor'], { leftovers });
      },
      { within: 10_000 },
    );
  });

  it('says what is wrong with its folder before anything runs', async () => {
    const { code, stderr } = await runFiles({ 'it.js': CALL, here: 'a file' }, [
      'run',
      'it.js',
      '--save-audio=here',
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('--save-audio: "here": cannot be written to: it is not a folder');
    // nobody, not even root, can make a folder here
    const denied = await runFiles({ 'it.js': CALL }, ['run', 'it.js', '--save-audio=/proc/a/b']);
    expect(denied.stderr).toContain('--save-audio: "/proc/a/b": cannot be written to: ENOENT');
  });
});

describe.concurrent('listening', () => {
  it('ends when baresip is killed, and says so', async () => {
    const source = `${CALL} log('listening'); bob.verify_audio(440, '20s');`;
    await steer({ 'it.js': source }, ['run', 'it.js', '--json'], async (cli) => {
      await cli.waitFor('verify_audio');
      const children = ['-o', 'pid=,args=', '--ppid', String(cli.pid)];
      const listed = execFileSync('ps', children, { encoding: 'utf8' });
      const bob = listed.trim().split('\n').at(-1)?.trim().split(' ')[0];
      process.kill(Number(bob), 'SIGKILL');
      const { code, stdout } = await cli.done;
      expect(code).toBe(3);
      expect(stdout).toMatch(
        /baresip ended while listening: signal SIGKILL|ended by itself: signal SIGKILL/,
      );
    });
  });

  it('ends when another program takes over the control port, and says so', async () => {
    const source = `${CALL} bob.verify_audio(440, '20s');`;
    await steer({ 'it.js': source }, ['run', 'it.js', '--json'], async (cli) => {
      await cli.waitFor('"verb":"verify_audio"');
      const port = /"aor":"sip:bob@127\.0\.0\.1:(\d+)"/.exec(cli.stdout())?.[1];
      const stranger = connect({ host: '127.0.0.1', port: Number(port) + 2 });
      stranger.on('error', () => undefined);
      const { code, stdout } = await cli.done;
      stranger.destroy();
      expect(code).toBe(3);
      const failures = eventsOf(stdout).flatMap((event) =>
        event.type === 'scenario_finished' ? event.failures : [],
      );
      expect(failures).toMatchObject([
        { code: 'E_AGENT_HIJACKED', message: expect.stringContaining('took it over') as string },
      ]);
    });
  });

  it('ends when there is too much of it on disk, and says so', async () => {
    const source = `${CALL} bob.verify_audio(440, '20s');`;
    await steer({ 'it.js': source }, ['run', 'it.js', '--json'], async (cli, { leftovers }) => {
      await cli.waitFor('"verb":"verify_audio"');
      const written = readdirSync(leftovers.folder, { recursive: true, encoding: 'utf8' });
      const streams = written.filter((name) => /received-\d+\.wav$/.test(name));
      expect(streams.length).toBe(2);
      // decoded, 27 minutes of opus would be as large
      const much = Buffer.alloc(32 * MB, 1);
      for (const name of streams)
        for (let i = 0; i < 9; i += 1) appendFileSync(join(leftovers.folder, name), much);
      const { code, stdout } = await cli.done;
      expect(code).toBe(1);
      const events = eventsOf(stdout);
      const text = 'audio: the recordings reached 256 MiB on disk (limit) and were dropped';
      expect(JSON.stringify(events)).toContain(text);
      expect(stdout).toContain('verify_audio: too much audio on disk for one agent');
    });
  });

  it('ends with the call, and with Ctrl-C', async () => {
    const over = `${CALL} bob.hangup(); alice.verify_audio(440, '20s');`;
    expect((await runScenario(over)).stdout).toMatch(
      /verify_audio: (?:the call ended while listening|the agent has no call)/,
    );
    const long = `${CALL} bob.verify_audio(440, '20s');`;
    const { code } = await runScenario(long, ['--json'], {
      signalAt: { text: 'verify_audio', signal: 'SIGINT' },
    });
    expect(code).toBe(130);
  });

  it('waits as long as default_timeout says, and is told as it was typed', async () => {
    const source = `${CALL} default_timeout('300ms'); bob.verify_audio(440);`;
    const { stdout } = await runScenario(source);
    expect(stdout).toMatch(/bob +verify_audio\(440\)\n/);
    expect(stdout).toMatch(/440 Hz not heard: silence, .* received.* \(waited 300 ms\)/);
  });

  it('writes nothing down where the option audio is false', async () => {
    const { stdout } = await runScenario(`${CALL} wait('200ms');`, ['--json', '--logs=log.txt']);
    const types = eventsOf(stdout).map(({ type }) => type);
    expect(types).toContain('scenario_finished');
    const recorded = await runScenario(`${CALL} wait('200ms');`, ['--logs']);
    expect(recorded.stderr).toContain('sndfile: dumping');
    const deaf = CALL.replaceAll(/agent\('(\w+)'\)/g, "agent('$1', { audio: false })");
    const unrecorded = await runScenario(`${deaf} wait('200ms');`, ['--logs']);
    expect(unrecorded.stderr).not.toContain('sndfile');
    // --save-audio does not change the verdict
    const saved = await runScenario(`${deaf} bob.verify_audio(440);`, ['--save-audio=calls']);
    expect(saved.stdout).toContain('it was started without audio');
  });
});
