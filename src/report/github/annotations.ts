/** Workflow commands of GitHub Actions: lines a runner makes annotations of. */
import { relative, resolve } from 'node:path';
import type { Failure, ScenarioId } from '../../model/run-event.js';
import { printable } from '../../story/printable.js';
import { scenarioTitle } from '../../story/scenario-title.js';

/** @param root the checkout: GitHub knows paths below it. @param cwd files of scenarios are relative to it */
export function annotation(
  level: 'error' | 'warning',
  scenario: ScenarioId,
  failure: Failure | undefined,
  message: string,
  { root, cwd }: { root: string; cwd: string },
): string {
  const { at } = failure ?? {};
  const file = relative(root, resolve(cwd, at?.file ?? scenario.file));
  const properties = Object.entries({
    file: file.startsWith('..') ? undefined : file,
    line: at?.line,
    col: at?.column,
    title: `${scenarioTitle(scenario)}${level === 'warning' ? ' is flaky' : ''}`,
  })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${property(String(value))}`);
  return `::${level} ${properties.join(',')}::${data(message)}\n`;
}

function data(text: string): string {
  return printable(text).replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function property(text: string): string {
  return data(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}
