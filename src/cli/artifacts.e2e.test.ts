/** `--artifacts`: what is left of a run whose scenarios fail. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { eventsOf, runFiles } from '../testing/cli/run-files.js';

const schema = JSON.parse(
  readFileSync(new URL('../schema/run-event.schema.json', import.meta.url), 'utf8'),
) as object;
const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

const CALLS = `
const account = (user) => ({
  domain: env('SIP_DOMAIN'),
  outbound: env('SIP_PROXY'),
  username: env(user + '_USER'),
  password: env(user + '_PASS'),
});
const call = () => {
  const [alice, bob] = [agent('alice', account('A')), agent('bob', account('B'))];
  for (const one of [alice, bob]) {
    one.register();
    await_until(() => assert(one.registered).is_true());
  }
  alice.dial(bob);
  bob.accept();
  await_until(() => assert(alice.state).equals(State.Established));
  wait('300ms');
};
scenario('good', call);
scenario('bad', () => {
  call();
  log('password is', env('A_PASS'));
  assert(1).equals(2);
});
`;

it('keeps events, SIP, logs, configurations and audio of what failed, without secrets', async () => {
  const files = new Map<string, Buffer>();
  const { stdout } = await runFiles(
    { 'calls.js': CALLS },
    ['run', 'calls.js', '--lab', '--json', '--artifacts', 'out/art'],
    {
      after: (folder) => {
        for (const [name, content] of filesOf(join(folder, 'out/art'))) files.set(name, content);
        return Promise.resolve();
      },
    },
  );
  const told = eventsOf(stdout).flatMap((event) => (event.type === 'artifact' ? [event] : []));
  expect(eventsOf(stdout).filter((event) => !validate(event))).toEqual([]);
  expect(stdout).not.toContain('audio_saved');
  expect(told.map(({ file }) => file).sort()).toEqual(
    [...files.keys()].map((name) => `out/art/${name}`).sort(),
  );
  expect(told.map(({ name }) => name).sort()).toEqual([
    ...['agents.log', 'agents/alice/accounts', 'agents/alice/config'],
    ...['agents/bob/accounts', 'agents/bob/config', 'audio/alice-1.wav', 'audio/bob-1.wav'],
    ...['events.ndjson', 'sip.pcapng', 'sip.txt', 'status.json'],
  ]);
  for (const { name, sha256 } of told) {
    const content = files.get(`002-calls-bad/${name}`) ?? Buffer.alloc(0);
    expect(createHash('sha256').update(content).digest('hex')).toBe(sha256);
    expect(content.includes('pw-alice')).toBe(false);
  }
  const text = (name: string): string => files.get(`002-calls-bad/${name}`)?.toString() ?? '';
  expect(eventsOf(text('events.ndjson')).filter((event) => !validate(event))).toEqual([]);
  expect(text('agents/alice/accounts')).toMatch(/^<sip:alice@[^>]+>.*;auth_pass="\*\*\*"/);
  expect(text('agents/bob/config')).toMatch(/^sip_listen\s+127\.0\.0\.1:\d+$/m);
  expect(text('sip.txt')).toMatch(/REGISTER -+>[^]*- INVITE -/);
  expect(text('audio/alice-1.wav').slice(0, 4)).toBe('RIFF');
});

/** Content of all files below a folder, by path. */
function filesOf(folder: string): [string, Buffer][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    return entry.isFile() ? [[path.slice(folder.length + 1), readFileSync(path)]] : [];
  });
}
