/** Flags whose value may be left out: decides whether the word behind a flag belongs to it. */
import { existsSync, readdirSync } from 'node:fs';
import { statIfAllowed } from '../ordinary-file.js';
import { isScript } from '../schema/script-files.js';

const FILE_FLAGS: ReadonlySet<string> = new Set(['--logs', '--sip-trace']);
const FOLDER_FLAGS: ReadonlySet<string> = new Set(['--save-audio', '--artifacts']);
const NUMBER_FLAG = '--bail';
/** A flag whose value is not a file: a word that names something to run is not taken for its value. */
const REF_FLAG = '--only-changed';

/**
 * `--logs a.js` means the flag and a scenario, `--logs out.txt` a file: a word that looks like a scenario, a
 * folder with scenarios or another flag is not the output. `--logs=FILE` needs no guessing. `--bail` takes digits only.
 */
export function joinOptionalFiles(words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    if (word === NUMBER_FLAG) return [/^\d+$/.test(words[index + 1] ?? '') ? word : `${word}=`];
    const isFile = FILE_FLAGS.has(word);
    if (word === REF_FLAG) return [isRef(words[index + 1]) ? word : `${word}=`];
    if (!isFile && !FOLDER_FLAGS.has(word)) return [word];
    const next = words[index + 1];
    const looksLikeOutput = next !== undefined && !/^-|[*?{]/.test(next) && !isScript(next);
    if (!looksLikeOutput) return [`${word}=`];
    if (!isFolder(next)) return [word];
    const isOutput = !isFile && isOutputFolder(next, words.slice(index + 2));
    return [isOutput ? word : `${word}=`];
  });
}

function isRef(word: string | undefined): boolean {
  return word !== undefined && !/^-|[*?{[]/.test(word) && !isScript(word) && !existsSync(word);
}

/**
 * Whether an existing folder is the output of an earlier run: it holds nothing but what we write, or it holds no
 * scenario file and the command line names something else to run.
 */
function isOutputFolder(folder: string, later: readonly string[]): boolean {
  const names = readable(folder);
  if (names.every((name) => /\.wav$|^\d{3,}(-|$)/.test(name))) return true;
  const hasOther = later.some((word) => isScript(word) || isFolder(word));
  return hasOther && !names.some(isScript);
}

function readable(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // The names only help to guess. If the folder is really meant, it is read again later.
    return [];
  }
}

export function isFolder(path: string): boolean {
  return statIfAllowed(path)?.isDirectory() ?? false;
}
