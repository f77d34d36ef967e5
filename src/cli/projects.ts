/** Several --project: a run for each, one after another, each with its own settings, reports and summary. */
import { resolve } from 'node:path';
import { EXIT, OffhookError } from '../errors.js';
import { quotedList } from '../schema/nearest.js';
import type { RunFlags } from './options.js';

interface Projects {
  /** Reads the settings of one project. */
  flagsOf: (project: string) => Promise<RunFlags>;
  /** @returns its exit code */
  run: (project: string, index: number) => Promise<number>;
  /** Says which project begins. */
  tell: (text: string) => void;
}

/**
 * @returns the exit code of the run that was interrupted, else of one that failed, else the first that is not 0.
 * @throws OffhookError E_USAGE before anything runs, where two projects would write one file
 */
export async function runInTurn(
  projects: readonly string[],
  { flagsOf, run, tell }: Projects,
): Promise<number> {
  const twice = projects.find((name, index) => projects.indexOf(name) !== index);
  if (twice !== undefined) throw usage(`"${twice}" is named twice`, 'name it once');
  const outputs = new Map<string, string>();
  for (const project of projects) {
    const flags = await flagsOf(project);
    if (flags.watch === true)
      throw usage('only one project can be watched', 'leave out --watch, or all projects but one');
    for (const file of outputsOf(flags)) {
      const other = outputs.get(resolve(file));
      if (other !== undefined && other !== project) {
        const both = quotedList([other, project], 'and');
        throw usage(
          `${both} would both write to "${file}"`,
          'give each project an output of its own in offhook.config.json, and leave the flag out',
        );
      }
      outputs.set(resolve(file), project);
    }
  }
  const codes: number[] = [];
  for (const [index, project] of projects.entries()) {
    tell(`project "${project}" (${index + 1} of ${projects.length})`);
    const code = await run(project, index);
    if (code === EXIT.interrupted) return code;
    codes.push(code);
  }
  return codes.includes(EXIT.failed) ? EXIT.failed : (codes.find((code) => code !== 0) ?? 0);
}

/** Returns the files and folders that the next run would overwrite. A folder of --artifacts is none: it keeps earlier runs. */
function outputsOf({ reporter, logs, sipTrace, saveAudio }: RunFlags): readonly string[] {
  const reports = reporter.map((one) => one.split('=').slice(1).join('='));
  return [...reports, logs, sipTrace, saveAudio].filter(
    (file) => typeof file === 'string' && file !== '',
  ) as string[];
}

function usage(what: string, hint: string): OffhookError {
  return new OffhookError('E_USAGE', { subject: '--project', what }, { hint });
}
