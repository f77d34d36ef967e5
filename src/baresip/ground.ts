/** What a running agent stands on: its account, addresses, ports and folder, fixed when it starts. */
import type { Account } from './start/account.js';
import type { Slot } from './start/ports.js';
import type { AgentContext, AgentOptions } from '../agents/user-agent.js';
import type { BaresipBinary } from './start/binary.js';
import type { Isolate } from './start/isolation.js';

export interface BaresipContext extends AgentContext {
  binary: BaresipBinary;
  /** Whether baresip is kept from the files of others; without it, it is not. */
  isolate?: Isolate;
}

export interface Ground {
  name: string;
  account: Account;
  idleAor: string;
  context: BaresipContext;
  address: string;
  sipPort: number;
  slot: Slot;
  folder: string;
  /** Whether requests go through a proxy or registrar. */
  routed: boolean;
  /** Whether the agent watches its mailbox. */
  mwi: boolean;
  /** How the addresses of its media are found: before a call is made or taken. */
  nat?: AgentOptions['nat'];
  /** How the media of its calls are to be encrypted. */
  encryption?: string | undefined;
  /** Whether a script may hear what is sent and received. */
  audio: boolean;
  /** Whether baresip writes down what is sent and received. */
  dumps: boolean;
}
