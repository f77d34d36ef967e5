/** What a peer leaves behind: nothing, however a run ends; and what a script may do wrong with one. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { headerOf, type SipMessage } from '../sip/sip-message.js';
import { runCli } from '../testing/cli/run-cli.js';
import { runScenario, steer } from '../testing/cli/run-files.js';
import { received } from '../testing/samples/sip-text.js';

/** Longer than a BYE and the end of a process take, shorter than any time-out of SIP. */
const END_MS = 5000;
const CALLS = 5;

const ended: (() => unknown)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

/**
 * Answers every request with 200, each INVITE in a dialog of its own.
 * @param isLate it rings, and answers an INVITE when its CANCEL comes
 */
async function server(isLate = false): Promise<{ requests: SipMessage[]; uri: string }> {
  const socket = createSocket('udp4');
  const requests: SipMessage[] = [];
  socket.on('message', (data, from) => {
    const request = received((data.toString().split('\r\n\r\n')[0] ?? '').split('\r\n'));
    requests.push(request);
    if (request.method === 'ACK') return;
    const field = (name: string) =>
      `${name}: ${headerOf(request.headers, name.toLowerCase()) ?? ''}`;
    const to = field('To');
    const answer = (status: string, method = request.method): void => {
      const cseq = `CSeq: ${request.cseq} ${method}`;
      const lines = [
        `SIP/2.0 ${status}`,
        ...['Via', 'From', 'Call-ID'].map(field),
        cseq,
        to.includes('tag=') ? to : `${to};tag=${isLate ? 1 : requests.length}`,
        `Contact: <sip:x@${from.address}:${socket.address().port}>`,
        '',
        '',
      ];
      socket.send(lines.join('\r\n'), from.port, from.address);
    };
    if (isLate && request.method === 'INVITE') {
      answer('180 Ringing');
      return;
    }
    answer('200 OK');
    if (request.method === 'CANCEL') answer('200 OK', 'INVITE');
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  ended.push(() => socket.close());
  return { requests, uri: `sip:x@127.0.0.1:${socket.address().port}` };
}

const UP = `
const p = peer('p');
const calls = Array.from({ length: ${CALLS} }, () => p.dial(env('TARGET')));
await_until(() => assert(calls.filter((one) => one.final?.code === 200).length).equals(${CALLS}));
`;

it.each(['SIGINT', 'SIGTERM'] as const)(
  '%s in the middle of calls: each gets a BYE',
  async (signal) => {
    const { requests, uri } = await server();
    const files = { 'it.js': `${UP}log('calls are up');\nwait(60);` };
    await steer(
      files,
      ['run', '-v', 'it.js', '--timeout', '70s'],
      async (cli) => {
        await cli.waitFor('log: calls are up');
        const began = performance.now();
        cli.kill(signal);
        expect((await cli.done).code).toBe(130);
        expect(performance.now() - began).toBeLessThan(END_MS);
      },
      { env: { TARGET: uri }, timeout: 30_000 },
    );
    expect(requests.filter(({ method }) => method === 'BYE')).toHaveLength(CALLS);
  },
);

it.each([
  { name: 'calls that are open', rest: UP },
  {
    name: 'calls, requests and connections that nobody answers',
    rest: `const q = peer('q', { automatic: { answer: false, trying: false } });
      const r = peer('r', { transport: 'tcp' });
      r.dial(q, { late_offer: true, ack: '30s' });
      r.request('OPTIONS', q);
      q.dial('sip:nobody@127.0.0.1:9');
      q.subscribe('dialog', 'sip:nobody@127.0.0.1:9');
      q.on_invite([[180, { reliable: true }], ['30s', 200]]);`,
  },
  {
    name: 'sessions that are to be refreshed',
    rest: `const [q, r] = [peer('q'), peer('r')];
      q.on_invite([[200, { session_timer: { expires: 90, refresher: 'uas' } }]]);
      const call = r.dial(q, { session_timer: { expires: 90 } });
      await_until(() => assert(call.final?.code).equals(200));`,
  },
])('a run ends by itself: $name', async ({ rest }) => {
  const { uri } = await server();
  const began = performance.now();
  const { code, stdout } = await runScenario(rest, [], { env: { TARGET: uri }, timeout: 30_000 });
  expect(code, stdout).toBe(0);
  // No timer of a transaction (32 s) keeps the process.
  expect(performance.now() - began).toBeLessThan(2 * END_MS);
});

it('what a script does wrong is told, and breaks nothing', async () => {
  const folder = fileURLToPath(new URL('../../scenarios/peer', import.meta.url));
  const { code, stdout } = await runCli(['run', 'bad.js', '--jobs', '4'], { cwd: folder });
  expect(code, stdout).toBe(0);
  expect(stdout).toContain('64 scenarios: 64 passed');
});

it('a 200 that crosses the CANCEL is acknowledged, and the call ends by BYE', async () => {
  const { requests, uri } = await server(true);
  const source = `const p = peer('p');
p.dial(env('TARGET'));
await_until(() => assert(p.state).equals(State.Ringing));
p.hangup();
assert(p.ended).contains({ by: 'local', how: 'bye' });`;
  const { code, stdout } = await runScenario(source, ['--set', `TARGET=${uri}`]);
  expect(stdout).toContain('1 passed');
  expect(code).toBe(0);
  expect(requests.map(({ method }) => method)).toEqual(['INVITE', 'CANCEL', 'ACK', 'BYE']);
});
