/**
 * `--sip-trace`: the SIP messages of each scenario as a text ladder, printed when the scenario ends (only
 * then is it known who takes part). Only draws: sip-join.ts joins the messages.
 */
import type { HeaderField } from '../../sip/sip-message.js';
import { headerLines } from '../../sip/headers.js';
import type { RunEvent, ScenarioId } from '../../model/run-event.js';
import { addressNames } from '../../story/address-names.js';
import { foldExchanges } from '../../story/exchanges.js';
import type { Output } from '../output.js';
import type { Reporter } from '../reporter.js';
import { Lifelines } from './lifelines.js';
import { joinMessages, seenMessage } from '../../story/sip-join.js';
import type { Arrow, SeenMessage } from '../../story/sip-join.js';
import { messageLabel, messageNote, shortCallIds } from '../../story/sip-words.js';
import { noCommands, oneLine } from '../../story/printable.js';
import { scenarioTitle } from '../../story/scenario-title.js';
import { clockTime, displayWidth, padTo } from '../text.js';
import { messageName } from '../../story/wording.js';

interface SipLadderOptions {
  /** A FileOutput, or the console reporter's `output`. */
  output: Output;
  /** Headers shown below each message, by name in any form; "all" stands for every one. */
  headers?: readonly string[];
}

interface Trace {
  scenario: ScenarioId;
  startedAt: number;
  seen: SeenMessage[];
  continued: boolean;
}

/** Bounds memory: a longer trace is printed in parts. */
const MOST_MESSAGES = 2000;
const WIDEST_GAP = 30;
const NARROWEST_GAP = 20;
const MOST_COLUMNS = 6;
/** Columns before the first lifeline. */
const MARGIN = 8;
/** Columns of the time, which stands left of the lifelines. */
const TIME_WIDTH = 10;
/** Room for CSeq, Call-ID and SDP at the right of the lifelines. */
const NOTES_WIDTH = 48;

export class SipLadderReporter implements Reporter {
  readonly ignores = new Set(['agent_config', 'source'] as const);
  readonly #output: Output;
  readonly #headers: readonly string[];
  #nameOf: (address: string) => string | undefined = () => undefined;
  readonly #agents = new Map<string, string>();
  readonly #traces = new Map<string, Trace>();

  constructor(options: SipLadderOptions) {
    this.#output = options.output;
    this.#headers = options.headers ?? [];
  }

  on(event: RunEvent): void {
    switch (event.type) {
      case 'run_started':
        this.#nameOf = addressNames(event);
        return;
      case 'scenario_started':
      case 'file_part_started': {
        const { scenario, at } = event;
        this.#traces.set(scenario.id, { scenario, startedAt: at, seen: [], continued: false });
        return;
      }
      case 'agent':
        if (event.entry.event.type === 'started') {
          this.#agents.set(event.entry.event.address, event.entry.agent);
        }
        return;
      case 'sip':
        this.#message(event);
        return;
      case 'scenario_finished':
      case 'file_part_finished': {
        const trace = this.#traces.get(event.scenario.id);
        this.#traces.delete(event.scenario.id);
        if (trace !== undefined) this.#print(trace);
        return;
      }
      default:
        return;
    }
  }

  close(): Promise<void> {
    for (const trace of this.#traces.values()) this.#print(trace);
    this.#traces.clear();
    return this.#output.finish?.() ?? Promise.resolve();
  }

  #message(event: Extract<RunEvent, { type: 'sip' }>): void {
    const trace = this.#traces.get(event.scenario);
    if (trace === undefined) return;
    trace.seen.push(seenMessage(event));
    if (trace.seen.length < MOST_MESSAGES) return;
    this.#print(trace);
    trace.seen = [];
    trace.continued = true;
  }

  #print({ scenario, startedAt, seen, continued }: Trace): void {
    if (seen.length === 0) return;
    const arrows = joinMessages(
      seen,
      (address) => this.#agents.get(address) ?? this.#nameOf(address),
    );
    const title = `SIP of ${scenarioTitle(scenario)}${continued ? ' (continued)' : ''}`;
    const lines = drawLadder(arrows, startedAt, this.#headers, this.#output.columns);
    this.#output.write(noCommands(`\n${title}\n${lines.join('\n')}\n`));
  }
}

/** The lines of a ladder; without room for lifelines, arrows as a list. */
function drawLadder(
  arrows: readonly Arrow[],
  startedAt: number,
  headers: readonly string[],
  columns?: number,
): string[] {
  const who = [...new Set(arrows.flatMap(({ from, to }) => [from, to]))];
  const calls = shortCallIds(arrows.map(({ message }) => message.call_id));
  const cseqWidth = Math.max(...arrows.map((arrow) => displayWidth(cseqText(arrow))));
  const space = {
    columns: columns === undefined ? undefined : columns - TIME_WIDTH,
    ...{ notes: NOTES_WIDTH, widest: WIDEST_GAP, narrowest: NARROWEST_GAP, most: MOST_COLUMNS },
  };
  const lines = Lifelines.within(who, space, MARGIN);
  const draw = lines === undefined ? listDrawer(who) : lifelineDrawer(lines, who);
  const rowsOf = (arrow: Arrow): string[] => {
    const time = clockTime(arrow.at - startedAt);
    const call = calls.get(arrow.message.call_id) ?? '';
    const cseq = padTo(cseqText(arrow), cseqWidth);
    const row = `${time}  ${draw.line(arrow)}  ${notes(arrow, cseq, call)}`.trimEnd();
    return [row, ...headerRows(arrow, headers)];
  };
  const isSame = (one: Arrow, other: Arrow): boolean => looksSame(one, other, headers);
  const rows = foldExchanges(arrows, isExchange, isSame).flatMap((one) => {
    if (!('second' in one)) return rowsOf(one.first);
    const { first, second, times } = one;
    const note = `${' '.repeat(MARGIN + 2)}  the same ${times} times`;
    return [...rowsOf(first), ...rowsOf(second), note];
  });
  return draw.head === '' ? rows : [`          ${draw.head}`.trimEnd(), ...rows];
}

function isExchange(first: Arrow, second: Arrow): boolean {
  const { message } = second;
  const isAnswered = first.message.code === undefined && message.code !== undefined;
  const isThere = first.to === second.from && first.from === second.to;
  return isAnswered && isThere && first.message.method === message.method;
}

/**
 * Compares all a ladder shows but time and CSeq. The Call-ID of a REGISTER does not matter (RFC 3261, 10.2).
 */
function looksSame(one: Arrow, other: Arrow, headers: readonly string[]): boolean {
  const shown = ({ from, to, repeat, unseen, message }: Arrow): string => {
    const call = message.method === 'REGISTER' ? '' : message.call_id;
    const words = [from, to, messageName(message), message.uri, call, messageNote(message)];
    return JSON.stringify([words, repeat, unseen]);
  };
  if (shown(one) !== shown(other)) return false;
  return headerRows(one, headers).join('\n') === headerRows(other, headers).join('\n');
}

/** The wanted headers of a message, as they stand in it. */
function headerRows({ message }: Arrow, wanted: readonly string[]): string[] {
  const all = wanted.some((one) => one.toLowerCase() === 'all');
  const shown = all
    ? message.headers
    : wanted.flatMap((name) =>
        headerLines(message.headers, name).map((value): HeaderField => [name, value]),
      );
  return shown.map(
    ([name, value]) => `${' '.repeat(MARGIN + 10)}  ${oneLine(`${name}: ${value}`)}`,
  );
}

interface Drawer {
  head: string;
  line: (arrow: Arrow) => string;
}

function lifelineDrawer(lines: Lifelines, who: readonly string[]): Drawer {
  const line = ({ from, to, message }: Arrow): string =>
    lines.arrow(who.indexOf(from), who.indexOf(to), messageLabel(message));
  return { head: lines.head, line };
}

function listDrawer(who: readonly string[]): Drawer {
  const width = Math.max(...who.map((name) => displayWidth(oneLine(name))));
  return {
    head: '',
    line: ({ from, to, message }) =>
      `${padTo(oneLine(from), width)} -> ${padTo(oneLine(to), width)}  ${padTo(messageLabel(message), 20)}`,
  };
}

function cseqText({ message }: Arrow): string {
  return `${message.cseq} ${oneLine(message.method)}`;
}

function notes({ message, repeat, unseen, to }: Arrow, cseq: string, call: string): string {
  const parts = [
    cseq,
    call,
    messageNote(message),
    repeat === 0 ? '' : `retransmission ${repeat}`,
    unseen ? `not seen by ${oneLine(to)}` : '',
  ];
  return parts.filter((part) => part !== '').join('  ');
}
