/**
 * Programs the tests need beside what a user installs: a second baresip version. From the machine when it
 * has it, otherwise from Debian packages unpacked into a cache folder (see .config/get-debian.sh).
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const GET_DEBIAN = fileURLToPath(new URL('../../.config/get-debian.sh', import.meta.url));
/** A first download over a slow line; from the cache it takes 10 ms. */
const LIMIT_MS = 300_000;

const run = promisify(execFile);
let found: Promise<string> | undefined;

/** Name or path of a baresip 1.1.0, what Debian 13 and Ubuntu 24.04 ship: for --baresip or OFFHOOK_BARESIP. */
export function needBaresip110(): Promise<string> {
  found ??= findBaresip110();
  return found;
}

async function findBaresip110(): Promise<string> {
  if ((await baresipVersion('baresip')) === '1.1.0') return 'baresip';
  const { stdout } = await run('sh', [GET_DEBIAN, 'baresip-core'], { timeout: LIMIT_MS });
  const path = `${stdout.trim()}/bin/baresip`;
  const version = await baresipVersion(path);
  if (version !== '1.1.0')
    throw new Error(`${path} is baresip ${version ?? 'unusable'}, not 1.1.0`);
  return path;
}

async function baresipVersion(program: string): Promise<string | undefined> {
  // -h prints the version, then the usage, and ends with an error on some versions
  const output = await run(program, ['-h']).catch((error: unknown) => error);
  const { stdout = '' } = output as { stdout?: string };
  return /^baresip v?(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
}
