/** What a run was told besides which scenarios and reports: running one of them again needs the same. */
import type { Command } from 'commander';

/** Options that choose scenarios or reports. */
const OF_ONE_RUN: ReadonlySet<string> = new Set(
  'scenario tag excludeTag reporter json logs sipTrace saveAudio metrics quiet verbose color'.split(
    ' ',
  ),
);

/** ["--lab", "--env-file", "pbx.env"]: the other options as they were given on the command line. */
export function rerunWords(command: Command): readonly string[] {
  return command.options.flatMap((option) => {
    const name = option.attributeName();
    if (OF_ONE_RUN.has(name) || command.getOptionValueSource(name) !== 'cli') return [];
    const flag = option.long ?? '';
    const value: unknown = command.getOptionValue(name);
    if (typeof value === 'boolean') return [flag];
    return (Array.isArray(value) ? value : [value]).flatMap((one) => [flag, String(one)]);
  });
}
