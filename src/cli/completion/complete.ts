/**
 * Answers the script of a shell: what can stand at the cursor, a line each. The first line says whether the shell is to
 * offer files, or the words that follow. Errors print nothing, because a message would appear in the line somebody is typing.
 */
import { homedir } from 'node:os';
import type { Command } from 'commander';
import { readLine, written, type Line } from './shell-line.js';
import { wantedAt, type Candidate, type Wanted } from './wanted.js';

/** @param words the shell, COMP_WORDBREAKS, and the line of bash, or the words of another shell up to the cursor */
export async function completeCommand(words: readonly string[], program: Command): Promise<number> {
  try {
    const lines = await answer(words, program);
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    return 0;
  } catch {
    return 1;
  }
}

async function answer(
  [shell, breaks = '', ...rest]: readonly string[],
  program: Command,
): Promise<readonly string[]> {
  const line = shell === 'bash' ? readLine(rest.join(' '), breaks) : lineOf(rest);
  const wanted = wantedAt(program, line.before, line.current);
  const { keep } = wanted;
  if (wanted.kind === 'files') return [`files\t${shell === 'fish' ? keep : keep.length}`];
  const value = line.current.slice(keep.length);
  const fitting = (await candidatesOf(wanted)).filter(({ text }) => text.startsWith(value));
  return [`words\t${keep.length}`, ...fitting.map((one) => shown(one, { shell, keep, line }))];
}

/** Makes the line of a shell other than bash. It has removed all quotes itself, except one that is still open. */
function lineOf(words: readonly string[]): Line {
  const { current, open } = readLine(words.at(-1) ?? '', '');
  return { before: words.slice(0, -1), current, kept: '', open };
}

async function candidatesOf(wanted: Wanted): Promise<readonly Candidate[]> {
  if (wanted.kind === 'words') return wanted.words;
  if (wanted.kind === 'files') return [];
  const { scenarioWords } = await import('./scenario-words.js');
  const paths = wanted.paths.map((path) => path.replace(/^~(?=\/)/, homedir()));
  return (await scenarioWords(wanted.kind, paths)).map((text) => ({ text }));
}

interface Around {
  readonly shell: string | undefined;
  readonly keep: string;
  readonly line: Line;
}

/** Formats a candidate: bash inserts the text as it is; the other shells quote it themselves and show its description. */
function shown({ text, about }: Candidate, { shell, keep, line }: Around): string {
  const word = keep + text;
  if (shell === 'bash') return written(word.slice(line.kept.length), line.open);
  return `${shell === 'fish' ? word : text}${about === undefined ? '' : `\t${about}`}`;
}
