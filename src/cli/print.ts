/**
 * Prints text besides reports, without secrets and without anything that drives a terminal or a CI system. A
 * process is one run: it has one object that knows its secrets.
 */
import { noCommands, oneLine, plain, printableJson } from '../story/printable.js';
import { cut } from '../report/text.js';
import { Secrets } from '../secrets/secrets.js';

export const secrets = new Secrets();

/** The longest trace line in characters: a message may hold a whole file, but it begins with what it is about. */
const LONGEST_TRACE = 1000;

/** Prints one or more lines on stdout. */
export function print(text: string): void {
  process.stdout.write(shown(text));
}

/** Prints one or more lines on stderr. */
export function printError(text: string): void {
  process.stderr.write(shown(text));
}

/** Prints one line of the trace (trace.ts) on stderr: cut only once its secrets are masked. */
export function printTrace(line: string): void {
  process.stderr.write(
    `${noCommands(cut(oneLine(secrets.mask(line)).trimEnd(), LONGEST_TRACE))}\n`,
  );
}

/**
 * Prints JSON for programs on stdout. @param mask false if secrets were hidden already: masking would also hide texts like
 * "${TOKEN}", which only name a variable
 */
export function printJson(value: unknown, mask = true): void {
  const json = JSON.stringify(value, null, 2);
  process.stdout.write(`${printableJson(mask ? secrets.mask(json) : json)}\n`);
}

function shown(text: string): string {
  return `${noCommands(plain(secrets.mask(text)))}\n`;
}
