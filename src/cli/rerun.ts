/** A run's options other than its scenarios and reports: running a scenario again needs the same ones. */
import type { Command } from 'commander';
import type { RunFlags } from './options.js';

const CHOOSING_SCENARIOS = [
  ...(['scenario', 'tag', 'excludeTag', 'lastFailed', 'last', 'testList', 'shard'] as const),
  ...(['lastRun', 'onlyChanged', 'watch'] as const),
] as const;
const SCHEDULING = [
  ...([
    'jobs',
    'retries',
    'failOnFlaky',
    'repeat',
    'seed',
    'stress',
    'untilFailure',
    'bail',
  ] as const),
  ...(['label', 'keep'] as const),
] as const;
const REPORTING = [
  ...([
    'reporter',
    'json',
    'logs',
    'sipTrace',
    'capture',
    'sipHeaders',
    'saveAudio',
    'metrics',
  ] as const),
  ...(['artifacts', 'artifactsOn', 'quiet', 'verbose', 'color'] as const),
] as const;
const OF_ONE_RUN: ReadonlySet<string> = new Set<keyof RunFlags>([
  ...CHOOSING_SCENARIOS,
  ...SCHEDULING,
  ...REPORTING,
]);
/** Filters to repeat if they overruled those of a variable or the project file, which would hide the scenario. */
const FILTERS: ReadonlySet<string> = new Set<keyof RunFlags>(['tag', 'excludeTag']);

/**
 * Returns the other options as given on the command line: ["--lab", "--vars", "pbx.env"]. Variables and the project file will
 * apply again by themselves. @param overruled names of options that one of these sets as well
 * @param project the --project of the run
 */
export function rerunWords(
  command: Command,
  overruled: ReadonlySet<string>,
  project: readonly string[],
): readonly string[] {
  return command.options.flatMap((option) => {
    const name = option.attributeName();
    if (command.getOptionValueSource(name) !== 'cli') return [];
    if (OF_ONE_RUN.has(name) && !(FILTERS.has(name) && overruled.has(name))) return [];
    // commander keeps the first of two long names where short names usually are: --vars of --env-file
    const flag = (option.short?.startsWith('--') === true ? option.short : option.long) ?? '';
    const value: unknown = name === 'project' ? project : command.getOptionValue(name);
    // An option and its --no- form share one value.
    if (option.negate !== (value === false)) return [];
    if (typeof value === 'boolean') return [flag];
    return (Array.isArray(value) ? value : [value]).flatMap((one) => [flag, String(one)]);
  });
}
