/** The files a script may read: those below the read root, by their real path. */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { OffhookError, type ErrorCode } from '../../../errors.js';
import type { ReadFile } from '../../protocol.js';

/** Scripts and environment files are small; a device or a log is not one. */
const LARGEST_FILE = 8 * 1024 * 1024;

export interface FileErrors {
  /** Code for a file outside the read root. */
  denied: ErrorCode;
  /** Code for a file that is missing, a folder, unreadable or not UTF-8. */
  unreadable: ErrorCode;
}

/**
 * Text of a file a script names. `shown` is the name as the script wrote it: messages never reveal whether
 * something exists outside the read root.
 */
export function readAllowed(
  path: string,
  shown: string,
  roots: readonly string[],
  codes: FileErrors,
  /** The file as it was read before: it may have changed since, or be gone. */
  before?: ReadFile,
): ReadFile {
  const real = allowedPath(path, shown, roots, codes, before?.path);
  return before ?? { path: real, text: readText(real, shown, codes.unreadable) };
}

/** Real path of a file a script names. */
export function allowedPath(
  path: string,
  shown: string,
  roots: readonly string[],
  codes: FileErrors,
  known?: string,
): string {
  const outside = (): OffhookError =>
    new OffhookError(
      codes.denied,
      {
        subject: `file "${shown}"`,
        what: 'not read',
        seen: `it lies outside of ${roots.join(', ')}`,
      },
      {
        hint: `move it below an allowed folder, or allow its folder with --allow-read ${dirname(path)}`,
      },
    );
  if (!roots.some((root) => isInside(path, root))) throw outside();
  const real = known ?? realPath(path, shown, codes.unreadable);
  if (!roots.some((root) => isInside(real, root))) throw outside();
  return real;
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function realPath(path: string, shown: string, code: ErrorCode): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw new OffhookError(
      code,
      { subject: `file "${shown}"`, what: 'not read', seen: reasonOf(error) },
      {
        hint: 'check the path; imports are relative to the importing file, other paths to the scenario file',
      },
    );
  }
}

export function readText(real: string, shown: string, code: ErrorCode): string {
  const fail = (reason: string, hint: string): OffhookError =>
    new OffhookError(
      code,
      { subject: `file "${shown}"`, what: 'not read', seen: reason },
      { hint },
    );
  let bytes: Buffer;
  try {
    const stat = statSync(real);
    if (stat.isDirectory()) throw fail('it is a folder', 'name a file in it');
    if (!stat.isFile()) throw fail('it is not an ordinary file', 'name an ordinary file');
    if (stat.size > LARGEST_FILE) {
      throw fail(`${stat.size} bytes (limit ${LARGEST_FILE})`, 'name a smaller file');
    }
    bytes = readFileSync(real);
  } catch (error) {
    if (error instanceof OffhookError) throw error;
    throw fail(reasonOf(error), 'check that it exists and may be read');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw fail('it is not UTF-8 text', 'save it as UTF-8');
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ENOTDIR':
      return 'a part of its path is not a folder';
    case 'ELOOP':
      return 'its symbolic links go in a circle';
    case 'ENAMETOOLONG':
      return 'its name is too long';
    default:
      // Codes of Node itself, such as for a NUL in the path, begin with ERR_.
      return /^E(?!RR_)/.test(String(code)) ? String(code) : 'the path is not valid';
  }
}
