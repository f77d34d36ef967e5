/** The streams of a recording session: their labels, and what they send. */
import { readFileSync } from 'node:fs';
import type { RecordedStream } from '../../agents/user-agent.js';
import { readCapture } from '../../rtp/pcap/pcap.js';
import type { StreamSource } from '../call.js';

/** @throws OffhookError E_AUDIO_FILE for a file that holds no such stream */
export function streamsOf(streams: readonly RecordedStream[]): {
  readonly labels: readonly string[];
  readonly sources: ReadonlyMap<string, StreamSource>;
} {
  const labels = streams.map(({ label }, index) => label ?? String(index + 1));
  const sources = new Map<string, StreamSource>();
  for (const [index, stream] of streams.entries()) {
    const source = sourceOf(stream);
    if (source !== undefined) sources.set(labels[index] ?? '', source);
  }
  return { labels, sources };
}

function sourceOf({
  sound,
  replay,
  port,
  delay_ms: delayMs,
}: RecordedStream): StreamSource | undefined {
  if (replay !== undefined) {
    const wanted = port === undefined ? {} : { port };
    const { packets } = readCapture(readFileSync(replay.real), replay.path, wanted);
    return { packets, delayMs };
  }
  return sound === undefined ? undefined : { sound: sound ?? undefined, delayMs };
}
