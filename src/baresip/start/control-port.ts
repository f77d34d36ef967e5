/**
 * Finds out which programs are connected to the control port of an agent.
 * baresip's module ctrl_tcp asks for no password and keeps a single connection: when a second program
 * connects, baresip closes the first connection, and the second program commands the agent. So the driver has
 * to know, before it sends passwords, whether the port belongs to another user, and, once its connection was
 * closed, whether another program has connected. Linux lists all TCP sockets of the machine, with their
 * users, in /proc/net/tcp. On other systems these functions find nothing. A look at that list takes 10 ms on a machine with much
 * memory, even where it has few sockets, so a start looks only if the number of accepted connections leaves a doubt.
 */
import { readFileSync } from 'node:fs';
import { trace } from '../../trace.js';

/** One TCP socket of this machine, with the ports of its local and its remote end. */
export interface TcpSocket {
  local: number;
  remote: number;
  /** Socket states as numbered in Linux's include/net/tcp_states.h. */
  state: number;
  /** Id of the user who owns the socket; also 0 for a closed socket in TIME_WAIT. */
  uid: number;
}

const ESTABLISHED = 1;
const LISTEN = 10;
const TIME_WAIT = 6;
/** A client on an IPv6 socket reaches 127.0.0.1 as ::ffff:127.0.0.1. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/** The sockets at that port, including those closed a moment ago; undefined where the system does not list them. */
export function socketsAt(port: number): readonly TcpSocket[] | undefined {
  try {
    return TABLES.flatMap((path) => rowsAt(port, readFileSync(path, 'latin1')));
  } catch {
    return undefined;
  }
}

/**
 * How many TCP connections the programs of this machine have accepted since it was started: tcpPassiveOpens (RFC 4022). undefined
 * where the system does not say.
 */
export function acceptedConnections(): number | undefined {
  try {
    const [names = [], values = []] = readFileSync('/proc/net/snmp', 'latin1')
      .split('\n')
      .filter((line) => line.startsWith('Tcp:'))
      .map((line) => line.split(' '));
    const count = Number(values[names.indexOf('PassiveOpens')]);
    return Number.isNaN(count) ? undefined : count;
  } catch {
    return undefined;
  }
}

/**
 * The sockets with that port at either end, of lines "sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt
 * uid ..." (proc(5)). A busy machine has thousands of lines: only those that name the port are taken apart.
 */
export function rowsAt(port: number, table: string): readonly TcpSocket[] {
  const named = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  const rows: TcpSocket[] = [];
  for (let at = table.indexOf(named); at >= 0;) {
    const end = table.indexOf('\n', at);
    const line = table.slice(table.lastIndexOf('\n', at) + 1, end < 0 ? undefined : end);
    const [, local, remote, state, , , , uid] = line.trim().split(/\s+/);
    if (local !== undefined && remote !== undefined && uid !== undefined) {
      const ports = { local: portOf(local), remote: portOf(remote) };
      rows.push({ ...ports, state: parseInt(state ?? '', 16), uid: Number(uid) });
    }
    at = end < 0 ? -1 : table.indexOf(named, end);
  }
  return rows;
}

function portOf(address: string): number {
  return parseInt(address.slice(address.lastIndexOf(':') + 1), 16);
}

/**
 * After a control connection closed: how long to wait for the end of the process, which would explain it. A
 * process that ends closes its listening socket at the same moment, so the wait is short while somebody still
 * listens.
 */
export function exitFollowsMs(port: number): number {
  return socketsAt(port)?.some((one) => isListener(one, port)) === true ? 20 : 200;
}

/**
 * Whether a program of another user listens at the port, which then is no agent of ours, or any client but our own, at the
 * local port `ours`, is connected to it. `former`: as for `othersAt`.
 */
export function isTaken(
  port: number,
  ours: number | undefined,
  former: readonly number[] = [],
): boolean {
  const sockets = socketsAt(port) ?? [];
  const listeners = sockets.filter((one) => isListener(one, port));
  const stranger = listeners.find(({ uid }) => uid !== process.getuid?.());
  if (stranger !== undefined)
    trace.ports?.('', `control port ${port} belongs to the user with id ${stranger.uid}`);
  return stranger !== undefined || clientsOf(sockets, { port, ours, former }).length > 0;
}

function isListener({ local, state }: TcpSocket, port: number): boolean {
  return local === port && state === LISTEN;
}

/**
 * Connections of clients to the port, except ours from the local port `ours`; with their user where known. `former`: local
 * ports of our connections to an earlier process there, which the system still lists for a minute after they were closed.
 */
export function othersAt(
  port: number,
  ours: number | undefined,
  former: readonly number[] = [],
): readonly { uid?: number }[] {
  return clientsOf(socketsAt(port) ?? [], { port, ours, former });
}

function clientsOf(
  sockets: readonly TcpSocket[],
  { port, ours, former }: { port: number; ours: number | undefined; former: readonly number[] },
): readonly { uid?: number }[] {
  const others = sockets
    .filter(({ local, remote }) => remote === port && local !== ours)
    .filter(({ local, state }) => state === ESTABLISHED || !former.includes(local))
    .map(({ state, uid }) => (state === TIME_WAIT ? {} : { uid }));
  if (others.length > 0)
    trace.ports?.('', `control port ${port} has other clients: ${others.length}`);
  return others;
}

/** Says, for an error message, that another program took over the control connection, and whose it was. */
export function takenOver(others: readonly { uid?: number }[]): string {
  const users = [...new Set(others.flatMap(({ uid }) => (uid === undefined ? [] : [uid])))];
  const who = users.length === 0 ? '' : ` (of the user with id ${users.join(', ')})`;
  return `another program${who} connected to the control port of its baresip and took it over`;
}

export const KEEP_OFF =
  'let nothing connect to the ports of agents: no port scan, no program of another user';
