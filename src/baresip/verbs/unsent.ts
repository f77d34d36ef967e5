/** Explains why a REGISTER could not leave: a problem of host, port or certificate, and what to do about it. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { OffhookError } from '../../errors.js';
import { hostPort } from '../../agents/address.js';
import type { Limit } from '../../agents/limit.js';
import type { RunningAgent } from '../running-agent.js';

const LOOKUP_MS = 2000;
/** Time for a look-up when the limit is used up: enough for a name in the hosts file or in a cache. */
const LAST_LOOKUP_MS = 200;
/** baresip's words for a name without an address, on every version. */
const NO_ADDRESS = /^Destination address required|^No such host|^no answer/;
/** baresip's log line about a certificate that OpenSSL does not accept. */
const UNTRUSTED = /verify_handler: error_string = (.*)/;

/** `said`: baresip's explanation, or that nothing was sent in time; `limit`: of the verb. */
export async function unsent(
  agent: RunningAgent,
  said: string,
  limit: Limit,
): Promise<OffhookError> {
  const { account } = agent.ground;
  const server = account.nextHop ?? '';
  const problem = (what: string, hint: string): OffhookError =>
    agent.problem('E_REGISTER', 'register', `REGISTER was not sent: ${what}`, hint);
  const [, name = server, port] = /^(.*?)(?::(\d+))?$/.exec(server) ?? [];
  if (isIP(name.replace(/^\[|\]$/g, '')) === 0 && NO_ADDRESS.test(said)) {
    const address = await addressOf(name, Math.max(LAST_LOOKUP_MS, limit.atMost(LOOKUP_MS).left()));
    if (address === 'no answer')
      return problem(
        `${said}, and no name server has answered for the host "${name}"`,
        'check the name servers of this machine, or write an IP address',
      );
    if (address === undefined)
      return problem(
        `the host "${name}" is not known: its name has no address`,
        'check the spelling of domain and outbound, or write an IP address',
      );
    const instead = port === undefined ? address : hostPort(address, Number(port));
    return problem(
      `baresip found no address of the host "${name}"`,
      `baresip asks name servers only, never the hosts file: write "${instead}" instead`,
    );
  }
  const refused = /refused/.test(said);
  if (account.transport === 'tls' && !refused) {
    const why = agent.lastLines.map((line) => UNTRUSTED.exec(line)?.[1]).findLast(Boolean);
    return why === undefined
      ? problem(
          `TLS with ${server} failed: ${said}`,
          'check that this is the TLS port, usually 5061: 5060 is usually for UDP and TCP',
        )
      : problem(`the certificate of ${server} is not trusted: ${why}`, trustHint(why));
  }
  return problem(
    said,
    refused
      ? `nothing listens at ${server}: check the port and the transport, and that the registrar runs`
      : 'check domain, outbound and transport',
  );
}

function trustHint(why: string): string {
  const otherwise = 'or leave verify_tls out';
  if (/expired|not yet valid/.test(why)) return `renew it, ${otherwise}`;
  if (/mismatch/.test(why)) return `set domain to the host it was issued for, ${otherwise}`;
  return `set ca_file to the certificate of the authority that signed it, ${otherwise}`;
}

/** The address of the name on this machine, its hosts file included; undefined if it has none. */
async function addressOf(name: string, limitMs: number): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'no answer'>((resolve) => {
    timer = setTimeout(resolve, limitMs, 'no answer');
  });
  const found = lookup(name, { order: 'ipv4first' }).then(
    ({ address }) => address,
    (error: unknown) =>
      (error as NodeJS.ErrnoException).code === 'EAI_AGAIN' ? ('no answer' as const) : undefined,
  );
  const address = await Promise.race([found, late]);
  clearTimeout(timer);
  return address;
}
