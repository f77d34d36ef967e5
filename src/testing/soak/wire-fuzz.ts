/**
 * Mutated SIP, sent to an agent as datagrams and as segments of TCP. A tap at the other end of the wire keeps every
 * byte that went either way; what the driver says was received and sent is held against it. Each function returns
 * what differs, for the caller to hold against [].
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { isUtf8 } from 'node:buffer';
import { startAgent } from '../../baresip/agent.js';
import type { BaresipBinary } from '../../baresip/binary.js';
import type { BaresipAgent } from '../../baresip/user-agent.js';
import { Mutator } from './mutations.js';

const HOST = '127.0.0.1';
/** So many datagrams in a row are in no danger of filling a socket's buffer. */
const AT_ONCE = 20;
/** An agent keeps some state of each call: it is replaced now and then. */
const OF_ONE_AGENT = 1000;
const START_LIMIT_MS = 15_000;
const ANSWER_LIMIT_MS = 5000;
/** When an answer has not come by then, a Content-Length that is too long has swallowed the request. */
const SWALLOWED_MS = 300;
const SHOWN = 12;

export interface Fuzz {
  readonly seed: number;
  readonly count: number;
}

/** What one agent told of one end of the wire. */
interface Told {
  readonly received: string[];
  readonly sent: string[];
}

interface Fuzzed {
  readonly agent: BaresipAgent;
  readonly address: string;
  /** By the address of the other end. */
  told(remote: string): Told;
  /** A connection got that address: what was told of an earlier one is forgotten. */
  forget(remote: string): void;
  /** How many datagrams baresip says it could not read. */
  refused(): number;
  crashed(): boolean;
}

async function startFuzzed(binary: BaresipBinary): Promise<Fuzzed> {
  const told = new Map<string, Told>();
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
        return 0;
      },
      sip: ({ direction, remote }, raw) => of(remote)[direction].push(raw),
      log: (line) => {
        if (/^sip: msg decode err/.test(line)) refused += 1;
      },
    },
    START_LIMIT_MS,
  );
  const address = agent.contact.replace(/^.*@/, '');
  const forget = (remote: string) => void told.delete(remote);
  return { agent, address, told: of, forget, refused: () => refused, crashed: () => crashed };
}

/** Text as the driver shows it: each line UTF-8 where it is that. */
function textOf(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0x0a, at) + 1;
    const line = bytes.subarray(at, end === 0 ? bytes.length : end);
    text += line.toString(isUtf8(line) ? 'utf8' : 'latin1');
    at += line.length;
  }
  return text;
}

/** A datagram without what lies behind its Content-Length, as RFC 3261, 18.3 has it. */
function messageIn(datagram: Buffer): Buffer {
  const text = datagram.toString('latin1');
  const empty = /\n\r*\n/.exec(text);
  if (empty === null) return datagram;
  const end = empty.index + empty[0].length;
  const fields = text.slice(0, end).replace(/\r*\n\r*[ \t]/g, ' ');
  const lengths = [...fields.matchAll(/\n\r*(?:content-length|l)[ \t\r]*:[ \t\r]*([^\n]*)/gi)];
  const value = lengths.at(-1)?.[1]?.replace(/[ \t\r]+$/, '') ?? '';
  return /^\d+$/.test(value) ? datagram.subarray(0, end + Number(value)) : datagram;
}

/** Up to the first end mark: all that is certain of a datagram with marks in it and a wrong Content-Length. */
function beforeMark(datagram: Buffer): Buffer | undefined {
  const empty = /\n\r*\n/.exec(datagram.toString('latin1'));
  const mark = datagram.indexOf('\x1b[;m\n', empty?.index ?? 0);
  return mark < 0 ? undefined : datagram.subarray(0, mark);
}

export async function fuzzDatagrams(
  binary: BaresipBinary,
  { seed, count }: Fuzz,
): Promise<string[]> {
  const found: string[] = [];
  for (let at = 0; at < count; at += OF_ONE_AGENT)
    found.push(
      ...(await fuzzOneAgent(binary, {
        seed: seed + at,
        count: Math.min(OF_ONE_AGENT, count - at),
      })),
    );
  return found.slice(0, SHOWN);
}

async function fuzzOneAgent(binary: BaresipBinary, { seed, count }: Fuzz): Promise<string[]> {
  const fuzzed = await startFuzzed(binary);
  const socket = createSocket('udp4');
  const taken: Buffer[] = [];
  const given: Buffer[] = [];
  let heard = (): void => undefined;
  socket.on('message', (data) => {
    taken.push(data);
    heard();
  });
  socket.bind(0, HOST);
  await once(socket, 'listening');
  const peer = `${HOST}:${socket.address().port}`;
  const [host = '', port = ''] = fuzzed.address.split(':');
  const mutator = new Mutator(seed, { agent: fuzzed.address, peer });
  const send = (bytes: Buffer): void => {
    given.push(bytes);
    socket.send(bytes, Number(port), host);
  };
  const answered = async (id: string): Promise<boolean> => {
    send(Buffer.from(probe(fuzzed.address, peer, 'UDP', id)));
    const until = performance.now() + ANSWER_LIMIT_MS;
    while (!taken.some((one) => one.includes(`Call-ID: ${id}\r\n`))) {
      if (fuzzed.crashed() || performance.now() > until) return false;
      await new Promise<void>((resolve) => {
        heard = resolve;
        setTimeout(resolve, 50);
      });
    }
    return true;
  };
  const found: string[] = [];
  for (let sent = 0; sent < count && found.length === 0; sent += AT_ONCE) {
    for (let one = 0; one < AT_ONCE; one += 1) {
      const bytes = mutator.next();
      // re takes what is that short for a keep-alive
      if (bytes.length > 4) send(bytes);
    }
    if (await answered(`probe-${seed}-${sent}`)) continue;
    if (fuzzed.crashed()) break;
    found.push(`seed ${seed}: no answer after ${given.length} datagrams`);
  }
  await fuzzed.agent.stop();
  socket.close();
  const told = fuzzed.told(peer);
  return [
    ...found,
    ...differences('received', given, told.received, fuzzed),
    ...sentDifferences(taken, told.sent, fuzzed),
  ].map((one) => `seed ${seed}, baresip ${binary.version}: ${one}`);
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

/** Every message told is the next of the datagrams given; those left out are as many as baresip refused. */
function differences(
  what: string,
  given: readonly Buffer[],
  told: readonly string[],
  fuzzed: Fuzzed,
): string[] {
  let at = 0;
  let left = 0;
  for (const raw of told) {
    const from = at;
    while (at < given.length && !isTold(given[at] ?? Buffer.alloc(0), raw)) at += 1;
    if (at === given.length)
      return [
        `${what} ${JSON.stringify(raw)}, expected one of ${JSON.stringify(given.slice(from, from + 3).map(textOf))}`,
      ];
    left += at - from;
    at += 1;
  }
  left += given.length - at;
  // Of a crash nobody can tell how many it read before.
  if (fuzzed.crashed() || left === fuzzed.refused()) return [];
  return [
    `${left} of ${given.length} datagrams are not in the trace, baresip refused ${fuzzed.refused()}`,
  ];
}

function isTold(datagram: Buffer, raw: string): boolean {
  // What baresip prints of a datagram begins at its start line.
  const blank = /^(?:\r?\n)*/.exec(datagram.toString('latin1'))?.[0].length ?? 0;
  const bytes = datagram.subarray(blank);
  if (textOf(messageIn(bytes)) === raw) return true;
  const certain = beforeMark(bytes);
  return certain !== undefined && textOf(certain) === raw;
}

function sentDifferences(
  taken: readonly Buffer[],
  told: readonly string[],
  fuzzed: Fuzzed,
): string[] {
  const wire = taken.map(textOf);
  const at = wire.findIndex((text, index) => text !== told[index]);
  const first = at < 0 && told.length > wire.length ? wire.length : at;
  if (first < 0 || (fuzzed.crashed() && first >= Math.min(wire.length, told.length))) return [];
  return [
    `sent: on the wire ${JSON.stringify(wire[first])}, told ${JSON.stringify(told[first])} (${wire.length} and ${told.length} in all)`,
  ];
}

/** The same over TCP: the stream is cut into segments anywhere; after an error baresip closes the connection. */
export async function fuzzSegments(
  binary: BaresipBinary,
  { seed, count }: Fuzz,
): Promise<string[]> {
  let fuzzed = await startFuzzed(binary);
  const found: string[] = [];
  try {
    for (let segments = 0, connections = 0; segments < count && found.length === 0;) {
      connections += 1;
      const result = await fuzzConnection(fuzzed, seed + connections, count - segments);
      segments += Math.max(1, result.segments);
      found.push(
        ...result.found.map(
          (one) => `seed ${seed + connections}, baresip ${binary.version}: ${one}`,
        ),
      );
      if (!fuzzed.crashed()) continue;
      await fuzzed.agent.stop();
      fuzzed = await startFuzzed(binary);
    }
  } finally {
    await fuzzed.agent.stop();
  }
  return found.slice(0, SHOWN);
}

async function fuzzConnection(
  fuzzed: Fuzzed,
  seed: number,
  most: number,
): Promise<{ segments: number; found: string[] }> {
  const [host = '', port = ''] = fuzzed.address.split(':');
  const socket: Socket = connect({ host, port: Number(port), noDelay: true });
  const state = { open: true };
  let taken = Buffer.alloc(0);
  const given: Buffer[] = [];
  socket.on('data', (chunk) => (taken = Buffer.concat([taken, chunk])));
  socket.on('error', () => undefined);
  socket.on('close', () => (state.open = false));
  await once(socket, 'connect');
  const peer = `${HOST}:${socket.localPort ?? 0}`;
  const mutator = new Mutator(seed, { agent: fuzzed.address, peer });
  fuzzed.forget(peer);
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
  while (state.open && answers && segments < most && segments < 100) {
    const id = `probe-${seed}-${segments}`;
    const messages = Array.from({ length: 1 + mutator.below(3) }, () => mutator.next());
    const stream = Buffer.concat([
      ...messages,
      Buffer.from(probe(fuzzed.address, peer, 'TCP', id)),
    ]);
    for (let at = 0; at < stream.length;) {
      const size = 1 + mutator.below(stream.length);
      given.push(stream.subarray(at, at + size));
      socket.write(stream.subarray(at, at + size));
      at += size;
      segments += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    // A Content-Length that is too long swallows the probe as well: then this connection has told enough.
    answers = await until(() => taken.includes(`Call-ID: ${id}\r\n`));
  }
  socket.destroy();
  // Its end is behind everything that was written of this connection.
  const last = connect({ host, port: Number(port) });
  last.on('error', () => undefined);
  if (!fuzzed.crashed()) await readAll(fuzzed);
  last.destroy();
  const told = fuzzed.told(peer);
  return {
    segments,
    found: [
      ...tiled('received', Buffer.concat(given), told.received),
      ...tiled('sent', withVia(taken), told.sent),
    ],
  };
}

/** A message of our own goes the whole way through baresip and its trace, and everything before it has. */
async function readAll(fuzzed: Fuzzed): Promise<void> {
  const socket = createSocket('udp4');
  socket.bind(0, HOST);
  await once(socket, 'listening');
  const peer = `${HOST}:${socket.address().port}`;
  const [host = '', port = ''] = fuzzed.address.split(':');
  socket.send(probe(fuzzed.address, peer, 'UDP', `all-${peer}`), Number(port), host);
  const until = performance.now() + ANSWER_LIMIT_MS;
  while (fuzzed.told(peer).sent.length === 0 && performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 2));
  socket.close();
}

/** The messages told, one behind the other, are the stream from its beginning; only empty lines stand between. */
function tiled(what: string, stream: Buffer, told: readonly string[]): string[] {
  let at = 0;
  for (const [index, raw] of told.entries()) {
    const size = [Buffer.byteLength(raw), Buffer.byteLength(raw, 'latin1')];
    while (stream[at] === 0x0d || stream[at] === 0x0a) at += 1;
    const length =
      size.find((one) => textOf(stream.subarray(at, at + one)) === raw) ?? mixed(stream, at, raw);
    if (length === undefined) {
      // What was sent while the connection closed did not arrive.
      if (what === 'sent' && at >= stream.length) return [];
      return [
        `${what} message ${index} is ${JSON.stringify(raw)}, the stream goes on with ${JSON.stringify(stream.toString('latin1', at, at + 600))}`,
      ];
    }
    at += length;
  }
  const rest = stream
    .subarray(at)
    .toString('latin1')
    .replace(/[\r\n]/g, '');
  return what === 'sent' && rest !== '' ? [`sent and not told: ${JSON.stringify(rest)}`] : [];
}

/** To a request without Via baresip answers on its connection, and prints another address in its trace. */
function withVia(stream: Buffer): Buffer {
  const messages = stream.toString('latin1').split(/(?=SIP\/2\.0 \d{3} )/);
  return Buffer.from(messages.filter((one) => one.includes('\r\nVia:')).join(''), 'latin1');
}

/** The length in bytes of a text in which lines of two encodings are mixed. */
function mixed(stream: Buffer, at: number, raw: string): number | undefined {
  for (let size = raw.length; size <= raw.length * 3; size += 1)
    if (textOf(stream.subarray(at, at + size)) === raw) return size;
  return undefined;
}
