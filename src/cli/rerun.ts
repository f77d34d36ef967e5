/** A run's options other than its scenarios and reports: running a scenario again needs the same ones. */
import type { Command } from 'commander';
import type { RunFlags } from './options.js';

const CHOOSING_SCENARIOS = ['scenario', 'tag', 'excludeTag', 'onlyChanged', 'watch'] as const;
const REPORTING = [
  ...(['reporter', 'json', 'logs', 'sipTrace', 'sipHeaders', 'saveAudio', 'metrics'] as const),
  ...(['quiet', 'verbose', 'color'] as const),
] as const;
const OF_ONE_RUN: ReadonlySet<string> = new Set<keyof RunFlags>([
  ...CHOOSING_SCENARIOS,
  ...REPORTING,
]);

/** ["--lab", "--vars", "pbx.env"]: the other options as they were given on the command line. */
export function rerunWords(command: Command): readonly string[] {
  return command.options.flatMap((option) => {
    const name = option.attributeName();
    if (OF_ONE_RUN.has(name) || command.getOptionValueSource(name) !== 'cli') return [];
    // commander keeps the first of two long names, as --vars of --env-file, where short ones are
    const flag = (option.short?.startsWith('--') === true ? option.short : option.long) ?? '';
    const value: unknown = command.getOptionValue(name);
    if (typeof value === 'boolean') return [flag];
    return (Array.isArray(value) ? value : [value]).flatMap((one) => [flag, String(one)]);
  });
}
