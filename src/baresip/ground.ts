/** The ground of a running agent: account, addresses, ports and folder, fixed when it starts. */
import type { Account } from './start/account.js';
import type { Slot } from '../agents/ports.js';
import type { AgentContext, AgentOptions } from '../agents/user-agent.js';
import type { AgentProxy } from '../proxy/proxy.js';
import type { BaresipBinary } from './start/binary.js';
import type { Isolate } from './start/isolation.js';

export interface BaresipContext extends AgentContext {
  binary: BaresipBinary;
  /** Whether other files are hidden from baresip; absent: they are not. */
  isolate?: Isolate;
}

export interface Ground {
  name: string;
  /** The options of agent(), as the script wrote them. */
  options: AgentOptions;
  account: Account;
  /** Whether baresip has the account from its first moment on; else it gets it by a command. */
  accountFromFile: boolean;
  idleAor: string;
  /** Modules that baresip could not load, and why. */
  unloaded: Map<string, string>;
  /** Whether baresip has said that it is ready. By then it has loaded all modules that it can load. */
  isReady: boolean;
  context: BaresipContext;
  address: string;
  /** The SIP port at which others reach the agent. */
  sipPort: number;
  /** The proxy in front of baresip, where the option asks for one. */
  proxy?: AgentProxy | undefined;
  slot: Slot;
  folder: string;
  /** Whether requests go through a proxy or registrar. */
  routed: boolean;
  /** Whether the agent watches its mailbox. */
  mwi: boolean;
  /** How the media addresses are found before a call is made or taken. */
  nat?: AgentOptions['nat'];
  /** How the media of its calls are to be encrypted. */
  encryption?: string | undefined;
  /** Whether a script may hear sent and received audio. */
  audio: boolean;
  /** Whether baresip records sent and received audio. */
  dumps: boolean;
}
