/** Error texts for what stops a script from outside and for the limits it runs into. The main thread uses them, too. */
import { type ErrorData, said } from '../../errors.js';
import { formatMs } from '../../time.js';
import type { Session } from './job-context.js';
import type { StopReason } from './stop.js';

/** The error every operation answers with once the script has to stop. */
export function stopError(reason: StopReason, session: Session): ErrorData {
  switch (reason.kind) {
    case 'timeout':
      return timeoutError(session);
    case 'cpu':
      return cpuError(session.limits.cpu_ms);
    case 'interrupt':
      return {
        code: 'E_INTERRUPTED',
        ...said({ subject: 'scenario', what: `interrupted${whileWaiting(session)}` }),
      };
    case 'restart':
      return {
        code: 'E_INTERRUPTED',
        ...said({ subject: 'scenario', what: 'begins anew' }),
      };
    case 'skip':
      return {
        code: 'E_SCRIPT_STRUCTURE',
        ...said({ subject: 'skip()', what: 'the scenario ends here' }),
      };
    case 'reached':
      return {
        code: 'E_SCENARIO_COLLECT',
        ...said({ subject: 'collecting', what: 'the evaluation ends here' }),
      };
  }
}

function timeoutError(session: Session): ErrorData {
  const { isTeardown, phase } = session;
  const limit = isTeardown ? session.teardownMs : session.timeoutMs;
  return {
    code: 'E_SCRIPT_TIMEOUT',
    ...said({
      subject: isTeardown || phase === 'setup_file' ? phase : 'scenario',
      what: `out of time${whileWaiting(session)}`,
      limit: formatMs(limit),
    }),
    hint: isTeardown
      ? 'make teardown shorter: Offhook stops the agents itself'
      : 'look at what it waits for, or raise the limit with --timeout or the option timeout',
  };
}

export function cpuError(limitMs: number): ErrorData {
  return {
    code: 'E_SCRIPT_CPU',
    ...said({
      subject: 'script',
      what: 'computed without a pause for too long',
      limit: `${formatMs(limitMs)} of CPU`,
    }),
    hint: 'look for a loop that never ends; wait with await_until or wait, never by counting',
  };
}

export function memoryError(limit: number): ErrorData {
  return {
    code: 'E_SCRIPT_MEMORY',
    ...said({
      subject: 'script',
      what: 'out of memory',
      limit: `${Math.round(limit / 1_048_576)} MiB`,
    }),
    hint: 'keep less data, or raise the limit with --memory-limit',
  };
}

export function stackError(): ErrorData {
  return {
    code: 'E_SCRIPT_STACK',
    ...said({ subject: 'script', what: 'too much recursion', seen: 'the stack is used up' }),
    hint: 'look for a function that calls itself without end',
  };
}

function whileWaiting(session: Session): string {
  const what = session.waitingFor.at(-1);
  return what === undefined ? '' : ` while waiting for ${what}`;
}
