/** Agents for tests of the driver: started with a log that can be looked into and waited on, removed afterwards. */
import type { SipMessage } from '../../sip/sip-message.js';
import type { BaresipContext } from '../../baresip/ground.js';
import { readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, expect } from 'vitest';
import { startAgent } from '../../baresip/agent.js';
import type { AgentOptions, Phone } from '../../agents/user-agent.js';
import { findBaresip, type BaresipBinary } from '../../baresip/start/binary.js';
import type { AgentEvent } from '../../model/agent-event.js';
import { rawPeer, type PeerAnswer, type RawPeer } from './raw-peer.js';

/** In ms, for verbs and waits that are to succeed: a machine that runs other tests beside may stall for seconds. */
export const LIMIT = 20_000;

/** The versions named in OFFHOOK_TEST_BARESIP, else the version that a user would get. */
export function testBinaries(): Promise<BaresipBinary[]> {
  const { OFFHOOK_TEST_BARESIP: named = '', PATH: searchPath = '' } = process.env;
  const paths = named.split(delimiter).filter(Boolean);
  if (paths.length === 0) return Promise.all([findBaresip({ searchPath })]);
  return Promise.all(paths.map((path) => findBaresip({ path, searchPath })));
}

export interface Bench {
  start(
    name: string,
    options?: AgentOptions,
    more?: Pick<BaresipContext, 'guard' | 'isolate'>,
    limit?: number,
  ): Promise<Phone>;
  events(agent: string): AgentEvent[];
  entry(seq: number): AgentEvent | undefined;
  messages(agent: string): SipMessage[];
  lines(agent: string): string[];
  /** Looks again at each event and message. */
  until(holds: () => boolean, what: string): Promise<void>;
  stopAll(): Promise<void>;
  /** Folders of agents this process has left behind. */
  leftFolders(): string[];
}

/** A bench for the tests of a describe block, and raw peers for it: after each of them nothing may be left. */
export function cleanBench(binary: BaresipBinary): {
  bench: Bench;
  peer: (answer: PeerAnswer) => Promise<RawPeer>;
} {
  const bench = testBench(binary);
  const peers: RawPeer[] = [];
  afterEach(async () => {
    await bench.stopAll();
    for (const one of peers.splice(0)) one.close();
    expect(bench.leftFolders()).toEqual([]);
  });
  return {
    bench,
    async peer(answer) {
      const made = await rawPeer(answer);
      peers.push(made);
      return made;
    },
  };
}

export function testBench(binary: BaresipBinary): Bench {
  const log: { agent: string; event: AgentEvent }[] = [];
  const trace: { agent: string; message: SipMessage }[] = [];
  const output: { agent: string; line: string }[] = [];
  const watching = new Set<() => void>();
  let agents: Phone[] = [];
  const began = performance.now();
  const wake = () => {
    for (const look of [...watching]) look();
  };
  return {
    async start(name, options = {}, more = {}, limit = LIMIT) {
      const agent = await startAgent(
        name,
        options,
        {
          ...more,
          binary,
          emit: (event) => {
            log.push({ agent: name, event });
            // The driver's own state is up to date only after this returns.
            queueMicrotask(wake);
            return { seq: log.length - 1, at: performance.now() - began };
          },
          began,
          sip: (message) => {
            trace.push({ agent: name, message });
            queueMicrotask(wake);
          },
          log: (line) => output.push({ agent: name, line }),
        },
        limit,
      );
      agents.push(agent);
      return agent;
    },
    events: (agent) => log.filter((one) => one.agent === agent).map((one) => one.event),
    entry: (seq) => log[seq]?.event,
    messages: (agent) => trace.filter((one) => one.agent === agent).map((one) => one.message),
    lines: (agent) => output.filter((one) => one.agent === agent).map((one) => one.line),
    until: (holds, what) =>
      new Promise((resolve, reject) => {
        const done = (act: () => void) => {
          clearTimeout(timer);
          watching.delete(look);
          act();
        };
        const look = () => {
          if (holds()) done(resolve);
        };
        const timer = setTimeout(() => {
          done(() => {
            reject(new Error(`not seen: ${what}; events: ${JSON.stringify(log.slice(-10))}`));
          });
        }, LIMIT);
        watching.add(look);
        look();
      }),
    async stopAll() {
      await Promise.all(agents.map((agent) => agent.stop()));
      agents = [];
      log.length = trace.length = output.length = 0;
    },
    leftFolders,
  };
}

function leftFolders(): string[] {
  const folders = readdirSync(tmpdir()).filter((name) => name.startsWith('offhook-agent-'));
  return folders.filter((name) => {
    try {
      return readFileSync(join(tmpdir(), name, 'pid'), 'utf8').startsWith(`${process.pid} `);
    } catch {
      return false;
    }
  });
}
