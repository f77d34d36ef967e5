/**
 * What commands print besides reports: without secrets, without anything that drives a terminal or a CI system.
 * A process is one run: it has one object that knows its secrets.
 */
import { noCommands, plain, printableJson } from '../report/text.js';
import { Secrets } from '../secrets/secrets.js';

export const secrets = new Secrets();

/** A line, or several, on stdout. */
export function print(text: string): void {
  process.stdout.write(shown(text));
}

/** The same on stderr. */
export function printError(text: string): void {
  process.stderr.write(shown(text));
}

/** On stdout, for programs. */
export function printJson(value: unknown): void {
  const json = JSON.stringify(value, null, 2);
  process.stdout.write(`${printableJson(secrets.mask(json))}\n`);
}

function shown(text: string): string {
  return `${noCommands(plain(secrets.mask(text)))}\n`;
}
