/** The flags that limit what scenarios may touch. */
import type { Command } from 'commander';

type Collect = (value: string, previous: string[]) => string[];
type Whole = (least: number, most: number) => (value: string) => number;

/** Flags of every command that evaluates scenario files. */
export function addScriptFlags(command: Command, collect: Collect): Command {
  return command
    .option(
      '--allow-read <folder>',
      'another folder scripts may read (repeatable, comma-separated)',
      collect,
      [],
    )
    .option(
      '--allow-env <glob>',
      'the only variables of the environment and --env-file that env() finds (repeatable)',
      collect,
      [],
    )
    .option('--untrusted', 'deny what no --allow flag allows; trust nothing beside the scenario');
}

/** Flags of the commands that also run scenarios. */
export function addRunFlags(command: Command, collect: Collect, whole: Whole): Command {
  return addScriptFlags(command, collect)
    .option(
      '--allow-net <host>',
      'the only hosts of http(): HOST[:PORT], *.DOMAIN, CIDR (repeatable)',
      collect,
      [],
    )
    .option(
      '--allow-sip <pattern>',
      'the only SIP targets and servers: USER@HOST, @HOST, USER (repeatable)',
      collect,
      [],
    )
    .option(
      '--isolate <mode>',
      'run agents by bubblewrap: auto (where it works), always, never (default: auto; always under --untrusted)',
    )
    .option('--max-agents <n>', 'most agents of a scenario (default: 100)', whole(1, 1000))
    .option('--max-calls <n>', 'most calls a scenario places (default: any)', whole(1, 1_000_000));
}
