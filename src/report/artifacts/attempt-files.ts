/** What is kept of an attempt, as files: made of its events by the reporters that would print them. Pure. */
import type { RunEvent } from '../../model/run-event.js';
import { fileNamePart } from '../../file-name.js';
import { NdjsonReporter, ndjsonLine } from '../ndjson.js';
import type { Output } from '../output.js';
import type { Reporter } from '../reporter.js';
import { AgentLogsReporter } from '../sip/agent-logs.js';
import { SipCaptureReporter } from '../sip/sip-capture.js';
import { SipLadderReporter } from '../sip/sip-ladder.js';
import { printableJson } from '../../story/printable.js';
import { WallClock } from '../wall-clock.js';

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

export interface AttemptFile {
  /** Below the folder of the attempt, with "/". */
  name: string;
  mediaType: string;
  content: string | Uint8Array;
}

export interface KeptAttempt {
  run: EventOf<'run_started'>;
  /** The events from its `scenario_started` to its `scenario_finished`, if it has one, without secrets. */
  events: readonly RunEvent[];
}

/** Name of the capture file with the SIP of the attempt, for Wireshark. */
export const CAPTURE_NAME = 'sip.pcapng';
/** Most bytes of an agent's name in that of a file. */
const LONGEST_NAME = 40;

/** Returns the files of an attempt without empty ones: an attempt without SIP has no ladder. */
export function attemptFiles(attempt: KeptAttempt): readonly AttemptFile[] {
  const files: AttemptFile[] = [
    { name: 'status.json', mediaType: 'application/json', content: statusOf(attempt) },
    {
      name: 'events.ndjson',
      mediaType: 'application/x-ndjson',
      content: printed(attempt, (output) => new NdjsonReporter({ output, sip: true })),
    },
    {
      name: 'sip.txt',
      mediaType: 'text/plain',
      content: printed(attempt, (output) => new SipLadderReporter({ output })).trimStart(),
    },
    {
      name: CAPTURE_NAME,
      mediaType: 'application/x-pcapng',
      content: attempt.events.some(({ type }) => type === 'sip') ? captureOf(attempt) : '',
    },
    {
      name: 'agents.log',
      mediaType: 'text/plain',
      content: printed(attempt, (output) => new AgentLogsReporter({ output })),
    },
    ...configurations(attempt.events),
  ];
  return files.filter(({ content }) => content.length > 0);
}

/** Returns the attempt's `scenario_finished` and its run as JSON; if the run broke off, as much as is known. */
function statusOf({ run, events }: KeptAttempt): string {
  const finished = events.findLast(
    (event) => event.type === 'scenario_finished' || event.type === 'file_part_finished',
  );
  const clock = new WallClock();
  clock.on(run);
  const known =
    finished === undefined
      ? unfinished(events, clock)
      : (JSON.parse(ndjsonLine(finished, clock.time(finished.at))) as object);
  const { type: _, ...status } = known as { type?: string };
  return `${printableJson(JSON.stringify({ run: run.run, ...status }, undefined, 2))}\n`;
}

function unfinished(events: readonly RunEvent[], clock: WallClock): object {
  const [first, last] = [events[0], events.at(-1)];
  if (first?.type !== 'scenario_started' && first?.type !== 'file_part_started') return {};
  const at = last?.at ?? first.at;
  const { scenario } = first;
  const ms = at - first.at;
  return { at, time: clock.time(at), scenario, verdict: 'unfinished', ms, failures: [] };
}

/** Returns what a reporter writes about the attempt. The reporter has to write all of it before close() returns. */
function printed({ run, events }: KeptAttempt, make: (output: Output) => Reporter): string {
  const parts: string[] = [];
  const reporter = make({ write: (text) => void parts.push(text) });
  for (const event of [run, ...events]) reporter.on(event);
  void reporter.close();
  return parts.join('');
}

function captureOf({ run, events }: KeptAttempt): Uint8Array {
  const parts: Uint8Array[] = [];
  const write = (bytes: Uint8Array): void => void parts.push(bytes);
  const reporter = new SipCaptureReporter({ format: 'pcapng', write });
  for (const event of [run, ...events]) reporter.on(event);
  return Buffer.concat(parts);
}

function configurations(events: readonly RunEvent[]): AttemptFile[] {
  const folders = new Set<string>();
  return events.flatMap((event) => {
    if (event.type !== 'agent_config') return [];
    const folder = unusedName(fileNamePart(event.agent, LONGEST_NAME) || 'agent', folders);
    return event.files.map(({ name, text }) => ({
      name: `agents/${folder}/${name}`,
      mediaType: 'text/plain',
      content: text,
    }));
  });
}

/** The name, or "name-2" and so on where it is taken; upper and lower case are one on some file systems. */
export function unusedName(name: string, taken: Set<string>): string {
  let unused = name;
  for (let number = 2; taken.has(unused.toLowerCase()); number += 1) unused = `${name}-${number}`;
  taken.add(unused.toLowerCase());
  return unused;
}
