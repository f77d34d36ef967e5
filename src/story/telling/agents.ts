/** What happened to agents, in words: events, and what RTP and RTCP told. */
import { isHttpEvent } from '../../model/http-event.js';
import { packetsOf, qualityOf } from '../../model/call-quality.js';
import type { AgentEvent } from '../../model/agent-event.js';
import { formatMs } from '../../time.js';
import type { Attempt, Placed, TimeOf } from './attempt.js';
import type { Calls } from './calls.js';
import type { Lanes } from './lanes.js';
import { PeerNames } from '../peer-names.js';
import type { EventRow, MediaRow, MediaSummary } from '../story.js';
import { agentEventText } from '../wording.js';

type Word = AgentEvent['type'];

/** Events that have rows of another kind. */
const ELSEWHERE: ReadonlySet<Word> = new Set<Word>(['sip', 'dtmf_sent', 'dtmf_received']);
const MEDIA: ReadonlySet<Word> = new Set<Word>(['call_rtp', 'call_quality', 'audio_level']);
/** Events that restate what a verb has just said. */
const AFTER_VERBS: ReadonlySet<Word> = new Set<Word>([
  'started',
  'registering',
  'unregistering',
  'call_dialed',
  'call_accepted',
  'call_superseded',
  'other',
]);
/** Events that restate SIP messages, for who sees those. */
const AFTER_MESSAGES: ReadonlySet<Word> = new Set<Word>([
  'registered',
  'unregistered',
  'call_incoming',
  'call_ringing',
  'call_established',
  'call_redirected',
  'call_transfer',
  'message_received',
  'message_sent',
  'mwi',
]);

export function agentRows(
  { events }: Attempt,
  timeOf: TimeOf,
  lanes: Lanes,
  calls: Calls,
): Placed<EventRow | MediaRow>[] {
  const names = new PeerNames();
  const traced = new Set(events.flatMap((event) => (event.type === 'sip' ? [event.agent] : [])));
  for (const event of events) {
    if (event.type !== 'agent' || event.entry.event.type !== 'started') continue;
    names.started(event.entry.agent, event.entry.event.aor);
  }
  const isRated = new Set(
    events.flatMap((event) =>
      event.type === 'agent' && event.entry.event.type === 'call_quality'
        ? [event.entry.agent]
        : [],
    ),
  );
  return events.flatMap((one, place): Placed<EventRow | MediaRow>[] => {
    if (one.type !== 'agent') return [];
    const { agent, event } = one.entry;
    const lane = lanes.agent(agent);
    if (lane === undefined || ELSEWHERE.has(event.type) || isHttpEvent(event)) return [];
    const about = { at: timeOf(one), lane, ...calls.field(callOf(event)) };
    if (event.type === 'audio_speech' && event.change === undefined) return [];
    if (event.type === 'other' && event.name === 'CALL_RTCP') {
      const text = isRated.has(agent) ? undefined : rtcpText(event.fields);
      return text === undefined ? [] : [{ place, row: { kind: 'media', ...about, text } }];
    }
    const text = agentEventText(event, names);
    if (MEDIA.has(event.type)) return [{ place, row: { kind: 'media', ...about, text } }];
    const minor = isMinor(event, traced.has(agent));
    return [{ place, row: { kind: 'event', ...about, type: event.type, text, minor } }];
  });
}

function callOf(event: AgentEvent): string | undefined {
  if (event.type === 'other') return event.fields['id'];
  return 'call' in event ? event.call : undefined;
}

function isMinor(event: AgentEvent, isTraced: boolean): boolean {
  switch (event.type) {
    case 'exited':
      return event.expected && event.by === undefined;
    case 'call_closed':
      return isTraced && event.message !== undefined;
    case 'call_media':
      return isTraced && event.media !== undefined && event.held === 'none';
    case 'call_dialed':
      return event.referred !== true || isTraced;
    default:
      return AFTER_VERBS.has(event.type) || (isTraced && AFTER_MESSAGES.has(event.type));
  }
}

/** "RTCP: 250 packets received, jitter 0.4 ms, 0 % lost"; undefined while it says nothing. */
function rtcpText(fields: Readonly<Record<string, string>>): string | undefined {
  const stats = fields['rtcp_stats'] ?? '';
  const quality = qualityOf(stats);
  const packets = packetsOf(stats);
  if (quality === undefined || packets === undefined) return undefined;
  return `RTCP: ${packets.received} packets received, jitter ${formatMs(quality.jitter)}, ${quality.packet_loss} % lost`;
}

export function mediaSummaries({ events }: Attempt): MediaSummary[] {
  return events.flatMap((event) => {
    if (event.type !== 'metric') return [];
    const { agent, calls, quality, packets } = event;
    return [{ agent, calls, ...(quality === undefined ? {} : { quality }), packets }];
  });
}
