/** The flags that several commands share, as a request. */
import type { ScriptRequest } from '../app/request.js';
import type { ProcessEnvironment } from '../settings/process-environment.js';
import type { FolderFlags, ScriptFlags } from './options.js';

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
    set,
    envFiles: envFile,
    policy: { allowRead, allowEnv, untrusted: untrusted === true },
  };
}

/** What is taken of folders. */
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
