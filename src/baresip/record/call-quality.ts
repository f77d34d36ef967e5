/** Turns CALL_RTCP, which baresip emits for each report it gets, into the quality of the call. */
import type { AgentEvent } from '../../model/agent-event.js';
import type { AgentState } from '../../model/agent-state.js';
import { packetsOf, qualityOf } from '../../model/call-quality.js';
import type { CtrlEvent } from '../wire/events.js';

/** `undefined` for other events, and for the first reports, which are all zeros. */
export function qualityEvent(event: CtrlEvent, state: AgentState): AgentEvent | undefined {
  if (event.name !== 'CALL_RTCP') return undefined;
  const call = state.calls.find((one) => one.id === event.call);
  const stats = event.fields['rtcp_stats'] ?? '';
  const quality = qualityOf(stats, call?.facts.media?.codec);
  const packets = packetsOf(stats);
  if (call === undefined || quality === undefined || packets === undefined) return undefined;
  return { type: 'call_quality', call: call.id, quality, packets };
}
