/** Rewrites errors for callers of `run()`: names of command-line flags become names of options. */
import { OffhookError } from '../errors.js';

/** Flags whose option has another name. The others follow a rule: --exclude-tag is `excludeTag`. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  '--allow-env': 'policy.allowEnv',
  '--allow-net': 'policy.allowNet',
  '--allow-only': 'forbidOnly: false',
  '--allow-read': 'policy.allowRead',
  '--allow-sip': 'policy.allowSip',
  '--env-file': 'variableFiles',
  '--isolate': 'policy.isolate',
  '--max-agents': 'policy.maxAgents',
  '--max-calls': 'policy.maxCalls',
  '--set': 'variables',
  '--untrusted': 'policy.untrusted',
};

/** @param mask takes secrets out of a text */
export function inWordsOfOptions(
  error: OffhookError,
  mask: (text: string) => string,
): OffhookError {
  const { hint, subject, what, seen, ...rest } = error.details;
  const put = (text: string): string => named(mask(text));
  const about =
    what === undefined
      ? put(error.message)
      : {
          what: put(what),
          ...(subject === undefined ? {} : { subject: put(subject) }),
          ...(seen === undefined ? {} : { seen: mask(seen) }),
        };
  const details = hint === undefined ? rest : { ...rest, hint: put(hint) };
  return new OffhookError(error.code, about, details, error.cause);
}

function named(text: string): string {
  return text.replace(/(?<![\w-])--[a-z]+(?:-[a-z]+)*/g, (flag) => {
    const camel = flag.slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return `option ${OTHER_NAMES[flag] ?? camel}`;
  });
}
