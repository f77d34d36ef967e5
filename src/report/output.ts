/** Where reporters write: a stream that is given, or a file that is opened before the run starts. */
import { closeSync, constants, readFileSync, readlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { OffhookError } from '../errors.js';
import { NotOrdinary, openNew } from '../ordinary-file.js';

export interface Output {
  write: (text: string) => void;
  /** Width of a terminal; absent = do not wrap. */
  readonly columns?: number | undefined;
  readonly isTTY?: boolean | undefined;
  /** Writes buffered text and closes; absent for streams that are not ours. */
  finish?(): Promise<void>;
}

/** Bytes, or characters. */
const BUFFER_SIZE = 64 * 1024;
/** Flush interval, short enough for `tail -f` on the file. */
const FLUSH_MS = 200;

export class FileOutput implements Output {
  readonly path: string;
  readonly #fd: number;
  #chunks: Uint8Array[] = [];
  #size = 0;
  #failure: OffhookError | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** @throws OffhookError E_OUTPUT */
  constructor(path: string) {
    this.path = path;
    try {
      this.#fd = openNew(path);
    } catch (error) {
      throw outputError(path, error);
    }
  }

  write(content: string | Uint8Array): void {
    if (this.#failure !== undefined || this.#closed) return;
    const chunk = typeof content === 'string' ? Buffer.from(content) : content;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size >= BUFFER_SIZE) this.#flush();
    else {
      this.#timer ??= setTimeout(() => {
        this.#flush();
      }, FLUSH_MS).unref();
    }
  }

  /** @throws OffhookError E_OUTPUT when any write failed: a run goes on without its file, but says so. */
  finish(): Promise<void> {
    if (!this.#closed) {
      this.#flush();
      this.#closed = true;
      closeSync(this.#fd);
    }
    return this.#failure === undefined ? Promise.resolve() : Promise.reject(this.#failure);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const bytes = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#size = 0;
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(this.#fd, bytes, done);
    } catch (error) {
      this.#failure = outputError(this.path, error);
    }
  }
}

/**
 * stdout or stderr for a requested report. A failed write is an error at the end, as for a file, even when
 * the reader has gone, which ends other output quietly.
 */
export class StreamOutput implements Output {
  readonly #stream: NodeJS.WriteStream;
  readonly #name: 'stdout' | 'stderr';
  #failure: OffhookError | undefined;

  /** @throws OffhookError E_OUTPUT when the process was started with the stream closed. */
  constructor(name: 'stdout' | 'stderr') {
    this.#name = name;
    this.#stream = process[name];
    refuseClosed(name);
    this.#stream.on('error', (error) => {
      this.#failure ??= streamError(this.#name, error);
    });
  }

  get columns(): number | undefined {
    return this.#stream.columns;
  }

  write(text: string): void {
    this.#stream.write(text);
  }

  async finish(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#stream.write('', () => {
        resolve();
      });
    });
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/**
 * Checks the stream of a requested report. @throws OffhookError E_OUTPUT when the process was started with
 * that stream closed: the report would be lost without a word.
 */
export function refuseClosed(name: 'stdout' | 'stderr'): void {
  if (wasClosed(name === 'stdout' ? 1 : 2)) throw streamError(name, new Error('it is closed'));
}

/** Node opens /dev/null in the place of a closed stream, for reading and writing; `2>/dev/null` only writes. */
function wasClosed(fd: number): boolean {
  try {
    const flags = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
    const isReadWrite = (parseInt(flags ?? '0', 8) & constants.O_RDWR) !== 0;
    return isReadWrite && readlinkSync(`/proc/self/fd/${fd}`) === '/dev/null';
  } catch {
    // Only Linux shows the file behind a descriptor.
    return false;
  }
}

/** Collects what is written within one turn of the event loop: a run writes thousands of short lines. */
export class TurnBuffer {
  readonly #target: (text: string) => void;
  #text = '';
  #scheduled: NodeJS.Immediate | undefined;

  constructor(target: (text: string) => void) {
    this.#target = target;
  }

  write(text: string): void {
    this.#text += text;
    if (this.#text.length >= BUFFER_SIZE) this.flush();
    else {
      this.#scheduled ??= setImmediate(() => {
        this.flush();
      });
    }
  }

  flush(): void {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#target(text);
  }
}

export function streamError(name: 'stdout' | 'stderr', error: unknown): OffhookError {
  const [seen] = reason(name, error);
  return new OffhookError(
    'E_OUTPUT',
    { subject: name, what: 'cannot be written', seen },
    { hint: `keep ${name} open and read until the run has ended, or write the report to a file` },
    error,
  );
}

export function outputError(path: string, error: unknown): OffhookError {
  const [seen, hint] = reason(path, error);
  return new OffhookError(
    'E_OUTPUT',
    { subject: `output file "${path}"`, what: 'cannot be written', seen },
    { hint },
    error,
  );
}

function reason(path: string, error: unknown): readonly [seen: string, hint: string] {
  if (error instanceof NotOrdinary)
    return [`it ${error.message}`, 'remove it, or name another file'];
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ENOENT':
      return [`folder "${dirname(path)}" does not exist`, 'create the folder or name another file'];
    case 'ENOTDIR':
      return [`"${dirname(path)}" is not a folder`, 'name a file in an existing folder'];
    case 'EISDIR':
      return ['it is a folder', 'name a file in that folder'];
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return [`no permission (${code})`, 'name a file in a folder you may write to'];
    case 'ENOSPC':
      return ['the disk is full', 'free some space or name a file on another disk'];
    default:
      return [
        error instanceof Error ? error.message : String(error),
        'name another file, or check the disk',
      ];
  }
}
