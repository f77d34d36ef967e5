/** Answers calls by the option `answer`: after a while, with ringing or with early media until then. */
import type { AgentEvent } from '../../model/agent-event.js';
import { durationMs } from '../../time.js';
import { Limit } from '../../agents/limit.js';
import { waitingCalls } from '../../model/agent-state.js';
import type { RunningAgent } from '../running-agent.js';
import { accept } from './calls.js';

const ACCEPT_MS = 5000;

/** Must be called with every event of the agent. */
export function answerIncoming(agent: RunningAgent, event: AgentEvent): void {
  const { answer } = agent.ground.options;
  if (event.type !== 'call_incoming' || agent.refusal !== undefined) return;
  if (typeof answer !== 'object') return;
  const { call } = event;
  const { after, code } = answer;
  if (code === 183) ringWithMedia(agent, call);
  if (after === undefined) return;
  const timer = setTimeout(() => {
    const waits = waitingCalls(agent.state).some(({ id }) => id === call);
    // The script may have accepted or refused the call meanwhile.
    if (!agent.usable || !waits || agent.calls.leaving(call)) return;
    accept(agent, { call }, new Limit(ACCEPT_MS)).catch((error: unknown) => {
      agent.emit({ type: 'warning', text: `a call was not answered: ${(error as Error).message}` });
    });
  }, durationMs(after));
  timer.unref();
}

/** baresip answers, and the proxy tells the caller that it still rings. */
function ringWithMedia(agent: RunningAgent, call: string): void {
  const { proxy } = agent.ground;
  if (proxy === undefined) return;
  proxy.early.begin(call);
  try {
    void agent.send('answer', agent.commands.accept(call), new Limit(ACCEPT_MS));
  } catch {
    // The agent is being stopped, which ends the call, too.
  }
}
