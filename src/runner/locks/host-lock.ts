/**
 * Locks that all runs on a machine respect. A lock is a listening Unix socket in Linux's abstract namespace
 * (unix(7)): only one process can have the name, and the kernel frees it when that process ends, however it ends. The
 * holder tells who connects what it is; the connection closes when the lock is free. Processes see the locks of their
 * own network namespace: those they could share SIP ports with. Elsewhere than on Linux each run has its own locks.
 */
import { createHash } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { platform } from 'node:os';
import { pid } from 'node:process';
import { ownUid } from '../../ordinary-file.js';

/** Another run has the lock. */
export interface Busy {
  /** Who holds the lock, in words: "the scenario b.js › busy of another run (process 812)". */
  holder: string;
  /** Resolves when the lock may be free; never rejects. */
  freed: Promise<void>;
  /** Stops waiting for `freed`. */
  leave(): void;
}

export interface HostLock {
  release(): void;
}

/** The longest name of a holder that is shown. A stranger could listen under a lock's name, too, so its answer is not trusted. */
const LONGEST_NAME = 300;
const PATIENCE_MS = 1000;

const isSupported = platform() === 'linux';

/** Takes the lock at once, or tells who has it. @param scenario who takes it, as others are told. Never rejects */
export async function takeHostLock(name: string, scenario: string): Promise<HostLock | Busy> {
  if (!isSupported) return { release: () => undefined };
  const address = addressOf(name);
  for (;;) {
    const server = await listen(address, scenario);
    if (server !== undefined) return server;
    const busy = await ask(address);
    if (busy !== undefined) return busy;
    // The lock was released between listen() and ask().
  }
}

/** Locks of another user's runs are their own: they do not use our accounts, and could not be trusted. */
function addressOf(name: string): string {
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 32);
  return `\0offhook-lock/${ownUid()}/${digest}`;
}

function listen(address: string, scenario: string): Promise<HostLock | undefined> {
  const about = `${JSON.stringify({ pid, scenario })}\n`;
  const waiting = new Set<Socket>();
  let isReleased = false;
  const server: Server = createServer((socket) => {
    // Node may report a connection only after the release, although it was made before.
    if (isReleased) {
      socket.destroy();
      return;
    }
    waiting.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => waiting.delete(socket));
    socket.unref();
    socket.write(about);
  });
  return new Promise((resolve) => {
    server.on('error', () => {
      resolve(undefined);
    });
    server.listen(address, () => {
      server.unref();
      resolve({
        release: () => {
          isReleased = true;
          server.close();
          for (const socket of waiting) socket.destroy();
        },
      });
    });
  });
}

/** Who has the lock; undefined when nobody has it any more. */
function ask(address: string): Promise<Busy | undefined> {
  return new Promise((resolve) => {
    const socket = connect(address);
    let text = '';
    let isConnected = false;
    const freed = new Promise<void>((done) => {
      socket.on('close', () => {
        done();
        resolve(undefined);
      });
    });
    const tell = (): void => {
      clearTimeout(patience);
      const leave = (): void => {
        socket.destroy();
      };
      resolve({ holder: holderOf(text), freed, leave });
    };
    const patience = setTimeout(() => {
      if (isConnected) tell();
      else socket.destroy();
    }, PATIENCE_MS);
    socket.on('connect', () => {
      isConnected = true;
    });
    socket.on('error', () => undefined);
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      if (text.length < LONGEST_NAME * 4) text += chunk;
      if (text.includes('\n')) tell();
    });
  });
}

function holderOf(text: string): string {
  try {
    const about = JSON.parse(text) as { pid: unknown; scenario: unknown };
    const name = String(about.scenario).slice(0, LONGEST_NAME);
    return `${name}, in another run (process ${Number(about.pid)})`;
  } catch {
    return 'another process';
  }
}
