/**
 * Everything people and CI systems see of a run. Reporters know one thing: the stream of RunEvents
 * (src/model/run-event.ts). They know no runner, no agents and no settings: streams, colour level,
 * widths and file names are given to them. A new kind of report is a new Reporter, nothing else.
 */
import { OffhookError } from '../errors.js';
import type { RunEvent } from '../model/run-event.js';

export interface Reporter {
  /** Types of events the reporter is not given, as it has no use for them. */
  readonly ignores?: ReadonlySet<RunEvent['type']>;
  /** Called once, before the first event. @param tell gives an event of the reporter's own, such as a file it wrote, to all */
  attach?(tell: (event: RunEvent) => void): void;
  /** Must be cheap and must not throw because of what an event holds. */
  on(event: RunEvent): void;
  /**
   * Called once, before anybody is given `run_finished`, and before `close()` where the run broke off: for files that are
   * complete only now. Events it tells come before `run_finished`.
   */
  complete?(): Promise<void>;
  /**
   * Writes what is left; also called when the run broke off, without a `run_finished`. Events it tells now still reach those
   * that are closed after it.
   */
  close(): Promise<void>;
}

/**
 * Many reporters as one. They get an event when the turn of the event loop that brought it is over: a
 * script that waits for it goes first. A reporter that throws gets no more events, so the run and the others
 * go on; `close()` rejects with its error.
 * @param mask gives the event without secrets: reporters never see any.
 */
export function fanOut(
  reporters: readonly Reporter[],
  mask: (event: RunEvent) => RunEvent,
): Reporter {
  const thrown: unknown[] = [];
  let active = reporters;
  let waiting: RunEvent[] = [];
  /** `run_finished` and the events behind it, held back until all reporters have completed their files. */
  let held: RunEvent[] = [];
  const isCompleted = reporters.some((one) => one.complete !== undefined);
  /** Events added by reporters: they follow the event that caused them. */
  const added: RunEvent[] = [];
  for (const reporter of reporters) reporter.attach?.((event) => added.push(event));
  const tell = (event: RunEvent): void => {
    const meant = active.filter(({ ignores }) => ignores?.has(event.type) !== true);
    if (meant.length === 0) return;
    const shown = mask(event);
    for (const reporter of meant) {
      try {
        reporter.on(shown);
      } catch (error) {
        thrown.push(error);
        active = active.filter((one) => one !== reporter);
      }
    }
  };
  const tellAdded = (): void => {
    for (let more = added.shift(); more !== undefined; more = added.shift()) tell(more);
  };
  const flush = (): void => {
    const events = waiting;
    waiting = [];
    for (const event of events) {
      tell(event);
      tellAdded();
    }
  };
  return {
    on(event) {
      if (held.length > 0 || (isCompleted && event.type === 'run_finished')) {
        held.push(event);
        return;
      }
      waiting.push(event);
      if (waiting.length === 1) setImmediate(flush);
    },
    async close() {
      flush();
      // Last one first: later ones may write to the stream of an earlier one.
      const lastFirst = [...reporters].reverse();
      for (const reporter of lastFirst) {
        try {
          await reporter.complete?.();
        } catch (error) {
          thrown.push(error);
        }
        tellAdded();
      }
      waiting.push(...held);
      held = [];
      flush();
      for (const reporter of lastFirst) {
        active = active.filter((one) => one !== reporter);
        try {
          await reporter.close();
        } catch (error) {
          thrown.push(error);
        }
        tellAdded();
      }
      if (thrown.length > 0) throw firstError(thrown);
    },
  };
}

function firstError(thrown: readonly unknown[]): OffhookError {
  const first = thrown.find((error) => error instanceof OffhookError) ?? thrown[0];
  if (first instanceof OffhookError) return first;
  const seen = first instanceof Error ? `${first.name}: ${first.message}` : String(first);
  return new OffhookError(
    'E_INTERNAL',
    { subject: 'reporter', what: 'broke off', seen },
    {},
    first,
  );
}
