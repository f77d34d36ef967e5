/** Opens the proxy in front of an agent that asks for one (docs/decisions/0033-proxy-in-front-of-an-agent.md). */
import type { Slot } from '../../agents/ports.js';
import type { AgentOptions } from '../../agents/user-agent.js';
import type { AgentProxy } from '../../proxy/proxy.js';
import { hasCapability } from '../capabilities.js';
import { trace } from '../../trace.js';
import type { Account } from './account.js';
import { PortTaken } from './bring-up.js';

export interface ProxyPlace {
  readonly address: string;
  readonly sipPort: number;
  readonly slot: Slot;
  readonly account: Account;
}

/** Opens the proxy; returns undefined for an agent without one. @throws PortTaken */
export async function openProxy(
  name: string,
  options: AgentOptions,
  version: string,
  { address, sipPort, slot, account }: ProxyPlace,
): Promise<AgentProxy | undefined> {
  if (options.proxy !== true) return undefined;
  const { headers, verify_tls, ca_file } = options;
  const [phonePort, innerPort] = slot.inner;
  const [{ AgentProxy: Proxy }, { peerAccount }] = await Promise.all([
    import('../../proxy/proxy.js'),
    import('../../signalling/account.js'),
  ]);
  const opening = Proxy.open({
    address,
    port: sipPort,
    phonePort,
    innerPort,
    account: { ...peerAccount(name, options, address, sipPort), outbound: account.outbound },
    verifyTls: verify_tls === true,
    caFile: ca_file,
    headers: headers ?? {},
    knowsReplaces: hasCapability(version, 'replaces'),
    isMd5Only: !hasCapability(version, 'digest_sha256'),
  });
  return opening.catch((error: unknown) => {
    trace.ports?.(name, `the proxy does not listen: ${(error as Error).message}`);
    throw new PortTaken();
  });
}
