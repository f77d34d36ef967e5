/** Files that are made where nothing is, whole or not at all, and taken back when a later one cannot be made. */
import {
  appendFileSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  readFileSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from '../../app/make-folder.js';

/** `there`: the name is already in use, if only by a broken link; what is there stays as it is. */
export type Outcome = 'written' | 'added' | 'there';

/** Error codes of file systems that have no hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** @param file absolute; its folder exists. @throws the error of the system */
export function writeNew(file: string, text: string): Outcome {
  if (isThere(file)) return 'there';
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  try {
    writeFileSync(temporary, text, { flag: 'wx' });
    return giveName(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Puts the finished file in place by a hard link, which fails if the name is in use; renaming would overwrite that file. */
function giveName(temporary: string, file: string): Outcome {
  try {
    linkSync(temporary, file);
    return 'written';
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return 'there';
    if (!NO_LINKS.has(code)) throw error;
  }
  try {
    copyFileSync(temporary, file, constants.COPYFILE_EXCL);
    return 'written';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'there';
    rmSync(file, { force: true });
    throw error;
  }
}

function isThere(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}

/** Files that belong together: if one cannot be written, those before it are removed again. */
export class NewFiles {
  readonly #undo: (() => void)[] = [];

  /** Makes its folder as well. @param file absolute. @throws NotOrdinary, or the error of the system */
  write(file: string, text: string): Outcome {
    this.#makeFolder(dirname(file));
    const outcome = writeNew(file, text);
    if (outcome === 'written') {
      this.#undo.push(() => {
        rmSync(file, { force: true });
      });
    }
    return outcome;
  }

  /** Adds the lines that an existing file does not have yet; a link is left as it is. */
  addLines(file: string, lines: readonly string[]): Outcome {
    if (!isThere(file)) return this.write(file, `${lines.join('\n')}\n`);
    if (!lstatSync(file).isFile()) return 'there';
    const text = readFileSync(file, 'utf8');
    const present = new Set(text.split(/\r?\n/).map(bare));
    const missing = lines.filter((line) => !present.has(bare(line)));
    if (missing.length === 0) return 'there';
    const end = text.includes('\r\n') ? '\r\n' : '\n';
    const gap = text === '' || text.endsWith('\n') ? '' : end;
    const { size } = lstatSync(file);
    this.#undo.push(() => {
      truncateSync(file, size);
    });
    appendFileSync(file, `${gap}${missing.map((line) => line + end).join('')}`);
    return 'added';
  }

  /** Undoes what was made, in reverse order. */
  undo(): void {
    for (const takeBack of this.#undo.reverse()) {
      try {
        takeBack();
      } catch {
        // somebody else uses it meanwhile, or the file system now refuses everything
      }
    }
  }

  #makeFolder(folder: string): void {
    const missing: string[] = [];
    for (let above = folder; !existsSync(above); above = dirname(above)) missing.unshift(above);
    for (const made of missing) {
      this.#undo.push(() => {
        rmdirSync(made);
      });
    }
    makeFolder(folder);
  }
}

/** "/node_modules" and "node_modules/" keep git from the same folder. */
function bare(line: string): string {
  return line.trim().replace(/^\/|\/$/g, '');
}
