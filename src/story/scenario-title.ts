import { oneLine } from './printable.js';

/** "file › name"; a single-scenario file has its own name twice, which helps nobody. */
export function scenarioTitle(scenario: { file: string; name: string }): string {
  const base = scenario.file.replace(/^.*[/\\]/, '');
  const same = scenario.name === base || base.startsWith(`${scenario.name}.`);
  return oneLine(same ? scenario.file : `${scenario.file} › ${scenario.name}`);
}
