/**
 * Mutated SIP, sent to an agent as datagrams and as segments of TCP. A tap at the other end of the wire keeps every
 * byte that went either way; what the driver says was received and sent is held against it.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { startAgent } from '../../baresip/agent.js';
import type { BaresipBinary } from '../../baresip/start/binary.js';
import type { Phone } from '../../agents/user-agent.js';
import { Mutator } from './mutations.js';
import { type Given, receivedDifferences, sentDifferences, tiled } from './wire-tap.js';

/** An address of its own for the peer: nobody else listens at its SIP port. */
const PEER_HOST = '127.0.0.2';
/** Where baresip sends the response to a request that has no Via. */
const NO_VIA = `${PEER_HOST}:5060`;
/** Datagrams sent in a row: few enough not to overflow a socket's buffer. */
const AT_ONCE = 20;
/** Datagrams for one agent before it is replaced, because an agent keeps some state of each call. */
const OF_ONE_AGENT = 1000;
const OF_ONE_CONNECTION = 100;
const START_LIMIT_MS = 15_000;
const ANSWER_LIMIT_MS = 5000;
/** When an answer has not come by then, a Content-Length that is too long has swallowed the request. */
const SWALLOWED_MS = 300;
const SHOWN = 12;

export interface Fuzz {
  readonly seed: number;
  readonly count: number;
}

export interface Fuzzing {
  /** Between the driver's log of messages and the tap; the first ones. */
  readonly differences: string[];
  /** How many datagrams or segments were sent. */
  readonly given: number;
  /** How many received and sent messages the driver has reported. */
  readonly messages: number;
  /** How often baresip itself crashed: it was started again. What it read last cannot be compared. */
  readonly crashes: number;
}

/** What one agent has reported about one end of the wire. */
interface Told {
  readonly received: string[];
  readonly sent: string[];
}

interface Fuzzed {
  readonly agent: Phone;
  readonly address: string;
  /** @returns what was told of the other end with that address */
  told(remote: string): Told;
  /** What was reported about addresses that belong to no peer. */
  toldBeside(): string[];
  /** A peer has these addresses now: what was told of an earlier one is forgotten. */
  meet(...remotes: string[]): void;
  /** How many datagrams baresip says it could not read. */
  refused(): number;
  crashed(): boolean;
}

async function startFuzzed(binary: BaresipBinary): Promise<Fuzzed> {
  const told = new Map<string, Told>();
  const peers = new Set<string>();
  let refused = 0;
  let crashed = false;
  const of = (remote: string): Told => {
    const known = told.get(remote) ?? { received: [], sent: [] };
    told.set(remote, known);
    return known;
  };
  const agent = await startAgent(
    'fuzzed',
    {},
    {
      binary,
      emit: (event) => {
        if (event.type === 'exited' && !event.expected) crashed = true;
        return { seq: 0, at: performance.now() };
      },
      began: 0,
      sip: ({ direction, remote }, raw) => of(remote)[direction].push(raw),
      log: (line) => {
        if (/^sip: msg decode err/.test(line)) refused += 1;
      },
    },
    START_LIMIT_MS,
  );
  return {
    agent,
    address: agent.contact.replace(/^.*@/, ''),
    told: of,
    toldBeside: () =>
      [...told]
        .filter(([remote]) => !peers.has(remote))
        .flatMap(([remote, { received, sent }]) => [
          ...received.map((raw) => `received from '${remote}', which sent nothing: ${raw}`),
          ...sent.map((raw) => `sent to '${remote}', which is not a peer: ${raw}`),
        ]),
    meet: (...remotes) => {
      const both: Told = { received: [], sent: [] };
      for (const remote of remotes) {
        told.set(remote, both);
        peers.add(remote);
      }
    },
    refused: () => refused,
    crashed: () => crashed,
  };
}

/** One end of the wire: keeps what arrives. */
async function tap(port = 0) {
  const socket = createSocket('udp4');
  const taken: Buffer[] = [];
  let heard = (): void => undefined;
  socket.on('message', (data) => {
    taken.push(data);
    heard();
  });
  socket.bind(port, PEER_HOST);
  await once(socket, 'listening');
  return {
    socket,
    taken,
    address: `${PEER_HOST}:${socket.address().port}`,
    /** The next datagram, or 50 ms. */
    next: () =>
      new Promise<void>((resolve) => {
        heard = resolve;
        setTimeout(resolve, 50);
      }),
  };
}

export async function fuzzDatagrams(
  binary: BaresipBinary,
  { seed, count }: Fuzz,
): Promise<Fuzzing> {
  const differences: string[] = [];
  let [given, messages, crashes] = [0, 0, 0];
  while (given < count && differences.length === 0) {
    const from = seed + given;
    const one = await fuzzOneAgent(binary, {
      seed: from,
      count: Math.min(OF_ONE_AGENT, count - given),
    });
    differences.push(...one.differences.map((what) => told(binary, from, what)));
    given += one.given;
    messages += one.messages;
    crashes += one.crashes;
  }
  return { differences: differences.slice(0, SHOWN), given, messages, crashes };
}

function told({ version }: BaresipBinary, seed: number, what: string): string {
  return `seed ${seed}, baresip ${version}: ${what}`;
}

async function fuzzOneAgent(binary: BaresipBinary, { seed, count }: Fuzz): Promise<Fuzzing> {
  const fuzzed = await startFuzzed(binary);
  const peer = await tap();
  const noVia = await tap(5060);
  for (const { address } of [peer, noVia]) fuzzed.meet(address);
  const [host = '', port = ''] = fuzzed.address.split(':');
  const mutator = new Mutator(seed, { agent: fuzzed.address, peer: peer.address });
  const given: Buffer[] = [];
  const send = (bytes: Buffer): void => {
    given.push(bytes);
    peer.socket.send(bytes, Number(port), host);
  };
  const answered = async (id: string): Promise<boolean> => {
    send(Buffer.from(probe(fuzzed.address, peer.address, 'UDP', id)));
    const until = performance.now() + ANSWER_LIMIT_MS;
    while (!peer.taken.some((one) => one.includes(`Call-ID: ${id}\r\n`))) {
      if (fuzzed.crashed() || performance.now() > until) return false;
      await peer.next();
    }
    return true;
  };
  const differences: string[] = [];
  let sent = 0;
  while (sent < count) {
    for (let one = 0; one < AT_ONCE; one += 1, sent += 1) {
      const bytes = mutator.next();
      // re takes what is that short for a keep-alive
      if (bytes.length > 4) send(bytes);
    }
    if (await answered(`probe-${seed}-${sent}`)) continue;
    if (!fuzzed.crashed()) differences.push(`no answer after ${given.length} datagrams`);
    break;
  }
  await fuzzed.agent.stop();
  peer.socket.close();
  noVia.socket.close();
  const crashed = fuzzed.crashed();
  const { received, sent: answers } = fuzzed.told(peer.address);
  const without = fuzzed.told(NO_VIA);
  differences.push(
    ...receivedDifferences(given, received, { refused: fuzzed.refused(), crashed }),
    ...sentDifferences(peer.taken, answers, crashed),
    ...sentDifferences(noVia.taken, without.sent, crashed),
    ...without.received.map((raw) => `received from ${NO_VIA}, which sent nothing: ${raw}`),
    ...fuzzed.toldBeside(),
  );
  const messages = received.length + answers.length + without.sent.length;
  return { differences, given: sent, messages, crashes: crashed ? 1 : 0 };
}

function probe(agent: string, peer: string, transport: string, id: string): string {
  return [
    `OPTIONS sip:agent@${agent} SIP/2.0`,
    `Via: SIP/2.0/${transport} ${peer};branch=z9hG4bK${id};rport`,
    'Max-Forwards: 70',
    `From: <sip:peer@${peer}>;tag=${id}`,
    `To: <sip:agent@${agent}>`,
    `Call-ID: ${id}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

/** The same over TCP: the stream is cut into segments anywhere; after an error baresip closes the connection. */
export async function fuzzSegments(binary: BaresipBinary, { seed, count }: Fuzz): Promise<Fuzzing> {
  let fuzzed = await startFuzzed(binary);
  const differences: string[] = [];
  let [given, messages, crashes] = [0, 0, 0];
  try {
    for (let connections = 1; given < count && differences.length === 0; connections += 1) {
      const from = seed + connections;
      const one = await fuzzConnection(fuzzed, from, count - given);
      differences.push(...one.differences.map((what) => told(binary, from, what)));
      given += one.given;
      messages += one.messages;
      if (!fuzzed.crashed()) continue;
      crashes += 1;
      await fuzzed.agent.stop();
      fuzzed = await startFuzzed(binary);
    }
  } finally {
    await fuzzed.agent.stop();
  }
  return { differences: differences.slice(0, SHOWN), given, messages, crashes };
}

async function fuzzConnection(
  fuzzed: Fuzzed,
  seed: number,
  most: number,
): Promise<Omit<Fuzzing, 'crashes'>> {
  const [host = '', port = ''] = fuzzed.address.split(':');
  const to = { host, port: Number(port), localAddress: PEER_HOST };
  const socket = connect({ ...to, noDelay: true });
  const state = { open: true };
  let taken = Buffer.alloc(0);
  const given: Given = { stream: Buffer.alloc(0), read: 0 };
  socket.on('data', (chunk) => (taken = Buffer.concat([taken, chunk])));
  socket.on('error', () => undefined);
  socket.on('close', () => (state.open = false));
  await once(socket, 'connect');
  const peer = `${PEER_HOST}:${socket.localPort ?? 0}`;
  const mutator = new Mutator(seed, { agent: fuzzed.address, peer });
  // To a request without a Via that it can read baresip answers on its connection; its trace shows that address.
  fuzzed.meet(peer, NO_VIA);
  const until = async (holds: () => boolean): Promise<boolean> => {
    const end = performance.now() + SWALLOWED_MS;
    while (state.open && !holds()) {
      if (performance.now() > end) return false;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return holds();
  };
  let segments = 0;
  let answers = true;
  while (state.open && answers && segments < most && segments < OF_ONE_CONNECTION) {
    const id = `probe-${seed}-${segments}`;
    const messages = Array.from({ length: 1 + mutator.below(3) }, () => mutator.next());
    const stream = Buffer.concat([
      ...messages,
      Buffer.from(probe(fuzzed.address, peer, 'TCP', id)),
    ]);
    given.stream = Buffer.concat([given.stream, stream]);
    for (let at = 0; at < stream.length;) {
      const size = 1 + mutator.below(stream.length);
      socket.write(stream.subarray(at, at + size));
      at += size;
      segments += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    // A Content-Length that is too long swallows the probe as well: then this connection has told enough.
    answers = await until(() => taken.includes(`Call-ID: ${id}\r\n`));
    if (answers) given.read = given.stream.length;
  }
  socket.destroy();
  // Everything the trace says about this connection stands before the answer that readAll() waits for.
  const last = connect(to);
  last.on('error', () => undefined);
  if (!fuzzed.crashed()) await readAll(fuzzed);
  last.destroy();
  const { received, sent } = fuzzed.told(peer);
  return {
    given: segments,
    messages: received.length + sent.length,
    differences: [
      ...tiled('received', given.stream, received, fuzzed.crashed() ? 0 : given.read),
      ...tiled('sent', taken, sent, fuzzed.crashed() ? 0 : taken.length),
      ...fuzzed.toldBeside(),
    ],
  };
}

/** A message of our own goes the whole way through baresip and its trace, and everything before it has. */
async function readAll(fuzzed: Fuzzed): Promise<void> {
  const { socket, address, next } = await tap();
  fuzzed.meet(address);
  const [host = '', port = ''] = fuzzed.address.split(':');
  socket.send(probe(fuzzed.address, address, 'UDP', `all-${address}`), Number(port), host);
  const until = performance.now() + ANSWER_LIMIT_MS;
  while (fuzzed.told(address).sent.length === 0 && performance.now() < until) await next();
  socket.close();
}
