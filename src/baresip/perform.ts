/** Sends commands and waits for their effect, as every verb does. */
import { OffhookError } from '../errors.js';
import { noReply, type Command } from './wire/ctrl.js';
import type { Reply } from './wire/events.js';
import type { Limit } from '../agents/limit.js';
import type { RunningAgent } from './running-agent.js';

export interface Effect<T> {
  /** Returns the effect once it has happened; throws when it can no longer happen. */
  done(): T | undefined;
  /** Gets the text of the last command's reply. */
  replied?(data: string): void;
  /** The error for a reply with `ok: false`; without this function, `done` deals with such a reply. */
  refused?(data: string): OffhookError;
  /** `waitedMs`: the limit as it was given. */
  timedOut(waitedMs: number): OffhookError;
}

/** Sends commands and waits for their effect, a refusal or the limit, whichever comes first. */
export async function perform<T>(
  agent: RunningAgent,
  verb: string,
  commands: Command[],
  limit: Limit,
  effect: Effect<T>,
): Promise<T> {
  let failure: Error | undefined;
  let answered = 0;
  const replies = agent.send(verb, commands, limit);
  replies.forEach((reply, at) => {
    reply.then(
      ({ ok, data }) => {
        answered += 1;
        if (at < replies.length - 1) return;
        effect.replied?.(data);
        if (ok || effect.refused === undefined) return;
        failure = effect.refused(data.trim());
        agent.waiters.wake();
      },
      (error: unknown) => {
        // A closed connection is reported by the agent's own end, in more detail.
        if (!(error instanceof OffhookError) || error.code !== 'E_AGENT_HUNG') return;
        failure = agent.problem('E_AGENT_HUNG', verb, error.message);
        agent.waiters.wake();
      },
    );
  });
  return agent.waiters.until(
    () => {
      const value = effect.done();
      if (value === undefined && failure !== undefined) throw failure;
      return value;
    },
    limit,
    (waitedMs) => {
      const silent = commands[answered];
      if (silent === undefined) return effect.timedOut(waitedMs);
      return agent.problem('E_AGENT_HUNG', verb, noReply(silent.name, waitedMs));
    },
  );
}

/** How long to wait for the end of the process after its control connection broke: the exit code explains why it broke. */
const END_FOLLOWS_MS = 1000;

/** Replies to commands whose effect is not awaited, or is reported elsewhere. */
export async function replied(
  agent: RunningAgent,
  verb: string,
  commands: readonly Command[],
  limit: Limit,
): Promise<Reply[]> {
  try {
    return await Promise.all(agent.send(verb, commands, limit));
  } catch (error) {
    if (!(error instanceof OffhookError) || error.code !== 'E_AGENT_CONTROL') throw error;
    // The end of the process explains the end of the connection.
    await agent.waiters.failWithin(END_FOLLOWS_MS);
    throw error;
  }
}
