/**
 * Opens files in places where other users may have prepared something, without following their links and without
 * waiting at a FIFO. Node's own functions would follow the links, and wait.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  statSync,
  type Stats,
} from 'node:fs';
import { dirname } from 'node:path';

/** Says why a file is not used. The message is a predicate, to be put after "it": "is a link". */
export class NotOrdinary extends Error {
  readonly code = 'ENOTORDINARY';
}

const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } = constants;

export interface ReadRules {
  /** Files with more bytes than this are refused. */
  largest: number;
  /** Users who may own the file, besides root and ourselves; absent: anybody may. */
  owners?: readonly number[];
  /** Whether links are followed; with `owners`, only links that belong to an allowed user. */
  links: boolean;
}

/** Reads the whole file. @throws NotOrdinary, or the error of the system. */
export function readOrdinary(path: string, rules: ReadRules): Buffer {
  const link = lstatSync(path);
  if (link.isSymbolicLink()) {
    if (!rules.links) throw new NotOrdinary('is a link');
    assertOwner(link, rules.owners);
  }
  const file = openSync(path, O_RDONLY | O_NONBLOCK | (rules.links ? 0 : O_NOFOLLOW));
  try {
    const stat = fstatSync(file);
    if (!stat.isFile())
      throw new NotOrdinary(stat.isDirectory() ? 'is a folder' : 'is not an ordinary file');
    assertOwner(stat, rules.owners);
    if (stat.size > rules.largest)
      throw new NotOrdinary(`is ${stat.size} bytes (limit ${rules.largest})`);
    return readAtMost(file, rules.largest);
  } finally {
    closeSync(file);
  }
}

/** Reads at most `largest` bytes, even if the file grows meanwhile. */
function readAtMost(file: number, largest: number): Buffer {
  const chunks: Buffer[] = [];
  for (let left = largest; left > 0;) {
    const chunk = Buffer.alloc(Math.min(left, 64 * 1024));
    const size = readSync(file, chunk, 0, chunk.length, null);
    if (size === 0) break;
    chunks.push(chunk.subarray(0, size));
    left -= size;
  }
  return Buffer.concat(chunks);
}

function assertOwner({ uid }: Stats, owners: readonly number[] | undefined): void {
  if (owners === undefined || isOurs(uid) || uid === 0 || owners.includes(uid)) return;
  throw new NotOrdinary(`belongs to another user (id ${uid})`);
}

/**
 * Checks that no stranger's link leads to the folder, as anybody can make one in /tmp: a link that belongs neither to us, nor
 * to root, nor to the owner of the folder it lies in. Linux has much the same rule if it is switched on (protected_symlinks in
 * proc(5)). @throws NotOrdinary
 */
export function refuseStrangersLinks(folder: string): void {
  const above = dirname(folder);
  if (above === folder) return;
  refuseStrangersLinks(above);
  const link = lstatSync(folder, { throwIfNoEntry: false });
  if (link?.isSymbolicLink() !== true) return;
  if (isOurs(link.uid) || link.uid === 0 || ownersOf(above).includes(link.uid)) return;
  throw new NotOrdinary(`is reached by a link of another user (id ${link.uid}): ${folder}`);
}

/** Returns undefined if there is nothing, or if we may not look. Opening the path then tells the reason. */
export function statIfAllowed(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Returns the owner of a file, who may also own the files with its settings; nobody if the file is missing. */
export function ownersOf(path: string): readonly number[] {
  const uid = statSync(path, { throwIfNoEntry: false })?.uid;
  return uid === undefined ? [] : [uid];
}

/** Whether a user id is ours; on a system without users, every id is. */
export function isOurs(uid: number): boolean {
  return process.getuid === undefined || ownUid() === uid;
}

/**
 * Id of the user we run as; -1 where the system has no users. os.userInfo() fails for a user the system does not know, as in a
 * container that runs as any user.
 */
export function ownUid(): number {
  return process.getuid?.() ?? -1;
}

/**
 * Opens a file to be overwritten, never through a link, except below /dev, where the streams of this process (/dev/stderr,
 * /dev/fd/3) are links themselves. `secret`: nobody else may read the file; it is opened for reading, too.
 * @throws NotOrdinary, or the error of the system.
 */
export function openNew(path: string, secret = false): number {
  const stream = path.startsWith('/dev/');
  const flags = (secret ? O_RDWR : O_WRONLY) | O_CREAT | O_TRUNC;
  try {
    const file = openSync(
      path,
      stream ? flags : flags | O_NOFOLLOW | O_NONBLOCK,
      secret ? 0o600 : 0o666,
    );
    if (secret) fchmodSync(file, 0o600);
    return file;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP') throw new NotOrdinary('is a link');
    if (code === 'ENXIO') throw new NotOrdinary('is a FIFO that nobody reads');
    throw error;
  }
}
