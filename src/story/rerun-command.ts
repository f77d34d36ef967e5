import type { ScenarioId } from '../model/run-event.js';
import { oneLine } from './printable.js';
import { scenarioTitle } from './scenario-title.js';

/** What to type into a shell to run a scenario again. @param again options of the run it was in */
export function rerunCommand(
  scenario: Pick<ScenarioId, 'file' | 'name'>,
  again: readonly string[] = [],
): string {
  const alone = scenarioTitle(scenario) === oneLine(scenario.file);
  const selection = alone ? [] : ['--scenario', shellQuoted(scenario.name)];
  return ['offhook run', shellWord(scenario.file), ...selection, ...again.map(shellWord)].join(' ');
}

function shellWord(text: string): string {
  const shown = oneLine(text);
  return /^[\w./@%+=:,-]+$/.test(shown) ? shown : shellQuoted(text);
}

function shellQuoted(text: string): string {
  const shown = oneLine(text);
  return /["$`\\!]/.test(shown) ? `'${shown.replaceAll("'", "'\\''")}'` : `"${shown}"`;
}
