/** The scripts of a run in its record. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RunEvent } from '../../model/run-event.js';
import { leavingNothing } from '../../testing/cli/leftovers.js';
import { runCli } from '../../testing/cli/run-cli.js';
import { eventsOf, writeFiles } from '../../testing/cli/run-files.js';

type Source = Extract<RunEvent, { type: 'source' }>;

const FILES = {
  'tests/suite.js': `import { place } from './lib/calls.js';
import { LONG } from './long.js';
import data from './data.json';
const words = 'tr0ub4dor & three';
const lines = \`of two
lines\`;
scenario('one', () => { place(agent('alice', { password: words }), data.number); });
scenario('two', () => {
  const pin = '4711';
  const account = {
    username: 'bob',
    password: env('PATH'),
    display_name: 'Bob',
  };
  log(LONG.length, pin, account.username, lines);
  assert(pin).equals('none');
});
`,
  'tests/lib/calls.js': `export const place = (one, number) => one.dial('sip:' + number + '@127.0.0.1:9');\n`,
  'tests/long.js': `export const LONG = '${'x'.repeat(256 * 1024)}';\n`,
  'tests/data.json': '{ "number": "100" }\n',
  'tests/other.js': `scenario('three', async () => { const { late } = await import('./lib/late.js'); assert(late).equals(2); });\n`,
  'tests/lib/late.js': 'export const late = 1;\n',
  'tests/broken.js': `scenario('never', () => {};\n`,
  'tests/left-out.js': `scenario('left out', () => {});\n`,
};

const sourcesIn = (events: readonly RunEvent[]): Source[] =>
  events.flatMap((event) => (event.type === 'source' ? [event] : []));

it('holds the text of each script once, as places name it, without passwords', async () => {
  const { folder: cwd, leftovers } = await writeFiles(FILES);
  await leavingNothing(leftovers, async () => {
    const env = { SUITE_PASSWORD: 'of two\nlines' };
    const run = async (name: string, ...args: string[]): Promise<RunEvent[]> => {
      const all = ['run', 'tests', `--reporter=ndjson=${name}`, '--reporter=ndjson', ...args];
      const { stdout } = await runCli(all, { cwd, leftovers, env });
      expect(sourcesIn(eventsOf(stdout))).toEqual([]);
      return eventsOf(readFileSync(join(cwd, name), 'utf8'));
    };
    const grep = ['--scenario', 're:one|two|three', '--jobs=2'];
    const events = await run('once.ndjson', ...grep, '--repeat=2');
    const sources = sourcesIn(events);
    const named = ['broken.js', 'lib/calls.js', 'lib/late.js', 'other.js', 'suite.js'];
    expect(sources.map(({ file }) => file).sort()).toEqual(named.map((name) => `tests/${name}`));
    expect(events.slice(-1 - sources.length).map(({ type }) => type)).toEqual([
      ...sources.map(() => 'source'),
      'run_finished',
    ]);
    const paths = new Set(sources.map(({ path }) => path));
    const places = events.flatMap((event) =>
      event.type === 'verb_started' || event.type === 'log' || event.type === 'assertion'
        ? [event.location?.file]
        : [],
    );
    expect(places.length).toBeGreaterThan(5);
    for (const place of places) expect(paths).toContain(place);

    const suite = sources.find(({ file }) => file === 'tests/suite.js')?.text ?? '';
    const masked = [/tr0ub4dor & three/, /4711/].reduce(
      (text, secret) => text.replace(secret, '***'),
      FILES['tests/suite.js'],
    );
    expect(suite).toBe(masked.replace('of two\nlines', '***\n'));

    const parts = ['1.ndjson', '2.ndjson'];
    for (const [index, part] of parts.entries()) {
      await run(part, ...grep, `--shard=${index + 1}/2`);
    }
    await runCli(['report', ...parts, '--reporter=ndjson=whole.ndjson'], { cwd, leftovers });
    const whole = sourcesIn(eventsOf(readFileSync(join(cwd, 'whole.ndjson'), 'utf8')));
    expect(whole.map(({ path }) => path).sort()).toEqual([...paths].sort());
  });
});
