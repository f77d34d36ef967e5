/**
 * Runs agents in bubblewrap (bwrap): ctrl_tcp has no login, and its command insmod loads any file, so the
 * files of other users are hidden from baresip. It sees the system's programs and its own, read-only, and the
 * agent's folder.
 */
import { execFile } from 'node:child_process';
import {
  lstatSync,
  openSync,
  readSync,
  closeSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { OffhookError } from '../../errors.js';
import type { BaresipBinary } from './binary.js';

/** Isolation where it works, in any case, or never; `origin`: the setting it comes from, for errors. */
export interface Isolate {
  readonly value: 'auto' | 'always' | 'never';
  readonly origin: string;
}

/** Returns the command to put before baresip's, for an agent with that folder. */
export type Wrapper = (folder: string) => readonly string[];

/** Programs, libraries and their settings: only root writes there. */
const SYSTEM = [
  ...['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/etc'],
  ...['/nix/store', '/gnu/store'],
];
/** Never mounted as a whole, even if a wrapper script names them: strangers write there or keep their own files. */
const HIDDEN = ['/', '/home', '/root', '/tmp', '/var', '/var/tmp', '/dev', '/run', '/proc', '/sys'];
const TRY_LIMIT_MS = 5000;
const SCRIPT_BYTES = 4096;

const tried = new Map<string, Promise<Wrapper | string>>();

/** The wrapper that isolates that baresip, or why it cannot be isolated. Tried once for the process. */
export function isolationOf(binary: BaresipBinary): Promise<Wrapper | string> {
  const key = JSON.stringify([binary.bubblewrap, binary.path, binary.modulePath]);
  let result = tried.get(key);
  if (result === undefined) {
    result = tryOut(binary);
    tried.set(key, result);
  }
  return result;
}

/** The wrapper to start an agent by; undefined: none. @throws OffhookError E_ISOLATION */
export async function wrapperFor(
  agent: string,
  isolate: Isolate | undefined,
  binary: BaresipBinary,
): Promise<Wrapper | undefined> {
  if (isolate === undefined || isolate.value === 'never') return undefined;
  const result = await isolationOf(binary);
  if (typeof result !== 'string') return result;
  if (isolate.value === 'auto') return undefined;
  throw new OffhookError(
    'E_ISOLATION',
    {
      subject: `agent "${agent}"`,
      what: `cannot be isolated (required by ${isolate.origin})`,
      seen: result,
    },
    { hint: 'install bubblewrap, or run without isolation: --isolate never', agents: [agent] },
  );
}

async function tryOut(binary: BaresipBinary): Promise<Wrapper | string> {
  const { bubblewrap, path } = binary;
  if (bubblewrap === undefined) return 'bwrap was not found';
  const mounts = [...systemMounts(), ...programMounts(binary), ...nameServerMount()];
  const command = [
    bubblewrap,
    ...mounts,
    ...['--dev', '/dev', '--dir', '/tmp', '--die-with-parent'],
    ...(process.getuid?.() === 0 ? ['--cap-drop', 'ALL'] : []),
  ];
  const problem = await problemOf([...command, '--', path, '-h']);
  if (problem !== undefined) return problem;
  return (folder) => [
    ...command,
    ...['--bind', folder, folder, '--chdir', folder, '--info-fd', '3', '--'],
  ];
}

/** Tests whether the program still runs as baresip there; returns the problem. */
function problemOf([program = '', ...args]: readonly string[]): Promise<string | undefined> {
  return new Promise((done) => {
    const options = { timeout: TRY_LIMIT_MS, killSignal: 'SIGKILL' } as const;
    execFile(program, args, options, (error, stdout, stderr) => {
      if (/baresip v?\d+\.\d+/.test(`${stdout}\n${stderr}`)) {
        done(undefined);
        return;
      }
      const seen = stderr.trim() || stdout.trim() || (error?.message ?? 'no output');
      done(`bwrap does not work here: ${(seen.split('\n')[0] ?? '').slice(0, 200)}`);
    });
  });
}

function systemMounts(): string[] {
  return SYSTEM.flatMap((path) => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return [];
    return stat.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : readOnly(path);
  });
}

/** The program, its libraries and modules, unless they are in the system's folders. */
function programMounts({ path, modulePath }: BaresipBinary): string[] {
  const programs = [path, realpathSync(path)];
  const libraries = programs.flatMap((program) =>
    ['lib', 'lib64'].map((name) => join(dirname(dirname(program)), name)),
  );
  const wanted = [
    ...[...programs, ...libraries, ...namedIn(path)].filter(isSafe),
    modulePath,
    realpathSync(modulePath),
  ];
  const paths = [...new Set(wanted)].filter((one) => !isBelow(one, SYSTEM)).sort();
  return paths.filter((one) => !isBelow(dirname(one), paths)).flatMap(readOnly);
}

/** The absolute paths in a wrapper script. */
function namedIn(path: string): string[] {
  const head = Buffer.alloc(SCRIPT_BYTES);
  const file = openSync(path, 'r');
  const size = readSync(file, head, 0, head.length, 0);
  closeSync(file);
  const text = head.toString('utf8', 0, size);
  return text.startsWith('#!') ? [...text.matchAll(/\/[^\s"':;$`]+/g)].map(([name]) => name) : [];
}

/** The file with the system's name servers, when a link leads out of /etc. */
function nameServerMount(): string[] {
  try {
    const file = realpathSync('/etc/resolv.conf');
    return isBelow(file, SYSTEM) ? [] : readOnly(file);
  } catch {
    // No name servers are set, so there is nothing to mount.
    return [];
  }
}

function isSafe(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || HIDDEN.includes(path) || path === homeFolder()) return false;
  return (stat.mode & 0o002) === 0;
}

/** The home folder; undefined for a user the system does not know, as with `docker run --user`. */
function homeFolder(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}

function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

function readOnly(path: string): string[] {
  return ['--ro-bind', path, path];
}
