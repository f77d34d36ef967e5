/** Commands and the effect they are to have: what every verb waits for. */
import { OffhookError } from '../errors.js';
import type { Command } from './wire/ctrl.js';
import type { Reply } from './wire/events.js';
import type { RunningAgent } from './running-agent.js';

export interface Effect<T> {
  /** The effect, once it is there; throws when it can no longer come. */
  done(): T | undefined;
  /** The text of the last command's reply. */
  replied?(data: string): void;
  /** Error for a command answered with `ok: false`; without it such a reply is left to `done`. */
  refused?(data: string): OffhookError;
  timedOut(waitedMs: number): OffhookError;
}

/** Sends commands and waits for their effect, for a refusal, or for the limit, whichever is first. */
export async function perform<T>(
  session: RunningAgent,
  verb: string,
  commands: Command[],
  limitMs: number,
  effect: Effect<T>,
): Promise<T> {
  let failure: Error | undefined;
  const replies = session.send(verb, commands, limitMs);
  replies.forEach((reply, at) => {
    reply.then(
      ({ ok, data }) => {
        if (at < replies.length - 1) return;
        effect.replied?.(data);
        if (ok || effect.refused === undefined) return;
        failure = effect.refused(data.trim());
        session.waiters.wake();
      },
      (error: unknown) => {
        // A closed connection is told by the agent's own end, with more in it.
        if (!(error instanceof OffhookError) || error.code !== 'E_AGENT_HUNG') return;
        failure = session.problem('E_AGENT_HUNG', verb, error.message);
        session.waiters.wake();
      },
    );
  });
  return session.waiters.until(
    () => {
      const value = effect.done();
      if (value === undefined && failure !== undefined) throw failure;
      return value;
    },
    // Later than the replies' own limit, so that a silent baresip is called that.
    limitMs + 5,
    () => effect.timedOut(Math.round(limitMs)),
  );
}

/** From the end of the connection to the end of the process, which explains it. */
const END_FOLLOWS_MS = 1000;

/** The replies to commands, where their effect is not waited for or told by something else. */
export async function replied(
  session: RunningAgent,
  verb: string,
  commands: readonly Command[],
  limitMs: number,
): Promise<Reply[]> {
  try {
    return await Promise.all(session.send(verb, commands, limitMs));
  } catch (error) {
    if (!(error instanceof OffhookError) || error.code !== 'E_AGENT_CONTROL') throw error;
    // Rejects with the end of the process, which explains the end of the connection.
    await session.waiters.within(() => undefined, END_FOLLOWS_MS);
    throw error;
  }
}

/** What is left of a limit; at least a millisecond, so that its own error is raised. */
export function left(limitMs: number, started: number): number {
  return Math.max(1, limitMs - (performance.now() - started));
}
