/** `offhook serve --check`: whether each monitor would find something to run. */
import { execFile } from 'node:child_process';
import { EXIT } from '../../errors.js';
import { selectionOf } from '../../monitor/core/child.js';
import type { MonitorSettings } from '../../monitor/model/settings.js';
import type { ServeSettings } from '../../monitor/settings/settings.js';
import { LINES_FILE } from '../../settings/lines.js';
import { print, printError } from '../print.js';

/** Scenario files are evaluated in so many processes at a time. */
const AT_A_TIME = 2;

/** Where and how Offhook is started again for it. */
export interface CheckPlace {
  /** Program and first arguments. */
  readonly program: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** @returns the exit code */
export async function checkMonitors(
  { monitors, folder, file }: ServeSettings,
  place: CheckPlace,
): Promise<number> {
  // Monitors of the same scenarios, such as one for each line, are checked once.
  const groups = new Map<string, MonitorSettings[]>();
  for (const monitor of monitors) {
    const key = JSON.stringify([selectionOf(monitor), monitor.set]);
    groups.set(key, [...(groups.get(key) ?? []), monitor]);
  }
  const ofFile = { ...place, environment: { ...place.environment, [LINES_FILE]: file } };
  const queue = [...groups.values()];
  let bad = 0;
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [first] = next;
      const problem = first === undefined ? undefined : await problemOf(first, folder, ofFile);
      if (problem === undefined) continue;
      bad += next.length;
      printError(`monitor ${next.map(({ name }) => `"${name}"`).join(', ')}:\n${problem}`);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  const good = monitors.length - bad;
  print(`${file}: ${good} of ${monitors.length} monitors can run`);
  return bad === 0 ? EXIT.passed : EXIT.usage;
}

/** Returns what `offhook list` reports about the scenarios of a monitor; undefined if it finds nothing wrong. */
function problemOf(
  monitor: MonitorSettings,
  cwd: string,
  { program: [command = process.execPath, ...first], environment }: CheckPlace,
): Promise<string | undefined> {
  const words = [...first, 'list', ...selectionOf(monitor)];
  const set = Object.entries(monitor.set).map(([name, value]) => `${name}=${value}`);
  const env = { ...environment, OFFHOOK_SET: set.join('\n') };
  return new Promise((resolve) => {
    execFile(command, words, { cwd, env }, (error, _stdout, stderr) => {
      resolve(error === null ? undefined : stderr.trim());
    });
  });
}
