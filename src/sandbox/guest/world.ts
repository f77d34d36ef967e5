/**
 * What the script knows of its agents: the log, folded twice. *Head* is all that has arrived; getters read
 * it. *Cursor* is what conditions see: it moves one entry at a time, per agent, and a verb moves it for
 * its own agent and its target to the moment it was issued, so that no stale state passes a later check
 * and no transient one is lost.
 */
import type { LogEntry, Watched } from '../../model/agent-event.js';
import { NEW_AGENT, fold, type AgentState } from '../../model/agent-state.js';
import type { NextEntries } from '../guest-protocol.js';
import { ask } from './host.js';
import { requestArrived, requestPassed } from './http/requests.js';

interface Views {
  head: AgentState;
  cursor: AgentState;
  /** seq of the last entry the cursor has passed. */
  passed: number;
  /** SIP messages in order, once the script has asked for them. */
  sip?: LogEntry[];
  /** Messages that a responder has read, before they got their places among the pending entries. */
  unplaced?: readonly LogEntry[];
}

/** Most SIP messages kept for each agent. */
const MOST_MESSAGES = 5000;

/** A condition that reads the clock, or nothing that Offhook knows, is evaluated at least this often. */
const TICK_MS = 100;
/** Every other condition is evaluated at least this often: it may depend on a variable that it changes itself. */
const SLOW_TICK_MS = 2000;

/** Most entries kept that the cursor has not passed. */
const MOST_PENDING = 20_000;

const views = new Map<string, Views>();
interface Pending {
  entry: LogEntry;
  /** State of its agent after the entry: folded on arrival, taken over when the cursor passes the entry. */
  after: AgentState;
}

/** Entries that have arrived and that the cursor has not passed, in order. */
let pending: Pending[] = [];
let conditionDepth = 0;

/** What a condition has read: only a change of that can change its outcome. */
interface Reading {
  /** Agents and mock servers. */
  subjects: Set<string>;
  /** Agents of which it has read SIP messages. */
  sip: Set<string>;
  /** It has sent a request: it is not evaluated again for each event. */
  asked: boolean;
  /** It has read something that changes without an event: the clock, a file. */
  timely: boolean;
}

const newReading = (): Reading => ({
  subjects: new Set(),
  sip: new Set(),
  asked: false,
  timely: false,
});

/** What the condition that runs, or that ran last, has read. */
let reading = newReading();
/**
 * While a responder runs: the entries that have arrived meanwhile, which it reads and leaves in place, and how deep in
 * conditions the script was.
 */
let responder: { entries: readonly LogEntry[]; depth: number } | undefined;
/** Highest seq that has arrived. */
let newest = 0;

/** OFFHOOK_TRACE has the section `cursor`. */
let isTraced = false;

export function traceCursor(): void {
  isTraced = true;
}

export function addAgent(name: string): void {
  if (!views.has(name)) views.set(name, { head: NEW_AGENT, cursor: NEW_AGENT, passed: 0 });
}

export function agentNames(): readonly string[] {
  return [...views.keys()];
}

/** What a getter sees: the cursor in a condition, else all that has arrived. */
export function stateOf(name: string): AgentState {
  if (responder !== undefined) return stateBesides(name, responder.entries);
  if (conditionDepth === 0) {
    poll();
    return view(name).head;
  }
  reading.subjects.add(name);
  return view(name).cursor;
}

function stateBesides(name: string, entries: readonly LogEntry[]): AgentState {
  let state = view(name).head;
  for (const one of entries) if (one.agent === name) state = fold(state, one.event, one.at);
  return state;
}

/** Begins a responder, in the middle of whatever the script is doing. */
export function enterResponder(entries: readonly LogEntry[]): void {
  responder = { entries, depth: conditionDepth };
  conditionDepth = 0;
}

export function leaveResponder(): void {
  if (responder !== undefined) conditionDepth = responder.depth;
  responder = undefined;
}

/** How the requests of a mock server are to be read now. */
export function readingOf(mock: string): { passedOnly: boolean; more: readonly LogEntry[] } {
  if (responder !== undefined) return { passedOnly: false, more: responder.entries };
  if (conditionDepth === 0) poll();
  else reading.subjects.add(mock);
  return { passedOnly: conditionDepth > 0, more: [] };
}

export function noteAsked(): void {
  reading.asked = true;
  reading.timely = true;
}

export function noteTimely(): void {
  reading.timely = true;
}

/** Time in ms after which the last evaluated condition is to be evaluated again although no event concerns it. */
export function tickMs(): number {
  return reading.timely || reading.subjects.size === 0 ? TICK_MS : SLOW_TICK_MS;
}

export function headOf(name: string): AgentState {
  return view(name).head;
}

export function cursorOf(name: string): AgentState {
  return view(name).cursor;
}

export function inCondition(): boolean {
  return conditionDepth > 0;
}

/** Evaluates a condition at the cursor. */
export function evaluate<T>(condition: () => T): T {
  reading = newReading();
  conditionDepth += 1;
  try {
    return condition();
  } finally {
    conditionDepth -= 1;
  }
}

/** Call after an interrupt, which runs no `finally`: the next code begins outside of any condition. */
export function leaveConditions(): void {
  responder = undefined;
  conditionDepth = 0;
}

/** Agents the last evaluated condition has read. */
export function agentsRead(): readonly string[] {
  return [...reading.subjects];
}

/**
 * Applies pending entries to the cursor, up to the first one by which the last evaluated condition may come
 * out differently; false when none is left.
 */
export function advance(): boolean {
  for (;;) {
    const next = pending.shift();
    if (next === undefined) return false;
    pass(next);
    if (!reading.asked && concernsCondition(next.entry)) return true;
  }
}

/** Whether the entry can change the outcome of the last condition. To evaluate again costs a third of a millisecond. */
function concernsCondition({ agent, event }: LogEntry): boolean {
  if (reading.subjects.size === 0 || event.type === 'exited') return true;
  if (event.type === 'sip') return reading.sip.has(agent);
  return reading.subjects.has(agent) && event.type !== 'warning';
}

function pass({ entry, after }: Pending): void {
  if (isTraced) reportMove(entry.agent, `passes ${entry.seq} ${entry.event.type}`);
  const both = view(entry.agent);
  both.cursor = after;
  both.passed = Math.max(both.passed, entry.seq);
  requestPassed(entry);
}

/** The agent's SIP messages as far as a getter sees them: in a condition up to the cursor. */
export function sipOf(name: string): readonly LogEntry[] {
  const both = view(name);
  if (responder !== undefined) return sipBesides(name, both, responder.entries);
  const sip = (both.sip ??= watchSip(name, both));
  if (both.unplaced !== undefined) placeSip(both, both.unplaced);
  if (conditionDepth === 0) {
    poll();
    return [...sip];
  }
  reading.subjects.add(name);
  reading.sip.add(name);
  return sip.filter(({ seq }) => seq <= both.passed);
}

function sipBesides(name: string, both: Views, entries: readonly LogEntry[]): readonly LogEntry[] {
  if (both.sip === undefined) {
    both.unplaced = ask('watch', { agent: name, what: 'sip' }) as LogEntry[];
    both.sip = [...both.unplaced];
  }
  return [
    ...both.sip,
    ...entries.filter(({ agent, event }) => agent === name && event.type === 'sip'),
  ];
}

/** Fetches the messages on first access; those the cursor has not passed take their places among the pending entries. */
function watchSip(name: string, both: Views): LogEntry[] {
  const told = ask('watch', { agent: name, what: 'sip' }) as LogEntry[];
  const sip = (both.sip = [...told]);
  placeSip(both, told);
  return sip;
}

function placeSip(both: Views, told: readonly LogEntry[]): void {
  delete both.unplaced;
  // Events that came before these messages may not have been received yet.
  poll();
  for (const entry of told) if (entry.seq > both.passed) insert(entry, both.cursor);
}

/** Inserts a message in its order. It changes no state, so it carries on the state of the entry before it. */
function insert(entry: LogEntry, cursor: AgentState): void {
  const index = pending.findIndex((one) => one.entry.seq > entry.seq);
  const at = index < 0 ? pending.length : index;
  const before = pending.slice(0, at).findLast((one) => one.entry.agent === entry.agent);
  pending.splice(at, 0, { entry, after: before?.after ?? cursor });
}

const watching = new Set<string>();

/** Makes the host send entries of this kind for the agent. The first ones describe the past, so the cursor passes them at once. */
export function watch(name: string, what: Exclude<Watched, 'sip'>): void {
  const key = `${what} ${name}`;
  if (watching.has(key)) return;
  watching.add(key);
  if (responder !== undefined) {
    ask('watch', { agent: name, what });
    return;
  }
  poll();
  const before = newest;
  ask('watch', { agent: name, what });
  poll();
  passAhead(
    name,
    ({ entry }) => entry.agent === name && entry.seq > before && isNewsOf(what, entry.event),
  );
}

function isNewsOf(what: Watched, event: LogEntry['event']): boolean {
  if (event.type === 'audio_tone') return what === `tone ${event.hz}`;
  return event.type === 'audio_level' && what === 'level';
}

function reportMove(agent: string, text: string): void {
  ask('cursor', { agent, text });
}

/** Passes these entries of an agent before all others that are pending. */
function passAhead(name: string, isAhead: (one: Pending) => boolean): void {
  const both = view(name);
  const ahead = pending.filter(isAhead);
  pending = pending.filter((one) => !isAhead(one));
  for (const { entry } of ahead) {
    if (isTraced) reportMove(name, `passes ${entry.seq} ${entry.event.type} ahead of its turn`);
    const apply = (state: AgentState): AgentState => fold(state, entry.event, entry.at);
    both.cursor = apply(both.cursor);
    for (const one of pending) if (one.entry.agent === name) one.after = apply(one.after);
  }
}

/** Sleeps until an entry arrives, or until the given time; returns the present time. */
export function awaitEntries(until: number): number {
  const { at, entries } = ask('next', { until }) as NextEntries;
  receive(entries);
  return at;
}

/**
 * Sleeps until the last evaluated condition can have another outcome, or until the given time; applies the arrived entries as
 * advance() does, and returns the present time.
 */
export function awaitChange(began: number, until: number): number {
  const of = reading.subjects.size === 0 ? undefined : agentsRead();
  for (let at = began; ;) {
    const next = ask('next', { until, of }) as NextEntries;
    at = next.at;
    receive(next.entries);
    if (advance() || next.responded === true || at >= until) return at;
  }
}

/** Moves the cursor of an agent to `seq`: before a verb is issued, and when it is done. */
export function moveTo(name: string, seq: number): void {
  const both = view(name);
  both.passed = Math.max(both.passed, Math.min(seq, newest));
  if (isTraced) reportMove(name, `moves to ${both.passed} for a verb`);
  if (pending.length === 0) return;
  const rest: Pending[] = [];
  for (const next of pending) {
    if (next.entry.agent === name && next.entry.seq <= seq) pass(next);
    else rest.push(next);
  }
  pending = rest;
}

/** Marks these calls of the callee as superseded, in both views. */
export function supersede(callee: string, calls: readonly string[]): void {
  const both = view(callee);
  for (const call of calls) {
    both.head = fold(both.head, { type: 'call_superseded', call }, 0);
    both.cursor = fold(both.cursor, { type: 'call_superseded', call }, 0);
  }
}

/** Takes the entries that have arrived, without waiting. */
export function poll(): void {
  receive(ask('poll', {}) as LogEntry[]);
}

export function receive(entries: readonly LogEntry[]): void {
  for (const entry of entries) {
    addAgent(entry.agent);
    const both = view(entry.agent);
    newest = Math.max(newest, entry.seq);
    if (entry.event.type === 'sip') keep(both, entry);
    both.head = fold(both.head, entry.event, entry.at);
    pending.push({ entry, after: both.head });
    requestArrived(entry);
  }
  if (pending.length > MOST_PENDING) passOldest();
}

/** Passes the oldest half of a flood of entries that no condition waits for. */
function passOldest(): void {
  if (isTraced)
    reportMove('', `passes the oldest ${MOST_PENDING / 2} entries: nothing waits for them`);
  for (const next of pending.splice(0, MOST_PENDING / 2)) pass(next);
}

function keep(both: Views, message: LogEntry): void {
  both.sip?.push(message);
  if (both.sip !== undefined && both.sip.length > MOST_MESSAGES) both.sip.shift();
}

function view(name: string): Views {
  const both = views.get(name);
  if (both === undefined) throw new Error(`no agent "${name}"`);
  return both;
}
