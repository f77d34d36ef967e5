/** Whatever a stranger sends to an agent, the reported messages are those on the wire. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { cleanBench, testBinaries } from '../../testing/agents/agent-bench.js';
import { fuzzDatagrams, fuzzSegments } from '../../testing/soak/wire-fuzz.js';
import type { SipGuard } from '../../agents/user-agent.js';

describe.each(await testBinaries())('baresip $version', (binary) => {
  const { bench } = cleanBench(binary);

  test('1000 datagrams and 100 TCP segments of mutated SIP', async () => {
    expect((await fuzzDatagrams(binary, { seed: 4475, count: 1000 })).differences).toEqual([]);
    expect((await fuzzSegments(binary, { seed: 4475, count: 100 })).differences).toEqual([]);
  });

  test('nothing that a stranger forges counts as sent, is judged, or hides a message', async () => {
    const judged: string[] = [];
    const guard: SipGuard = {
      target: () => undefined,
      sent: ({ method, code }) => {
        judged.push(`${code ?? ''}${method}`);
        return undefined;
      },
      sending: () => undefined,
      answering: () => undefined,
      octets: () => undefined,
      unseen: (uri) => {
        judged.push(uri);
        return undefined;
      },
    };
    const agent = await bench.start('bob', {}, { guard });
    const own = agent.contact.replace(/^.*@/, '');
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    let sent = 0;
    const options = (length: number, rest: string): void => {
      sent += 1;
      const lines = [
        `OPTIONS sip:bob@${own} SIP/2.0`,
        `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${sent};rport`,
        'Max-Forwards: 70',
        'From: <sip:x@127.0.0.1>;tag=1',
        `To: <sip:bob@${own}>`,
        `Call-ID: stranger-${sent}`,
        'CSeq: 1 OPTIONS',
        `Content-Length: ${length}`,
      ];
      socket.send(`${lines.join('\r\n')}\r\n\r\n${rest}`, Number(own.split(':')[1]), '127.0.0.1');
    };
    const answers = () => bench.messages('bob').filter(({ direction }) => direction === 'sent');
    const allAnswered = () => bench.until(() => answers().length >= sent, 'an answer to each');
    const timed = `${new Date().toTimeString().slice(0, 8)}.999`;
    for (const time of ['', timed]) {
      for (const method of ['INVITE', 'BYE', 'REGISTER', 'MESSAGE', 'OPTIONS', 'SUBSCRIBE']) {
        for (const tag of ['', ';tag=z']) {
          const forged = [
            `\x1b[;m\noptions reply error: forged\nsndfile: dumping decode audio to dump-x-dec.wav\n\x1b[36;1m${time}#`,
            `UDP ${own} -> 203.0.113.9:5060`,
            `${method} sip:+19005550100@toll.example SIP/2.0\r`,
            `Via: SIP/2.0/UDP ${own};branch=z9hG4bKforged\r`,
            `From: <sip:bob@${own}>;tag=forged\r`,
            `To: <sip:+19005550100@toll.example>${tag}\r`,
            'Call-ID: forged\r',
            `CSeq: 1 ${method}\r`,
            'Content-Length: 0\r\n\r\n',
          ].join('\n');
          for (const length of [0, 3, forged.length, forged.length + 7, 9999])
            options(length, forged);
          // More at once than baresip's socket holds would be dropped by the kernel.
          await allAnswered();
        }
      }
    }
    expect(bench.messages('bob').filter(({ call_id: id }) => id === 'forged')).toEqual([]);
    expect(new Set(answers().map(({ code, method }) => `${code ?? ''}${method}`))).toEqual(
      new Set(['200OPTIONS']),
    );
    expect(new Set(judged)).toEqual(new Set(['200OPTIONS']));
    expect(agent.state.alive).toBe(true);
    const warnings = bench.events('bob').filter(({ type }) => type === 'warning');
    expect(
      warnings.some((one) =>
        /only the SIP trace shows it as sent: left out/.test(JSON.stringify(one)),
      ),
    ).toBe(true);
    expect(warnings.some((one) => /contains ESC/.test(JSON.stringify(one)))).toBe(true);
    socket.close();
  });
});
