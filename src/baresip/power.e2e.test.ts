/** An agent that is switched off and on: its processes, ports and folders. */
import { describe, expect, test } from 'vitest';
import { agentStateName } from '../model/agent-state.js';
import { LIMIT, cleanBench, testBinaries } from '../testing/agents/agent-bench.js';
import type { Phone } from '../agents/user-agent.js';
import { sipPortsAreFree } from '../agents/ports.js';

const binaries = await testBinaries();

const act = (agent: Phone, verb: 'stop' | 'kill' | 'start') => agent.act(verb, {}, LIMIT);
const portOf = ({ contact }: Phone) => Number(/:(\d+)$/.exec(contact)?.[1]);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe.each(binaries)('baresip $version', (binary) => {
  const { bench } = cleanBench(binary);

  test.each(['stop', 'kill'] as const)('%s: the process is gone, and comes back', async (verb) => {
    const alice = await bench.start('alice');
    const [pid, port] = [alice.pid, portOf(alice)];
    const { seq } = await act(alice, verb);
    expect(bench.entry(seq)).toMatchObject({ type: 'exited', expected: true, by: verb });
    expect(alice.state).toMatchObject({ alive: false, exit: { expected: true } });
    expect(isAlive(pid)).toBe(false);
    expect(await sipPortsAreFree('127.0.0.1', port)).toBe(true);
    const gone = {
      code: 'E_AGENT_GONE',
      details: { what: `the agent is off: ${verb}() was called` },
    };
    await expect(alice.act('hangup', {}, LIMIT)).rejects.toMatchObject(gone);
    await expect(alice.sendAudio(undefined, LIMIT)).rejects.toMatchObject(gone);
    await expect(act(alice, verb)).rejects.toMatchObject(gone);
    const started = await act(alice, 'start');
    expect(bench.entry(started.seq)).toMatchObject({ type: 'started', aor: alice.aor });
    expect(alice.state.alive).toBe(true);
    expect(alice.state.exit).toBeUndefined();
    expect(alice.pid).not.toBe(pid);
    expect(isAlive(alice.pid)).toBe(true);
    expect(await sipPortsAreFree('127.0.0.1', port)).toBe(false);
    await expect(act(alice, 'start')).rejects.toMatchObject({ code: 'E_AGENT_START' });
  });

  test('an agent with the ports of another one is the same to whoever calls it', async () => {
    const [alice, bob] = await Promise.all([bench.start('alice'), bench.start('bob')]);
    for (const verb of ['kill', 'stop'] as const) {
      await act(bob, verb);
      await act(bob, 'start');
      await alice.act('dial', { target: { agent: bob } }, LIMIT);
      await bob.act('accept', {}, LIMIT);
      await bench.until(() => agentStateName(alice.state) === 'Established', 'alice is in a call');
    }
  });

  test.each(['off', 'on'])('at the end, being %s, it leaves nothing', async (how) => {
    const alice = await bench.start('alice');
    await act(alice, 'kill');
    // its recordings are read until the end
    expect(bench.leftFolders()).toHaveLength(1);
    if (how === 'on') await act(alice, 'start');
    const { pid } = alice;
    await alice.stop();
    expect(isAlive(pid)).toBe(false);
    expect(bench.leftFolders()).toEqual([]);
    await expect(act(alice, 'start')).rejects.toMatchObject({ code: 'E_AGENT_GONE' });
  });

  test('ended while it starts again, it leaves nothing', async () => {
    const alice = await bench.start('alice');
    await act(alice, 'kill');
    const starting = act(alice, 'start');
    await expect(act(alice, 'start')).rejects.toMatchObject({ code: 'E_AGENT_START' });
    await alice.stop();
    await starting;
    expect(isAlive(alice.pid)).toBe(false);
    expect(bench.leftFolders()).toEqual([]);
  });

  test('an agent that crashed stays so', async () => {
    const alice = await bench.start('alice');
    process.kill(alice.pid, 'SIGKILL');
    await bench.until(() => !alice.state.alive, 'alice is gone');
    for (const verb of ['start', 'stop', 'kill'] as const)
      await expect(act(alice, verb)).rejects.toMatchObject({ code: 'E_AGENT_CRASHED' });
  });
});
