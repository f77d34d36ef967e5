/** The flags that several commands share, as a request. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ScriptRequest } from '../app/request.js';
import { OffhookError } from '../errors.js';
import { nearest } from '../schema/nearest.js';
import type { ProcessEnvironment } from '../settings/process-environment.js';
import { LAST_KINDS, type FolderFlags, type ScriptFlags } from './options.js';

const LAST_RUN = '.offhook/last-run.json';

/** @throws OffhookError E_USAGE */
export function scriptRequest(
  paths: readonly string[],
  flags: ScriptFlags,
  { cwd, variables }: ProcessEnvironment,
): ScriptRequest {
  const { scenario, tag, excludeTag, set, envFile, allowRead, allowEnv, untrusted } = flags;
  return {
    paths,
    cwd,
    environment: variables,
    filters: { scenario, tag, excludeTag },
    lastRun: resolve(cwd, flags.lastRun ?? LAST_RUN),
    ...lastOf(flags),
    ...testListOf(flags, cwd),
    ...shardOf(flags),
    set,
    envFiles: envFile,
    policy: { allowRead, allowEnv, untrusted: untrusted === true },
  };
}

function lastOf({ last, lastFailed }: ScriptFlags): Pick<ScriptRequest, 'last'> {
  if (last !== undefined && lastFailed === true) {
    throw usage('--last and --last-failed exclude each other', 'leave one of them out');
  }
  if (lastFailed === true) return { last: { kind: 'failed', words: '--last-failed' } };
  if (last === undefined) return {};
  const kind = LAST_KINDS.find((one) => one === last);
  if (kind !== undefined) return { last: { kind, words: `--last ${kind}` } };
  const meant = nearest(last, LAST_KINDS);
  throw usage(
    { subject: `--last "${last}"`, what: 'is not known' },
    meant === undefined ? `use one of ${LAST_KINDS.join(', ')}` : `did you mean ${meant}?`,
  );
}

function testListOf({ testList }: ScriptFlags, cwd: string): Pick<ScriptRequest, 'testList'> {
  if (testList === undefined) return {};
  const words = `--test-list ${testList}`;
  try {
    const text = readFileSync(testList === '-' ? 0 : resolve(cwd, testList), 'utf8');
    return { testList: { text, words } };
  } catch (error) {
    const seen = (error as NodeJS.ErrnoException).code ?? String(error);
    throw usage(
      { subject: words, what: 'cannot be read', seen },
      'name a file that `offhook list` was written to, or - for stdin',
    );
  }
}

function shardOf({ shard }: ScriptFlags): Pick<ScriptRequest, 'shard'> {
  if (shard === undefined) return {};
  const [, index = '', total = ''] = /^(\d{1,4})\/(\d{1,4})$/.exec(shard) ?? [];
  const part = { index: Number(index), total: Number(total) };
  if (part.index >= 1 && part.index <= part.total) return { shard: part };
  throw usage(
    { subject: `--shard "${shard}"`, what: 'is not I/N, with I from 1 to N' },
    'write --shard 1/3 on the first of three machines, 2/3 on the second, 3/3 on the third',
  );
}

function usage(message: ConstructorParameters<typeof OffhookError>[1], hint: string): OffhookError {
  return new OffhookError('E_USAGE', message, { hint });
}

/** The options that choose among the files of folders. */
export function folderRequest({
  allFiles,
  onlyChanged,
}: FolderFlags): Pick<ScriptRequest, 'allFiles' | 'onlyChanged'> {
  return {
    allFiles: allFiles === true,
    ...(onlyChanged === undefined
      ? {}
      : { onlyChanged: onlyChanged === true || onlyChanged === '' ? 'HEAD' : onlyChanged }),
  };
}
