/** What can stand where the cursor is: found in commander's own tables, so that a new command or option needs nothing here. */
import { basename } from 'node:path';
import { Help, type Command, type Option } from 'commander';
import { FlagOption } from '../declare.js';
import { joinOptionalFiles } from '../optional-files.js';

export interface Candidate {
  readonly text: string;
  readonly about?: string;
}

/** `keep` is the part of the word that stands before what is completed: "--tag=smoke,". */
export type Wanted = { readonly keep: string } & (
  | { readonly kind: 'words'; readonly words: readonly Candidate[] }
  | { readonly kind: 'files' }
  /** Names or tags of the scenarios in these files and folders. */
  | { readonly kind: 'names' | 'tags'; readonly paths: readonly string[] }
);

/** @param before the words up to the cursor's, the program's own first */
export function wantedAt(program: Command, before: readonly string[], current: string): Wanted {
  const words = ownWords(before, program.name());
  const at = words.findIndex((word) => !word.startsWith('-'));
  const name = words[at];
  if (name === undefined) return oneOfThese(current, program, commandsOf(program));
  const given = words.slice(at + 1);
  if (name === 'help') return choices(given.length === 0 ? commandsOf(program) : []);
  const command = program.commands.find((one) => one.name() === name);
  if (command === undefined) return choices([]);
  const { pending, paths, isEnded } = readGiven(command, joinOptionalFiles(given));
  if (pending !== undefined) return valueOf(pending, { keep: '', value: current, paths });
  if (current.startsWith('-') && !isEnded) {
    const equals = current.indexOf('=');
    if (equals === -1) return choices(optionsOf(command, current));
    const option = findOption(command, current.slice(0, equals));
    if (option === undefined) return choices([]);
    const [keep, value] = [current.slice(0, equals + 1), current.slice(equals + 1)];
    return valueOf(option, { keep, value, paths });
  }
  return argumentOf(command, paths.length);
}

/** Returns the words after the program's name, also if a package runner starts it: `npx --yes offhook run`. */
function ownWords(before: readonly string[], name: string): readonly string[] {
  const at = before.findIndex((word) => basename(word).replace(/@.*$/, '') === name);
  return before.slice(at === -1 ? 1 : at + 1);
}

function choices(words: readonly Candidate[]): Wanted {
  return { kind: 'words', keep: '', words };
}

function oneOfThese(current: string, command: Command, others: readonly Candidate[]): Wanted {
  return choices(current.startsWith('-') ? optionsOf(command, current) : others);
}

function commandsOf(program: Command): readonly Candidate[] {
  return new Help()
    .visibleCommands(program)
    .map((one) => ({ text: one.name(), about: one.description() }));
}

/** Options such as --no-lab, which take back a setting, are offered only once --no- is typed. */
function optionsOf(command: Command, current: string): readonly Candidate[] {
  const hidden = current.startsWith('--no-') ? command.options.filter((one) => one.hidden) : [];
  return [...new Help().visibleOptions(command), ...hidden].flatMap(
    ({ short, long, description: about }) =>
      [short, long]
        .filter((flag) => flag?.startsWith('--') === true)
        .map((text = '') => ({ text, about })),
  );
}

function findOption(command: Command, flag: string): Option | undefined {
  return command.options.find(({ short, long }) => flag === short || flag === long);
}

interface GivenWords {
  /** The last option on the line, if its value is still missing. */
  readonly pending?: Option;
  readonly paths: readonly string[];
  /** After "--" no word is an option. */
  readonly isEnded: boolean;
}

function readGiven(command: Command, words: readonly string[]): GivenWords {
  const paths: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') return { paths: [...paths, ...words.slice(at + 1)], isEnded: true };
    const option = word.startsWith('-') ? findOption(command, word) : undefined;
    if (!word.startsWith('-')) paths.push(word);
    if (option?.required === true || option?.optional === true) {
      at += 1;
      if (option.required && at === words.length) return { pending: option, paths, isEnded: false };
    }
  }
  return { paths, isEnded: false };
}

interface Place {
  readonly keep: string;
  readonly value: string;
  readonly paths: readonly string[];
}

/** What stands for the value of an option that names a file, a folder or a program. */
const FILE = /[<[](file|folder|program|path)[\]>]$/;

function valueOf(option: Option, { keep, value, paths }: Place): Wanted {
  const { offers, takes = '' } = option instanceof FlagOption ? option.flag : {};
  const equals = value.indexOf('=');
  if (takes.endsWith('[=file]') && equals !== -1) {
    return { kind: 'files', keep: keep + value.slice(0, equals + 1) };
  }
  if (offers === 'names') return { kind: offers, keep, paths };
  if (offers === 'tags') {
    return { kind: offers, keep: keep + value.slice(0, value.lastIndexOf(',') + 1), paths };
  }
  if (offers !== undefined) return { ...choices(offers.map((text) => ({ text }))), keep };
  return FILE.test(option.flags) ? { kind: 'files', keep } : { ...choices([]), keep };
}

function argumentOf(command: Command, count: number): Wanted {
  const { registeredArguments: known } = command;
  const last = known.at(-1);
  const argument = known[count] ?? (last?.variadic === true ? last : undefined);
  if (argument === undefined) return choices([]);
  const { argChoices } = argument;
  if (argChoices !== undefined) return choices(argChoices.map((text) => ({ text })));
  return { kind: 'files', keep: '' };
}
