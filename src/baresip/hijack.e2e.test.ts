/** Other programs at the control port of an agent, which is SIP port + 2 of its group. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { LIMIT, cleanBench, testBinaries } from '../testing/agents/agent-bench.js';
import { processesNaming } from '../testing/cli/leftovers.js';
import { encodeNetstring } from './wire/netstring.js';
import type { Phone } from '../agents/user-agent.js';

const binaries = await testBinaries();
const hijacked = {
  code: 'E_AGENT_HIJACKED',
  message: expect.stringMatching(/^agent "alice": control connection: another program/) as string,
};

const controlPort = ({ aor }: Phone): number => Number(aor.split(':').pop()) + 2;

describe.each(binaries)('a stranger at the control port, baresip $version', (binary) => {
  const { bench } = cleanBench(binary);
  const strangers: Socket[] = [];
  afterEach(() => {
    for (const one of strangers.splice(0)) one.destroy();
  });
  const stranger = async (agent: Phone): Promise<Socket> => {
    const socket = connect({ host: '127.0.0.1', port: controlPort(agent) });
    socket.on('error', () => undefined);
    strangers.push(socket);
    await once(socket, 'connect');
    return socket;
  };

  test.each<[string, (socket: Socket) => void]>([
    ['stays', () => undefined],
    ['leaves at once, as a port scan', (socket) => socket.destroy()],
    ['leaves without a word', (socket) => socket.resetAndDestroy()],
    ['writes HTTP', (socket) => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    [
      'gives a command',
      (socket) => socket.write(encodeNetstring(JSON.stringify({ command: 'reginfo' }))),
    ],
  ])('one who %s ends the agent and its waits', async (_, act) => {
    const agent = await bench.start('alice');
    const waiting = expect(agent.act('accept', {}, LIMIT)).rejects.toMatchObject(hijacked);
    const began = performance.now();
    act(await stranger(agent));
    await waiting;
    // The wait itself would last as long as its limit.
    expect(performance.now() - began).toBeLessThan(LIMIT / 2);
    await bench.until(() => !agent.state.alive, 'the end');
    expect(bench.events('alice').at(-1)).toMatchObject({
      type: 'exited',
      expected: true,
      denial: { code: 'E_AGENT_HIJACKED' },
    });
    await expect(
      agent.act('dial', { target: { uri: 'sip:x@127.0.0.1:9' } }, LIMIT),
    ).rejects.toMatchObject(hijacked);
  });

  test('the error names the user of who stays', async () => {
    const agent = await bench.start('alice');
    await stranger(agent);
    await bench.until(() => !agent.state.alive, 'the end');
    expect(agent.state.exit?.denial?.message).toContain(
      `(of the user with id ${process.getuid?.()})`,
    );
  });

  // The agent comes back with its old ports, which the stranger tries until it is let in.
  test('one who is there first: the agent gets another process, or none', async () => {
    const agent = await bench.start('alice');
    const port = controlPort(agent);
    await agent.act('stop', {}, LIMIT);
    let met: readonly number[] = [];
    const knock = (): void => {
      const socket = connect({ host: '127.0.0.1', port });
      strangers.push(socket);
      socket.on('error', () => setImmediate(knock));
      socket.once('connect', () => {
        met = processesNaming('offhook-agent-').map(({ pid }) => pid);
      });
    };
    knock();
    const refusal = await agent.act('start', {}, LIMIT).catch((error: unknown) => error);
    expect(met).not.toEqual([]);
    if (refusal instanceof Error)
      expect(refusal).toMatchObject({
        code: expect.stringMatching(/^E_AGENT_(START|HIJACKED)$/) as string,
      });
    else if (met.includes(agent.pid)) await bench.until(() => !agent.state.alive, 'the end');
  });

  test('one who has the port: nobody connects to it', async () => {
    const agent = await bench.start('alice');
    await agent.act('stop', {}, LIMIT);
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    server.listen(controlPort(agent), '127.0.0.1');
    await once(server, 'listening');
    await expect(agent.act('start', {}, LIMIT)).rejects.toMatchObject({
      code: 'E_AGENT_START',
      message: expect.stringContaining('its ports were taken by another program') as string,
    });
    expect(connections).toBe(0);
    server.close();
  });

  test('its end by itself is told as what it is', async () => {
    const agent = await bench.start('alice');
    process.kill(agent.pid, 'SIGKILL');
    await bench.until(() => !agent.state.alive, 'the end');
    expect(agent.state.exit).toMatchObject({ expected: false });
  });
});
