/** The last events and SIP messages of a scenario, for a failure of the agents concerned. */
import { isHttpEvent } from '../../model/http-event.js';
import type { Failure, TimelineItem } from '../../model/run-event.js';

const KEPT = 400;
/** Large, because reports fold repetitions: 16 rounds of REGISTER and 401 must not hide earlier events. */
const SHOWN = 80;
/**
 * Requests explain what agents do, but come in numbers: they are kept apart, so that they push nothing out.
 */
const HTTP_KEPT = 60;
const HTTP_SHOWN = 10;
const HTTP_OF_SUBJECT_SHOWN = 30;

interface Items {
  agents: TimelineItem[];
  http: TimelineItem[];
}

export class Timeline {
  readonly #items: Items = { agents: [], http: [] };
  /** Items from before the teardown: stopping agents explains no failure of the body. */
  #beforeTeardown: Items | undefined;

  add(item: TimelineItem): void {
    const isHttp = item.kind === 'event' && isHttpEvent(item.entry.event);
    const [items, kept] = isHttp ? [this.#items.http, HTTP_KEPT] : [this.#items.agents, KEPT];
    items.push(item);
    if (items.length > 2 * kept) items.splice(0, kept);
  }

  teardownBegins(): void {
    const { agents, http } = this.#items;
    this.#beforeTeardown ??= { agents: [...agents], http: [...http] };
  }

  /** The failure with the last items of its agents, of all agents when it names none, and of HTTP. */
  attach(failure: Failure): Failure {
    if (isOfTheScript(failure)) return failure;
    const late = failure.phase === 'teardown' || failure.phase === 'stop';
    const told = (late ? undefined : this.#beforeTeardown) ?? this.#items;
    const subjects = failure.agents;
    const isMeant = (item: TimelineItem): boolean => subjects?.includes(subjectOf(item)) ?? true;
    const http = told.http.some(isMeant)
      ? told.http.filter(isMeant).slice(-HTTP_OF_SUBJECT_SHOWN)
      : told.http.slice(-HTTP_SHOWN);
    const agents = told.agents.filter(isMeant).slice(-SHOWN);
    const items = [...agents, ...http].sort((a, b) => atOf(a) - atOf(b));
    return items.length === 0 ? failure : { ...failure, timeline: items };
  }
}

/** Errors of the script, whatever the agents do: their messages would only distract from the line that has to be changed. */
const OF_THE_SCRIPT: ReadonlySet<string> = new Set([
  'E_ARGUMENT',
  'E_VALUE_LIMIT',
  'E_ENV_MISSING',
  'E_ENV_DENIED',
  'E_LINES_DENIED',
  'E_READ_DENIED',
  'E_READ_FAILED',
  'E_CONDITION',
  'E_PARALLEL',
  'E_SCRIPT_STRUCTURE',
  'E_SCRIPT_CPU',
  'E_SCRIPT_MEMORY',
  'E_SCRIPT_STACK',
]);
/** Errors the language itself throws; an Error the script throws may be about a call. */
const OF_THE_LANGUAGE = /^(?:promise: .*: )?(?:Type|Reference|Range|Syntax|Internal)Error: /;

function isOfTheScript({ code, agents, message }: Failure): boolean {
  if (agents !== undefined) return false;
  return OF_THE_SCRIPT.has(code) || OF_THE_LANGUAGE.test(message);
}

function subjectOf(item: TimelineItem): string {
  return item.kind === 'event' ? item.entry.agent : item.agent;
}

function atOf(item: TimelineItem): number {
  return item.kind === 'event' ? item.entry.at : item.at;
}
