/** Reads the lines of baresip's log that report failures which show neither in ctrl_tcp nor in the SIP trace. */
import type { RunningAgent } from '../running-agent.js';
import type { LineOrigin } from '../wire/wire.js';
import type { RefusalLog } from './refusals.js';

/** A peer can write lines, too (sip-trace.ts): such a line counts only where the agent does what it reports. */
export function readLogLine(
  line: string,
  { stream, proven }: LineOrigin,
  refusals: RefusalLog,
  { requests, calls, dumps, ground }: RunningAgent,
): void {
  const failed = /options reply error: (.*)/.exec(line)?.[1];
  if (failed !== undefined) requests.failed('OPTIONS', failed, proven);
  if (stream === 'stderr') {
    // The module of MESSAGE writes this when there is no answer; codes show in the trace.
    if (/^ (?!\d{3} )\S/.test(line)) requests.failed('MESSAGE', line.trim());
    refusals.line(line);
  }
  if (ground.encryption === 'dtls_srtp') calls.media.line(line);
  if (ground.dumps) dumps.line(line);
}
