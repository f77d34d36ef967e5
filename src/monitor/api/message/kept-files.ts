/** Files in the folder of a kept run: found by names that lead nowhere else. */
import { constants } from 'node:fs';
import { open, opendir, realpath, type FileHandle } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';

export interface KeptFile {
  readonly name: string;
  readonly type: string;
  /** A browser may show it; all others it saves. */
  readonly isShown: boolean;
  readonly bytes: number;
  /** The open file. Whoever gets it has to close it. */
  readonly handle: FileHandle;
}

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
/** A listing has no more files than that, and none from folders that lie deeper in each other. */
const MOST_FILES = 2000;
const DEEPEST = 8;
const LONGEST_PATH = 1024;

/** Nothing that a browser would run: HTML and SVG are saved. */
const TYPES: Readonly<Record<string, string>> = {
  '.wav': 'audio/wav',
  '.png': 'image/png',
  '.txt': 'text/plain; charset=utf-8',
  '.log': 'text/plain; charset=utf-8',
  '.json': 'application/json',
  '.ndjson': 'application/x-ndjson',
  '.xml': 'application/xml',
  '.pcap': 'application/vnd.tcpdump.pcap',
  '.pcapng': 'application/x-pcapng',
  '.gz': 'application/gzip',
  '.html': 'text/html; charset=utf-8',
};
const SHOWN = new Set(['.wav', '.png', '.txt', '.log', '.json', '.ndjson']);

function typeOf(name: string): string {
  const extension = extname(name).toLowerCase();
  return Object.hasOwn(TYPES, extension) ? (TYPES[extension] ?? '') : 'application/octet-stream';
}

/** Undefined where there is no such file, or a link leads to it. @param path with slashes, as decoded from the address */
export async function keptFile(folder: string, path: string): Promise<KeptFile | undefined> {
  const parts = path.split('/');
  if (path.length > LONGEST_PATH || !parts.every(isPlain)) return undefined;
  let handle: FileHandle | undefined;
  try {
    const root = await realpath(folder);
    const full = join(root, ...parts);
    // A link anywhere on the way would make these differ.
    if ((await realpath(full)) !== full) return undefined;
    handle = await open(full, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const stat = await handle.stat();
    if (!stat.isFile()) {
      await handle.close();
      return undefined;
    }
    const name = basename(full);
    const isShown = SHOWN.has(extname(name).toLowerCase());
    return { name, type: typeOf(name), isShown, bytes: stat.size, handle };
  } catch {
    // Not there, no folder on the way, not ours to read: for who asks it is the same.
    await handle?.close().catch(() => undefined);
    return undefined;
  }
}

/** A name of a file, and nothing that a system gives another meaning. */
function isPlain(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..' && !/[\\\0-\x1f\x7f]/.test(part);
}

/** All ordinary files below the folder, by their paths. A folder that is gone has none. */
export async function filesIn(
  folder: string,
): Promise<readonly { readonly path: string; readonly bytes: number; readonly type: string }[]> {
  const paths: string[] = [];
  await collect(folder, '', DEEPEST, paths);
  const files = [];
  for (const path of paths.sort()) {
    const file = await keptFile(folder, path);
    if (file === undefined) continue;
    await file.handle.close();
    files.push({ path, bytes: file.bytes, type: file.type });
  }
  return files;
}

async function collect(
  folder: string,
  below: string,
  depth: number,
  paths: string[],
): Promise<void> {
  if (depth === 0) return;
  const entries = await opendir(join(folder, below)).catch(() => undefined);
  if (entries === undefined) return;
  for await (const entry of entries) {
    if (paths.length >= MOST_FILES) return;
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) await collect(folder, path, depth - 1, paths);
    else if (entry.isFile()) paths.push(path);
  }
}
