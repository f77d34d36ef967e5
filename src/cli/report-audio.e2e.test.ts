/** Audio in the page of `--reporter html`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGE_DATA_ID, type PageData } from '../story/page-data.js';
import { runFiles, steer } from '../testing/cli/run-files.js';

const CALLS = `
const call = () => {
  const [alice, bob] = [agent('alice'), agent('bob')];
  alice.dial(bob);
  bob.accept();
  await_until(() => assert(alice.state).equals(State.Established));
  alice.send_audio(tone(440));
  bob.verify_audio(440, { for: '500ms', within: '5s' });
};
scenario('good', call);
scenario('bad', () => { call(); log('now'); assert(1).equals(2); });
`;

function dataOf(path: string): PageData {
  const page = readFileSync(path, 'utf8');
  const [, text = ''] =
    new RegExp(`<script[^>]*id="${PAGE_DATA_ID}"[^>]*>([^]*?)</script>`).exec(page) ?? [];
  return JSON.parse(text) as PageData;
}

describe('--report-audio', () => {
  it.each([
    ['failed', ['bad']],
    ['all', ['good', 'bad']],
    ['none', []],
  ])('%s', async (value, having) => {
    const attempts: PageData['attempts'][number][] = [];
    const args = ['run', 'calls.js', '--reporter=html=page.html', `--report-audio=${value}`];
    const { stdout } = await runFiles({ 'calls.js': CALLS }, args, {
      after: (folder) => {
        attempts.push(...dataOf(join(folder, 'page.html')).attempts);
        expect(readdirSync(folder).sort()).toEqual(['.offhook', 'calls.js', 'page.html']);
        return Promise.resolve();
      },
    });
    expect(stdout).not.toContain('saved:');
    expect(
      attempts.filter(({ audio }) => audio.length > 0).map(({ scenario }) => scenario.name),
    ).toEqual(having);
    for (const { audio, at, ms } of attempts) {
      for (const side of audio) {
        const isTone = (side.agent === 'alice') === (side.side === 'sent');
        const tones = side.marks.flatMap((mark) => (mark.kind === 'tone' ? [mark] : []));
        // a busy machine may leave gaps in the tone, and beside a gap it may seem to be another one by a hertz or two
        const heard = tones.flatMap(({ hz }) => hz ?? []);
        const isNear = heard.map((hz) => Math.abs(hz - 440) <= 2);
        expect([...new Set(isNear)]).toEqual(isTone ? [true] : []);
        expect(side.at).toBeGreaterThan(at);
        expect(side.at + (side.samples * 1000) / side.rate).toBeLessThan(at + ms + 500);
      }
      if (audio.length > 0) {
        expect(audio.map(({ agent, side }) => `${agent} ${side}`)).toEqual([
          ...['alice sent', 'alice received', 'bob sent', 'bob received'],
        ]);
      }
    }
  });

  it('shares its recordings with --artifacts', async () => {
    const args = ['run', 'calls.js', '--reporter=html=page.html', '--artifacts=art'];
    await runFiles({ 'calls.js': CALLS }, args, {
      after: (folder) => {
        const bad = dataOf(join(folder, 'page.html')).attempts.at(-1);
        expect(bad?.audio).toHaveLength(4);
        expect(readdirSync(join(folder, 'art'))).toEqual(['002-calls-bad']);
        expect(readdirSync(join(folder, 'art/002-calls-bad/audio')).sort()).toEqual([
          'alice-1.wav',
          'bob-1.wav',
        ]);
        return Promise.resolve();
      },
    });
  });

  it.each([1, 2])('leaves nothing after Ctrl-C, pressed %d times', async (times) => {
    const source = CALLS.replace("log('now')", "log('now'); wait(20)");
    await steer(
      { 'calls.js': source },
      ['run', 'calls.js', '--reporter=html=page.html', '-v'],
      async (cli) => {
        await cli.waitFor('log: now');
        cli.kill('SIGINT');
        if (times === 2) cli.kill('SIGINT');
        expect((await cli.done).code).toBe(130);
      },
      { within: 10_000 },
    );
  });

  it('knows no other words', async () => {
    const args = ['run', 'calls.js', '--reporter=html', '--report-audio=some'];
    const { code, stderr } = await runFiles({ 'calls.js': CALLS }, args);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'offhook: --report-audio: there is no "some"\n  hint: use failed, all or none\n',
    );
  });
});
