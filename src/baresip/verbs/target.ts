/** Turns the target of a verb into a URI that the guard of the agent allows. */
import { targetUri, uriOfAgent } from '../../agents/target.js';
import type { DialTarget, UserAgent } from '../../agents/user-agent.js';
import type { PlacedTarget, RunningAgent } from '../running-agent.js';

/** The target of a verb, which the guard of the agent allows. */
export function placedTarget(agent: RunningAgent, verb: string, target: DialTarget): PlacedTarget {
  const { name, account, context, routed } = agent.ground;
  const placed = 'agent' in target ? ofAgent(target.agent) : { uri: textUri(target) };
  context.guard?.target(placed.uri, { routed }, verb);
  return placed;

  function textUri(text: { uri: string } | { number: string }): string {
    const { domain, transport } = account;
    return targetUri('uri' in text ? text.uri : text.number, { name, domain, transport, verb });
  }
}

function ofAgent(agent: UserAgent): PlacedTarget {
  return { uri: uriOfAgent(agent), agent };
}
