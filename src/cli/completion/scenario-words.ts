/** Names and tags of scenarios, for completion: asked of the files themselves, as `offhook list` does. */
import { planOptions } from '../../app/scripts.js';
import { LIMITS } from '../../app/limits.js';
import { openThreads } from '../../app/threads.js';
import { planRun } from '../../runner/plan/plan.js';
import { readProcess } from '../../settings/process-environment.js';
import { PATHS } from '../options.js';
import { secrets } from '../print.js';
import { settle } from '../settings/settle.js';

/** Completion gives up after this time, because somebody is waiting at the keyboard. */
const LIMIT_MS = 3_000;
const CPU_LIMIT_MS = 1_000;

/** Characters that a shell, or a terminal, would take for something else than a part of a name. */
const UNFIT = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
const LONGEST = 200;

/** Leaves out files that cannot be collected. @param paths if empty, the paths of the project file. @returns each word once */
export async function scenarioWords(
  kind: 'names' | 'tags',
  paths: readonly string[],
): Promise<readonly string[]> {
  const limits = { ...LIMITS, cpu_ms: CPU_LIMIT_MS };
  const threads = openThreads({ limits, secrets });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly string[]>((resolve) => {
    timer = setTimeout(() => {
      resolve([]);
    }, LIMIT_MS);
  });
  const found = (async () => {
    const { cwd, variables: environment } = readProcess();
    const plans = (paths.length > 0 ? paths : await ownPaths()).map((path) => {
      const request = {
        paths: [path],
        cwd,
        environment,
        allFiles: true,
        forbidOnly: false,
      } as const;
      return planRun(planOptions(request, secrets), threads);
    });
    const settled = await Promise.allSettled(plans);
    const scenarios = settled.flatMap((one) =>
      one.status === 'fulfilled'
        ? [
            ...one.value.files.flatMap((file) => file.scenarios),
            ...one.value.leftOut.map(({ scenario }) => scenario),
          ]
        : [],
    );
    return scenarios.flatMap(({ name, tags }) => (kind === 'names' ? [name] : tags));
  })();
  try {
    const words = await Promise.race([found, late]);
    return [...new Set(words)].filter((word) => isFit(word, kind)).sort();
  } finally {
    clearTimeout(timer);
    await threads.close();
  }
}

/** The paths that offhook.config.json or OFFHOOK_PATHS names. */
async function ownPaths(): Promise<readonly string[]> {
  const given = { values: {}, isGiven: () => false };
  return (await settle({ paths: PATHS }, given, readProcess())).flags.paths;
}

function isFit(word: string, kind: 'names' | 'tags'): boolean {
  if (word === '' || word.length > LONGEST || UNFIT.test(word)) return false;
  // a name that holds a secret would have to be shown
  if (secrets.mask(word) !== word) return false;
  return kind === 'tags' ? !word.includes(',') : !word.startsWith('re:');
}
