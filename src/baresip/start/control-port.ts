/**
 * Finds out which programs are connected to the control port of an agent.
 *
 * baresip's module ctrl_tcp asks for no password and keeps a single connection: when a second program connects, baresip
 * closes the first one, and the second program commands the agent. So the driver has to know, before it sends passwords,
 * whether the port is another user's, and, once its connection was closed, whether somebody else has connected. Linux lists
 * all TCP sockets of the machine, with their users, in /proc/net/tcp. On other systems these functions find nothing.
 */
import { readFileSync } from 'node:fs';

/** One TCP socket of this machine, with the ports of its local and its remote end. */
export interface TcpSocket {
  local: number;
  remote: number;
  /** Socket states as numbered in Linux's include/net/tcp_states.h. */
  state: number;
  /** The user it belongs to; 0 also for what waits for its end (TIME_WAIT). */
  uid: number;
}

const LISTEN = 10;
const TIME_WAIT = 6;
/** A client on an IPv6 socket reaches 127.0.0.1 as ::ffff:127.0.0.1. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/** The sockets that are, or were until a moment ago, at that port; undefined where the system does not tell. */
export function socketsAt(port: number): readonly TcpSocket[] | undefined {
  try {
    return TABLES.flatMap((path) => parseTable(readFileSync(path, 'latin1'))).filter(
      ({ local, remote }) => local === port || remote === port,
    );
  } catch {
    return undefined;
  }
}

/** Lines of "sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid ..." (proc(5)). */
export function parseTable(text: string): readonly TcpSocket[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local, remote, state, , , , uid] = line.trim().split(/\s+/);
      if (local === undefined || remote === undefined || uid === undefined) return [];
      return [
        {
          local: portOf(local),
          remote: portOf(remote),
          state: parseInt(state ?? '', 16),
          uid: Number(uid),
        },
      ];
    });
}

function portOf(address: string): number {
  return parseInt(address.slice(address.lastIndexOf(':') + 1), 16);
}

/**
 * After a control connection closed: how long the end of the process may take to show, which would explain it. A
 * process that ends closes the listening socket at the same moment, so where somebody still listens it is short.
 */
export function exitFollowsMs(port: number): number {
  return socketsAt(port)?.some((one) => isListener(one, port)) === true ? 20 : 200;
}

/** Whether the port is another user's: what listens there is no agent of ours. */
export function isForeign(port: number): boolean {
  const listeners = socketsAt(port)?.filter((one) => isListener(one, port)) ?? [];
  return listeners.some(({ uid }) => uid !== process.getuid?.());
}

function isListener({ local, state }: TcpSocket, port: number): boolean {
  return local === port && state === LISTEN;
}

/** Connections to the port whose own end is not the port `ours`; with their user, where it is known. */
export function othersAt(port: number, ours: number | undefined): readonly { uid?: number }[] {
  return (socketsAt(port) ?? [])
    .filter(({ local, remote }) => remote === port && local !== ours)
    .map(({ state, uid }) => (state === TIME_WAIT ? {} : { uid }));
}

/** Says, for an error message, that and by whom the control connection was taken over. */
export function takenOver(others: readonly { uid?: number }[]): string {
  const users = [...new Set(others.flatMap(({ uid }) => (uid === undefined ? [] : [uid])))];
  const who = users.length === 0 ? '' : ` (of the user with id ${users.join(', ')})`;
  return `another program${who} connected to the control port of its baresip and took it over`;
}

export const KEEP_OFF =
  'let nothing connect to the ports of agents: no port scan, no program of another user';
