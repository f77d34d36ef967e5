/**
 * What people write who drive baresip themselves: a client of ctrl_tcp that sends a command, waits for its
 * reply and then for an event. Its own code on purpose, down to the netstrings: the yardstick must not
 * get faster or slower with the product.
 */
import { connect, type Socket } from 'node:net';

export interface CtrlClient {
  command(name: string, params?: string): Promise<void>;
  /** Resolves with the next event of that type, or one that came since the last command. */
  event(type: string): Promise<void>;
  close(): void;
}

interface Message {
  event?: boolean;
  type?: string;
  response?: boolean;
  ok?: boolean;
  data?: string;
}

/** @param tuned carries the TCP acknowledgement back at once with an empty netstring. */
export async function connectCtrl(port: number, tuned: boolean): Promise<CtrlClient> {
  const socket = await open(port);
  if (tuned) socket.setNoDelay(true);
  let text = '';
  let seen: string[] = [];
  let replied: ((message: Message) => void) | undefined;
  let wanted: { type: string; resolve: () => void } | undefined;

  const take = (message: Message): void => {
    if (message.response === true) replied?.(message);
    if (message.event !== true || message.type === undefined) return;
    if (wanted?.type !== message.type) {
      seen.push(message.type);
      return;
    }
    const { resolve } = wanted;
    wanted = undefined;
    resolve();
  };
  socket.on('data', (chunk) => {
    if (tuned) socket.write('0:,');
    text += chunk.toString('latin1');
    for (;;) {
      const colon = text.indexOf(':');
      const length = Number(text.slice(0, Math.max(0, colon)));
      if (colon < 0 || text.length <= colon + 1 + length) return;
      const frame = text.slice(colon + 1, colon + 1 + length);
      text = text.slice(colon + length + 2);
      take(JSON.parse(frame) as Message);
    }
  });
  return {
    command: async (command, params = '') => {
      const frame = JSON.stringify({ command, params, token: 'bench' });
      const reply = new Promise<Message>((resolve) => (replied = resolve));
      socket.write(`${Buffer.byteLength(frame)}:${frame},`);
      const { ok, data } = await reply;
      if (ok !== true) throw new Error(`${command}: ${String(data)}`);
    },
    event: (type) => {
      if (seen.includes(type)) {
        seen = seen.slice(seen.indexOf(type) + 1);
        return Promise.resolve();
      }
      return new Promise((resolve) => (wanted = { type, resolve }));
    },
    close: () => {
      socket.destroy();
    },
  };
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      resolve(socket);
    });
  });
}
