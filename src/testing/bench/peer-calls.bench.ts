/**
 * (o) Signalling of a peer: two peers of this process call each other over UDP, INVITE to BYE, without audio. CPU is that of both
 * ends, so that of a peer is half. Then what is still remembered of the calls once their transactions have ended (timer J, 32 s).
 */
import { setTimeout as passed } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { AgentContext, PeerAgent } from '../../agents/user-agent.js';
import { built } from './product.js';
import { report } from './figures.js';

const CALLS = 5000;
/** Calls that go on beside each other. */
const BESIDE = 20;
const TRANSACTIONS_END_MS = 34_000;
const LIMIT_MS = 5000;
const MB = 1e6;

const started = (await built('peer/peer.js')) as typeof import('../../peer/peer.js');

test('(o) calls of a peer: their CPU, and what stays of them', async () => {
  const established = new Map<string, () => void>();
  const context = (told?: (call: string) => void): AgentContext => {
    let seq = 0;
    return {
      began: performance.now(),
      emit: (event) => {
        if (event.type === 'call_established') told?.(event.call);
        return { seq: (seq += 1), at: performance.now() };
      },
      sip: () => undefined,
      log: () => undefined,
    };
  };
  const callee = await started.startPeer('callee', {}, context());
  await callee.actAsPeer('on_invite', { steps: [[200, { sdp: false }]] }, LIMIT_MS);
  const caller = await started.startPeer(
    'caller',
    {},
    context((call) => {
      established.get(call)?.();
      established.delete(call);
    }),
  );
  try {
    await calls(caller, callee, CALLS / 10, established);
    await passed(TRANSACTIONS_END_MS);
    const before = heap();
    const cpu = process.cpuUsage();
    const began = performance.now();
    await calls(caller, callee, CALLS, established);
    const { user, system } = process.cpuUsage(cpu);
    const ms = (user + system) / 1000 / CALLS / 2;
    const perSecond = (CALLS / (performance.now() - began)) * 1000;
    await passed(TRANSACTIONS_END_MS);
    report(
      [
        {
          name: '(o) CPU of a peer for 500 calls/s',
          value: ms * 500 * 0.1,
          unit: '%',
          limit: 100,
          from: { ms_each: ms, calls_per_second: perSecond },
        },
        {
          name: `(o) memory that ${CALLS} calls leave behind`,
          value: Math.max(0, heap() - before) / MB,
          unit: 'MB',
          limit: 4,
        },
      ],
      'UDP, no audio',
    );
    expect(established.size).toBe(0);
  } finally {
    await Promise.all([caller.stop(), callee.stop()]);
  }
});

async function calls(
  caller: PeerAgent,
  callee: PeerAgent,
  count: number,
  established: Map<string, () => void>,
): Promise<void> {
  let left = count;
  const chain = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const { value } = await caller.actAsPeer(
        'dial',
        { target: { uri: callee.contact }, options: { sdp: false } },
        LIMIT_MS,
      );
      const { call_id: call } = value as { call_id: string };
      await new Promise<void>((resolve) => {
        established.set(call, resolve);
      });
      await caller.actAsPeer('bye', { call, options: {} }, LIMIT_MS);
    }
  };
  await Promise.all(Array.from({ length: BESIDE }, chain));
}

/** Bytes that are in use after a collection. */
function heap(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
