/** Finds the baresip program, its version and its modules. Knows nothing of agents. */
import { execFile } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  openSync,
  readSync,
  closeSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { OffhookError } from '../../errors.js';
import { OLDEST_VERSION, compareVersions, hasCapability } from '../capabilities.js';
import { REQUIRED_MODULES, REQUIRED_MODULES_2_0 } from './config.js';

/** A usable baresip program. */
export interface BaresipBinary {
  /** Absolute path of the program. */
  readonly path: string;
  /** "1.0.0" */
  readonly version: string;
  /** Folder with the loadable modules. */
  readonly modulePath: string;
  /** Absolute path of bubblewrap, if it is installed. */
  readonly bubblewrap?: string;
}

export interface BinarySearch {
  /** Explicit path or name: `--baresip` or OFFHOOK_BARESIP. */
  path?: string;
  /** Explicit folder of the modules. */
  modulePath?: string;
  /** The PATH to search. */
  searchPath: string;
}

const VERSION_LIMIT_MS = 5000;
const INSTALL_HINT =
  'install it (Debian, Ubuntu: apt-get install baresip-core), or name it with --baresip or OFFHOOK_BARESIP';
const found = new Map<string, Promise<BaresipBinary>>();

/** Cached for the process. @throws OffhookError E_BARESIP_MISSING or E_BARESIP_UNUSABLE. */
export function findBaresip(search: BinarySearch): Promise<BaresipBinary> {
  const key = JSON.stringify([search.path, search.modulePath, search.searchPath]);
  let binary = found.get(key);
  if (binary === undefined) {
    binary = inspect(search);
    found.set(key, binary);
    // A failure may be repaired (doctor, tests): search again next time.
    binary.catch(() => found.delete(key));
  }
  return binary;
}

async function inspect(search: BinarySearch): Promise<BaresipBinary> {
  const path = locate(search);
  const version = await versionOf(path);
  if (compareVersions(version, OLDEST_VERSION) < 0) {
    throw new OffhookError(
      'E_BARESIP_UNUSABLE',
      { subject: path, what: `baresip ${version} is too old (at least ${OLDEST_VERSION})` },
      {
        hint: INSTALL_HINT,
      },
    );
  }
  const bubblewrap = programIn(`${search.searchPath}${delimiter}/usr/bin`, 'bwrap');
  return {
    path,
    version,
    modulePath: findModules(path, version, search.modulePath),
    ...(bubblewrap === undefined ? {} : { bubblewrap }),
  };
}

function locate(search: BinarySearch): string {
  const wanted = search.path ?? 'baresip';
  const path = wanted.includes('/')
    ? [resolve(wanted)].find(isProgram)
    : programIn(search.searchPath, wanted);
  if (path !== undefined) return path;
  const where = wanted.includes('/') ? `${wanted} is not a program` : `no "${wanted}" in PATH`;
  throw new OffhookError(
    'E_BARESIP_MISSING',
    { subject: 'baresip', what: 'not found', seen: where },
    {
      hint: INSTALL_HINT,
    },
  );
}

function programIn(searchPath: string, name: string): string | undefined {
  const folders = searchPath.split(delimiter).filter(Boolean);
  return folders.map((folder) => resolve(folder, name)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function versionOf(path: string): Promise<string> {
  return new Promise((done, fail) => {
    execFile(
      path,
      ['-h'],
      { timeout: VERSION_LIMIT_MS, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        const version = /baresip v?(\d+\.\d+(?:\.\d+)?)/.exec(`${stdout}\n${stderr}`)?.[1];
        if (version !== undefined) {
          done(version);
          return;
        }
        const first =
          (stderr || stdout || error?.message || 'no output').trim().split('\n')[0] ?? '';
        fail(
          new OffhookError(
            'E_BARESIP_UNUSABLE',
            { subject: path, what: 'does not run as baresip', seen: first.slice(0, 200) },
            {
              hint: INSTALL_HINT,
            },
          ),
        );
      },
    );
  });
}

function findModules(path: string, version: string, explicit: string | undefined): string {
  const required = [
    ...REQUIRED_MODULES,
    ...(hasCapability(version, 'converters') ? REQUIRED_MODULES_2_0 : []),
  ];
  const folders = explicit === undefined ? moduleFolders(path) : [resolve(explicit)];
  const folder = folders.find((one) => existsSync(join(one, 'menu.so')));
  if (folder === undefined) {
    throw new OffhookError(
      'E_BARESIP_UNUSABLE',
      { subject: path, what: `its modules were not found in ${folders.join(', ')}` },
      {
        hint: 'install baresip-core, or set OFFHOOK_BARESIP_MODULES to the folder that holds menu.so',
      },
    );
  }
  // A value in baresip's config ends at the first blank, quoted or not (conf_get of libre, all versions).
  if (/\s/.test(folder)) {
    throw new OffhookError(
      'E_BARESIP_UNUSABLE',
      {
        subject: path,
        what: `its modules cannot be loaded from "${folder}"`,
        seen: 'baresip takes no folder with a blank in its name',
      },
      {
        hint: 'make a link to that folder at a path without blanks, and set OFFHOOK_BARESIP_MODULES to it',
      },
    );
  }
  const missing = required.filter((name) => !existsSync(join(folder, `${name}.so`)));
  if (missing.length === 0) return folder;
  const names = missing.map((name) => `${name}.so`).join(', ');
  throw new OffhookError(
    'E_BARESIP_UNUSABLE',
    { subject: path, what: `modules are missing in ${folder}`, seen: names },
    {
      hint: 'install the complete package (Debian, Ubuntu: apt-get install --reinstall baresip-core)',
    },
  );
}

/** Where packages and builds put modules, relative to the program and to the programs it links to or wraps. */
function moduleFolders(path: string): string[] {
  const programs = [path, realpathSync(path), ...wrapped(path)];
  const below = [
    'lib/baresip/modules',
    'lib64/baresip/modules',
    `lib/${multiarch()}/baresip/modules`,
  ];
  const beside = programs.flatMap((program) => {
    const folder = dirname(program);
    return [
      ...below.map((one) => join(dirname(folder), one)),
      join(folder, 'modules'),
      join(dirname(folder), 'root/usr/lib/baresip/modules'),
    ];
  });
  const usual = ['/usr', '/usr/local', '/opt/homebrew'].flatMap((root) =>
    below.map((one) => join(root, one)),
  );
  return [...new Set([...beside, ...usual])];
}

/** Finds the real program in a wrapper script: absolute paths in it that end in "baresip". */
function wrapped(path: string): string[] {
  const head = Buffer.alloc(4096);
  const file = openSync(path, 'r');
  const size = readSync(file, head, 0, head.length, 0);
  closeSync(file);
  const text = head.toString('latin1', 0, size);
  return text.startsWith('#!')
    ? [...text.matchAll(/\/[^\s"']*\/baresip(?=["'\s])/g)].map(([program]) => program)
    : [];
}

function multiarch(): string {
  const cpu: Record<string, string> = { x64: 'x86_64', arm64: 'aarch64' };
  return `${cpu[process.arch] ?? process.arch}-linux-gnu`;
}
