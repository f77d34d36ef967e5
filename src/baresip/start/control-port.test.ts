import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import {
  acceptedConnections,
  exitFollowsMs,
  isTaken,
  othersAt,
  rowsAt,
  socketsAt,
} from './control-port.js';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const ROW = (local: string, remote: string, state: string, uid: number) =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 123 1 0 100 0 0 10 0`;

test('lines of /proc/net/tcp and tcp6', () => {
  const table = [
    HEAD,
    ROW('0100007F:2F02', '00000000:0000', '0A', 1000),
    ROW(
      `${'0'.repeat(16)}FFFF00000100007F:D431`,
      '0000000000000000FFFF00000100007F:2F02',
      '01',
      33,
    ),
    '',
  ].join('\n');
  const listener = { local: 12034, remote: 0, state: 10, uid: 1000 };
  const client = { local: 54321, remote: 12034, state: 1, uid: 33 };
  expect(rowsAt(12034, table)).toEqual([listener, client]);
  expect(rowsAt(12034, table.trimEnd())).toEqual([listener, client]);
  expect(rowsAt(54321, table)).toEqual([client]);
  // 0x7F and 0x2F0 are only parts of addresses and of other ports
  for (const other of [0, 127, 752])
    expect(rowsAt(other, `${HEAD}\n${ROW('0100007F:2F02', '00000000:1000', '0A', 0)}`)).toEqual([]);
  expect(rowsAt(12034, '')).toEqual([]);
});

test('who is connected beside us, and whose the port is', async () => {
  const server = createServer((socket) => socket.on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ours = connect(port, '127.0.0.1');
  await once(ours, 'connect');
  expect(isTaken(port, ours.localPort)).toBe(false);
  const other = connect(port, '127.0.0.1');
  await once(other, 'connect');
  const known = socketsAt(port) !== undefined;
  const uid = process.getuid?.();
  expect(othersAt(port, ours.localPort)).toEqual(known ? [{ uid }] : []);
  expect(othersAt(port, undefined)).toHaveLength(known ? 2 : 0);
  // an open connection is reported, even if its port was one of ours before
  expect(othersAt(port, ours.localPort, [other.localPort ?? 0])).toHaveLength(known ? 1 : 0);
  expect(isTaken(port, ours.localPort)).toBe(known);
  expect(isTaken(port, ours.localPort, [other.localPort ?? 0])).toBe(known);
  expect(exitFollowsMs(port)).toBe(known ? 20 : 200);
  other.destroy();
  ours.destroy();
  server.close();
  await once(server, 'close');
  expect(exitFollowsMs(port)).toBe(200);
});

test('accepted connections are counted', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const before = acceptedConnections();
  const clients = Array.from({ length: 20 }, () => connect(port, '127.0.0.1'));
  await Promise.all(clients.map((one) => once(one, 'connect')));
  // Others on this machine connect, too.
  if (process.platform !== 'linux') expect(before).toBeUndefined();
  else expect(acceptedConnections()).toBeGreaterThanOrEqual((before ?? NaN) + 20);
  for (const one of clients) one.destroy();
  server.close();
});

test('a connection of ours that is closed is nobody else', async () => {
  const server = createServer({ allowHalfOpen: true }, (socket) =>
    socket.on('error', () => undefined),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const [former, ours] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
  await Promise.all([once(former, 'connect'), once(ours, 'connect')]);
  const end = former.localPort ?? 0;
  former.end();
  await once(former, 'finish');
  // the other end stays open: the system still lists the connection
  expect(othersAt(port, ours.localPort)).toHaveLength(socketsAt(port) === undefined ? 0 : 1);
  expect(othersAt(port, ours.localPort, [end])).toEqual([]);
  former.destroy();
  ours.destroy();
  server.close();
});
