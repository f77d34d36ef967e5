/** Files that a stranger at an agent's control port can make it load, and agents in bubblewrap in general. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LIMIT, cleanBench, testBinaries } from '../../testing/agents/agent-bench.js';
import { isolationOf, type Isolate } from './isolation.js';
import { encodeNetstring } from '../wire/netstring.js';

const NEVER: Isolate = { value: 'never', origin: '--isolate' };
const AUTO: Isolate = { value: 'auto', origin: 'default' };
const ALWAYS: Isolate = { value: 'always', origin: '--untrusted' };
const binaries = await testBinaries();
const works = (await Promise.all(binaries.map(isolationOf))).every(
  (one) => typeof one !== 'string',
);
// a CI server must have bubblewrap
const isolated = test.skipIf(!works && process.env['CI'] !== 'true');

/** The agent's whole answer to one command of a stranger, until the connection ends. */
function answerTo(port: number, command: string, params: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.write(encodeNetstring(JSON.stringify({ command, params })));
    });
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(text);
    });
  });
}

describe.each(binaries)('isolation, baresip $version', (binary) => {
  const { bench } = cleanBench(binary);
  let folder: string;
  beforeEach(() => {
    // in /tmp, not TMPDIR: every user may write there
    folder = mkdtempSync('/tmp/offhook-stranger-');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const portOf = (aor: string) => Number(aor.split(':').pop()) + 2;
  const attack = async (isolate: Isolate): Promise<string> => {
    const module = join(folder, 'evil.so');
    copyFileSync(join(binary.modulePath, 'contact.so'), module);
    const agent = await bench.start('alice', {}, { isolate });
    const path = relative(binary.modulePath, module);
    const answer = await answerTo(portOf(agent.aor), 'insmod', path);
    await bench.until(() => !agent.state.alive, 'the end');
    expect(agent.state.exit?.denial?.code).toBe('E_AGENT_HIJACKED');
    return answer;
  };

  test('without it a module of a stranger is loaded', async () => {
    expect(await attack(NEVER)).toContain('loaded module');
  });

  isolated('with it the module cannot be found', async () => {
    const answer = await attack(ALWAYS);
    expect(answer).toContain('"response":true');
    expect(answer).not.toContain('loaded module');
  });

  isolated('a call is made and heard, and an end is told with its signal', async () => {
    const options = { audio: true } as const;
    const [a, b] = await Promise.all(
      ['alice', 'bob'].map((name) => bench.start(name, options, { isolate: ALWAYS })),
    );
    if (a === undefined || b === undefined) throw new Error('not started');
    await a.act('dial', { target: { agent: b } }, LIMIT);
    await b.act('accept', {}, LIMIT);
    await a.act('hangup', {}, LIMIT);
    process.kill(a.pid, 'SIGKILL');
    await bench.until(() => !a.state.alive, 'the end');
    expect(bench.events('alice').at(-1)).toMatchObject({ type: 'exited', signal: 'SIGKILL' });
    await b.stop();
    expect(bench.events('bob').at(-1)).toMatchObject({ type: 'exited', code: 0, expected: true });
  });

  test('where bubblewrap does not work', async () => {
    const bubblewrap = join(folder, 'bwrap');
    writeFileSync(bubblewrap, '#!/bin/sh\necho "bwrap: No permissions" >&2; exit 1\n', {
      mode: 0o755,
    });
    expect(await isolationOf({ ...binary, bubblewrap })).toBe(
      'bwrap does not work here: bwrap: No permissions',
    );
  });
});

const [first] = binaries;
describe.runIf(first !== undefined)('without bubblewrap', () => {
  const { bubblewrap: _, ...binary } = first ?? { path: '', version: '', modulePath: '' };
  const { bench } = cleanBench(binary);

  test('auto does without it, always is an error', async () => {
    await bench.start('alice', {}, { isolate: AUTO });
    await expect(bench.start('bob', {}, { isolate: ALWAYS })).rejects.toMatchObject({
      code: 'E_ISOLATION',
      message: 'agent "bob": cannot be isolated (required by --untrusted): bwrap was not found',
    });
  });
});
