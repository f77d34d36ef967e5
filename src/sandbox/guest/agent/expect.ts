/** `expect()` of an agent or a peer: the next message of a kind, each given once. */
import { said } from '../../../errors.js';
import { headerLines } from '../../../sip/headers.js';
import type { SipMessage as Traced } from '../../../sip/sip-message.js';
import { durationMs, formatMs, type Duration } from '../../../time.js';
import type { BegunWait } from '../../guest-protocol.js';
import { messageWith, type SipMessage } from './sip-log.js';
import { failure } from '../failure.js';
import { failIfEnded, waiting } from '../wait/await-until.js';
import * as world from '../world.js';

interface ExpectOptions {
  readonly header?: Readonly<Record<string, string | RegExp>>;
  readonly within?: Duration;
  readonly in?: string;
}

/** Numbers of the log entries that expect() has given, by agent. */
const given = new Map<string, Set<number>>();
/** Messages named in an error. */
const SHOWN = 5;

/** @param what "agent" or "peer", for messages */
export function expectMessage(
  agent: string,
  args: unknown[],
  what: 'agent' | 'peer' = 'agent',
): SipMessage {
  const wanted = args[0] as string | number;
  const options = (args[1] ?? {}) as ExpectOptions;
  const run = ({ at: began, ms }: BegunWait): SipMessage => {
    const taken = given.get(agent) ?? new Set<number>();
    given.set(agent, taken);
    for (let at = began; ; at = world.awaitEntries(began + ms)) {
      const entry = world
        .sipOf(agent)
        .find(
          ({ seq, event }) =>
            !taken.has(seq) && event.type === 'sip' && isWanted(event.message, wanted, options),
        );
      const message = entry === undefined ? undefined : messageWith(entry);
      if (entry !== undefined && message !== undefined) {
        taken.add(entry.seq);
        world.moveTo(agent, entry.seq);
        return message;
      }
      failIfEnded(String(wanted), [agent], world.headOf);
      if (at >= began + ms) throw missing(agent, what, wanted, options, ms);
    }
  };
  const limit = options.within === undefined ? {} : { ms: limitOf(options.within) };
  return waiting('expect', args, run, { agent, ...limit });
}

/** An invalid duration is refused by the check that follows. */
function limitOf(within: Duration): number {
  try {
    return durationMs(within);
  } catch {
    return 0;
  }
}

function isWanted(
  message: Traced,
  wanted: string | number,
  { header = {}, in: dialog }: ExpectOptions,
): boolean {
  if (message.direction !== 'received') return false;
  const isKind =
    typeof wanted === 'number'
      ? message.code === wanted
      : message.code === undefined && message.method.toUpperCase() === wanted.toUpperCase();
  if (!isKind || (dialog !== undefined && message.call_id !== dialog)) return false;
  return Object.entries(header).every(([name, pattern]) =>
    headerLines(message.headers, name).some((value) =>
      typeof pattern === 'string' ? value.includes(pattern) : pattern.test(value),
    ),
  );
}

function missing(
  agent: string,
  kind: 'agent' | 'peer',
  wanted: string | number,
  { header = {} }: ExpectOptions,
  ms: number,
): Error {
  const headers = Object.entries(header).map(([name, one]) => `${name}: ${String(one)}`);
  const what = [`no ${wanted}`, ...(headers.length === 0 ? [] : [`with ${headers.join(', ')}`])];
  const came = world.sipOf(agent).flatMap(({ event }) => {
    if (event.type !== 'sip' || event.message.direction !== 'received') return [];
    const { code, method } = event.message;
    return [code === undefined ? method : `${code} (${method})`];
  });
  const seen = came.length === 0 ? 'nothing came' : `received: ${came.slice(-SHOWN).join(', ')}`;
  return failure({
    code: 'E_AWAIT_TIMEOUT',
    ...said({
      subject: `${kind} "${agent}"`,
      verb: 'expect',
      what: `${what.join(' ')} came (waited ${formatMs(ms)})`,
      seen,
    }),
    agents: [agent],
  });
}
