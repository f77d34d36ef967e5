/** The rows of a table as options of commander. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { keyOf, Unfit, type Flag, type Flags } from './flags.js';

/** An option of commander that keeps the row of the table it was declared from. */
export class FlagOption extends Option {
  readonly flag: Flag<unknown>;

  constructor(names: string, flag: Flag<unknown>) {
    super(names, flag.text);
    this.flag = flag;
    if (flag.group !== undefined) this.helpGroup(flag.group);
  }
}

/** Gives the command the options of the table, in its order. */
export function declare(command: Command, flags: Flags): Command {
  for (const [name, flag] of Object.entries(flags)) {
    const words = `--${keyOf(name)}`;
    command.addOption(optionOf(words, flag));
    const other = counterpart(words, flag);
    if (other !== undefined) command.addOption(other.hideHelp());
  }
  return command;
}

function optionOf(words: string, flag: Flag<unknown>): Option {
  const { kind, takes, alias, initial } = flag;
  const names = `${alias === undefined ? '' : `${alias}, `}${words}`;
  if (kind === 'off') return new FlagOption(words.replace('--', '--no-'), flag);
  if (kind === 'on') return new FlagOption(names, flag);
  const value = kind === 'maybe' ? `[${takes}]` : `<${takes}>`;
  const option = new FlagOption(`${names} ${value}`, flag);
  if (initial !== undefined) option.default(initial);
  const one = (given: string): string | number => checked(flag, given);
  // "" is how a value that was left out is marked (optional-files.ts).
  if (kind === 'maybe') return option.argParser((given) => (given === '' ? true : one(given)));
  if (kind === 'one') return option.argParser(one);
  // Behind a --no- form the previous value is false.
  return option.argParser((given: string, previous: unknown) => [
    ...(Array.isArray(previous) ? (previous as unknown[]) : []),
    one(given),
  ]);
}

/** What takes back a value of a variable or the project file: the --no- form, or the form without "no". */
function counterpart(words: string, flag: Flag<unknown>): Option | undefined {
  const { kind, scope } = flag;
  if (scope === 'flag' || scope === 'scenario' || kind === 'one') return undefined;
  const text = 'cancels what a variable or the project file sets';
  const other = kind === 'off' ? words : words.replace('--', '--no-');
  return new FlagOption(other, { ...flag, kind: 'on', text });
}

function checked(flag: Flag<unknown>, text: string): string | number {
  const value = flag.parse(text);
  if (value instanceof Unfit) throw new InvalidArgumentError(`It ${value.problem}.`);
  return value;
}
