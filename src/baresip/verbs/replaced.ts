/** Attended transfer to an agent whose baresip does not know Replaces: the driver ends the call that is replaced. */
import { Limit } from '../../agents/limit.js';
import { headerOf, type SipMessage } from '../../sip/sip-message.js';
import { replacedDialog } from '../../sip/transfer-uri.js';
import { hasCapability } from '../capabilities.js';
import type { RunningAgent } from '../running-agent.js';

const HANGUP_MS = 2000;

/** Whether an agent can take part in an attended transfer without a PBX in between. */
export function takesReplaces({
  ground: { context, proxy },
}: Pick<RunningAgent, 'ground'>): boolean {
  return proxy !== undefined || hasCapability(context.binary.version, 'replaces');
}

/** Must be called with every message: an INVITE with Replaces ends the call it names, and rings (RFC 3891, 3). */
export function endReplaced(agent: RunningAgent, message: SipMessage): void {
  if (message.direction !== 'received' || message.method !== 'INVITE') return;
  const value = message.code === undefined ? headerOf(message.headers, 'replaces') : undefined;
  const { context, proxy } = agent.ground;
  if (value === undefined || proxy === undefined) return;
  if (hasCapability(context.binary.version, 'replaces') || !agent.usable) return;
  const { call_id, toTag, fromTag } = replacedDialog(value);
  const dialog = agent.calls.dialogOf(call_id);
  // A header that names a dialog the agent does not have is left to baresip, which rings.
  if (dialog?.localTag !== toTag || dialog.remoteTag !== fromTag) return;
  // An INVITE can come twice. baresip 1.0 ends its current call, which by then is the new one.
  if (!agent.calls.expectReplaced(call_id)) return;
  void agent.send('accept', agent.commands.hangup(call_id), new Limit(HANGUP_MS));
}
