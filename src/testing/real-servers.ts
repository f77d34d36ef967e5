/**
 * Programs that the tests need beside those a user installs: a second baresip version, an Asterisk, tshark. They come from Debian
 * packages unpacked into a cache folder (see .config/get-debian.sh), or from the machine if it has exactly that version.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const GET_DEBIAN = fileURLToPath(new URL('../../.config/get-debian.sh', import.meta.url));
/** A first download over a slow line; from the cache it takes 10 ms. */
const LIMIT_MS = 300_000;

const run = promisify(execFile);
let found: Promise<string> | undefined;

/** An Asterisk that can be started from where it is. */
export interface AsteriskProgram {
  program: string;
  /** Folder of its modules. */
  modules: string;
  /** Folder of its data. */
  data: string;
}

/** Name or path of a baresip 1.1.0, what Debian 13 and Ubuntu 24.04 ship: for --baresip or OFFHOOK_BARESIP. */
export function needBaresip110(): Promise<string> {
  found ??= findBaresip110();
  return found;
}

/** The versions of baresip on which the suites run, as variables of the environment: the one found, and a second one. */
export const SUITE_BARESIPS = [
  { which: 'the one found', second: false, env: () => Promise.resolve({}) },
  {
    which: '1.1.0',
    second: true,
    env: async () => ({ OFFHOOK_BARESIP: await needBaresip110() }),
  },
] as const;

async function findBaresip110(): Promise<string> {
  if ((await baresipVersion('baresip')) === '1.1.0') return 'baresip';
  const path = `${await unpacked('baresip-core')}/bin/baresip`;
  const version = await baresipVersion(path);
  if (version !== '1.1.0')
    throw new Error(`${path} is baresip ${version ?? 'unusable'}, not 1.1.0`);
  return path;
}

/** Folder with what these packages of Debian bring below `root/`, fetched when it is not there yet. */
export function unpacked(...packages: readonly string[]): Promise<string> {
  return unpackedIn({}, ...packages);
}

/** `env`: more variables, such as XDG_CACHE_HOME. */
export async function unpackedIn(
  env: Readonly<Record<string, string>>,
  ...packages: readonly string[]
): Promise<string> {
  const options = { timeout: LIMIT_MS, env: { ...process.env, ...env } };
  const { stdout } = await run('sh', [GET_DEBIAN, ...packages], options);
  return stdout.trim();
}

export async function baresipVersion(program: string): Promise<string | undefined> {
  // -h prints the version, then the usage, and ends with an error on some versions
  const output = await run(program, ['-h']).catch((error: unknown) => error);
  const { stdout = '' } = output as { stdout?: string };
  return /^baresip v?(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
}

let asterisk: Promise<AsteriskProgram | undefined> | undefined;
let wireshark: Promise<string | undefined> | undefined;
let tcpdump: Promise<string | undefined> | undefined;

/** An Asterisk, or undefined where none can be had. */
export function findAsterisk(): Promise<AsteriskProgram | undefined> {
  asterisk ??= orSkipped('Asterisk', unpackAsterisk);
  return asterisk;
}

/** An agent may use the port of another protocol, so that tshark has to go by the content first. */
export const BY_CONTENT = ['udp', 'tcp'].flatMap((name) => [
  '-o',
  `${name}.try_heuristic_first:TRUE`,
]);

/** Folder with tshark, which reads captures as Wireshark does, and dumpcap; or undefined where none can be had. */
export function findWireshark(): Promise<string | undefined> {
  wireshark ??= orSkipped('tshark', async () => {
    const folder = `${await unpacked('tshark', 'wireshark-common')}/bin`;
    await run(`${folder}/tshark`, ['-v']);
    return folder;
  });
  return wireshark;
}

/** Folder with tcpdump and nothing else, or undefined where it cannot be had. */
export function findTcpdump(): Promise<string | undefined> {
  tcpdump ??= orSkipped('tcpdump', async () => {
    const folder = `${await unpacked('tcpdump')}/bin`;
    await run(`${folder}/tcpdump`, ['--version']);
    return folder;
  });
  return tcpdump;
}

/**
 * Undefined where the program cannot be had: the reason is printed then, once, and the tests that need it are
 * skipped. With CI=true there is no such excuse.
 */
export async function orSkipped<T>(name: string, unpack: () => Promise<T>): Promise<T | undefined> {
  try {
    return await unpack();
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    const reason = stderr.trim().split('\n').at(-1) || message;
    if (process.env['CI'] === 'true') throw new Error(`no ${name}, but CI=true: ${reason}`);
    process.stderr.write(`tests with ${name} are skipped: ${reason}\n`);
    return undefined;
  }
}

async function unpackAsterisk(): Promise<AsteriskProgram> {
  const folder = await unpacked('asterisk');
  const program = `${folder}/bin/asterisk`;
  await run(program, ['-V']);
  const libraries = `${folder}/root/usr/lib`;
  const modules = readdirSync(libraries)
    .map((name) => `${libraries}/${name}/asterisk/modules`)
    .find((path) => existsSync(`${path}/chan_pjsip.so`));
  if (modules === undefined) throw new Error(`${libraries}: no chan_pjsip.so below it`);
  return { program, modules, data: `${folder}/root/usr/share/asterisk` };
}
