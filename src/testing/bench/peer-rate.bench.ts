/**
 * (p) 500 calls a second: a peer of this process places them for 10 s over UDP, without audio, at another process, which answers
 * each INVITE with 180 and 200; at once after the ACK comes the BYE. CPU is that of this process, so of the peer alone. The other process is
 * SIPp (Debian's sip-tester) where it is installed, and a peer.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as passed } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { sipPortsAreFree, takeSlot } from '../../agents/ports.js';
import type { AgentContext } from '../../agents/user-agent.js';
import { report, percentile } from './figures.js';
import { built } from './product.js';

const RATE = 500;
const SECONDS = 10;
const HOST = '127.0.0.1';
const LIMIT_MS = 5000;
/** A lost datagram is retransmitted for up to 32 s (RFC 3261, 17.1.1.2). */
const SETTLED_MS = 35_000;

const { startPeer } = (await built('peer/peer.js')) as typeof import('../../peer/peer.js');

/** Its own Via is the response's, and there is no body anywhere. */
const response = (line: string, tag = '', repeats = '') => `<send${repeats}><![CDATA[

SIP/2.0 ${line}
[last_Via:]
[last_From:]
[last_To:]${tag}
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
Content-Length: 0

]]></send>`;
const SCENARIO = `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="answers">
<recv request="INVITE" crlf="true"/>
${response('180 Ringing', ';tag=[pid]-[call_number]')}
${response('200 OK', ';tag=[pid]-[call_number]', ' retrans="500"')}
<recv request="ACK" optional="true" crlf="true"/>
<recv request="BYE"/>
${response('200 OK')}
<timewait milliseconds="4000"/>
</scenario>`;

/** A peer that answers, in a process of its own; prints its URI. */
const PEER = `
import { startPeer } from ${JSON.stringify(new URL('../../../dist/peer/peer.js', import.meta.url).href)};
const context = { began: 0, emit: () => ({ seq: 1, at: performance.now() }), sip() {}, log() {} };
const peer = await startPeer('callee', {}, context);
await peer.actAsPeer('on_invite', { steps: [[180], [200, { sdp: false }]] }, 1000);
console.log(peer.contact);
process.stdin.resume().on('end', () => process.exit());`;

interface Callee {
  readonly uri: string;
  stop(): Promise<void>;
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill();
  await gone;
}

async function sipp(): Promise<Callee> {
  const folder = mkdtempSync(join(tmpdir(), 'offhook-sipp-'));
  const file = join(folder, 'answers.xml');
  writeFileSync(file, SCENARIO);
  const slot = await takeSlot(HOST);
  const port = String(slot.sip);
  const child = spawn('sipp', ['-sf', file, '-i', HOST, '-p', port, '-nostdin'], {
    cwd: folder,
    stdio: 'ignore',
  });
  await once(child, 'spawn');
  await expect.poll(() => sipPortsAreFree(HOST, slot.sip), { timeout: LIMIT_MS }).toBe(false);
  return {
    uri: `sip:callee@${HOST}:${port}`,
    stop: async () => {
      await stopped(child);
      slot.release();
      rmSync(folder, { recursive: true });
    },
  };
}

async function peerProcess(): Promise<Callee> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PEER], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const line = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
  return { uri: String(line.value), stop: () => stopped(child) };
}

function isInstalled(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test.each([
  { at: 'a peer', callee: peerProcess, isThere: true },
  { at: 'SIPp', callee: sipp, isThere: isInstalled('sipp') },
])(
  '(p) 500 calls/s at $at',
  async ({ at, callee, isThere }) => {
    if (!isThere) return;
    const other = await callee();
    const begun = new Map<string, number>();
    const setup: number[] = [];
    let over = 0;
    let seq = 0;
    let requests = 0;
    const context: AgentContext = {
      began: performance.now(),
      emit: (event) => {
        if (event.type === 'call_dialed') begun.set(event.call, performance.now());
        if (event.type === 'call_established') established(event.call);
        if (event.type === 'call_closed' && event.ended.how === 'bye') over += 1;
        return { seq: (seq += 1), at: performance.now() };
      },
      sip: (message) => {
        if (message.direction === 'sent' && message.method === 'INVITE') requests += 1;
      },
      log: () => undefined,
    };
    const caller = await startPeer('caller', {}, context);
    const failed: unknown[] = [];
    const act = (work: Promise<unknown>): void => {
      work.catch((error: unknown) => failed.push(error));
    };
    function established(call: string): void {
      setup.push(performance.now() - (begun.get(call) ?? NaN));
      act(caller.actAsPeer('bye', { call, options: {} }, LIMIT_MS));
    }
    try {
      const cpu = process.cpuUsage();
      const began = performance.now();
      let placed = 0;
      while (placed < RATE * SECONDS) {
        const due = Math.min(RATE * SECONDS, ((performance.now() - began) * RATE) / 1000);
        for (; placed < due; placed += 1) {
          const dialled = { target: { uri: other.uri }, options: { sdp: false } };
          act(caller.actAsPeer('dial', dialled, LIMIT_MS));
        }
        await passed(2);
      }
      const seconds = (performance.now() - began) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      const share = (user + system) / 10_000 / seconds;
      const perSecond = placed / seconds;
      await expect.poll(() => over, { timeout: SETTLED_MS, interval: 20 }).toBe(placed);
      report(
        [
          {
            name: '(p) CPU of 500 calls/s',
            value: share,
            unit: '%',
            limit: 100,
            from: {
              calls: placed,
              calls_per_second: perSecond,
              repeated_invites: requests - placed,
              setup_p50: percentile(setup, 50),
              setup_p99: percentile(setup, 99),
            },
          },
        ],
        `UDP, no audio, at ${at}`,
      );
      expect(failed).toEqual([]);
      expect(perSecond).toBeGreaterThan(0.98 * RATE);
    } finally {
      await caller.stop();
      await other.stop();
    }
  },
  90_000,
);
