/**
 * Notices: what one target is told of one transition, as the outbox keeps them. Pure. `noticesOf` is called before the
 * transition is stored, and its notices are stored with it: so none is lost, whenever the process ends.
 */
import { createHash } from 'node:crypto';
import type { MonitorSettings } from '../model/settings.js';
import type { MonitorState, State, Transition } from '../model/states.js';
import type { Target } from '../model/targets.js';
import type { StoredNotice } from '../store/store.js';

/** What a message says about one change of a monitor. Times are in ms since 1970. */
export interface Told {
  readonly kind: 'transition' | 'reminder' | 'test';
  readonly monitor: string;
  readonly from: State;
  readonly to: State;
  readonly at: number;
  readonly note?: string;
  readonly run?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly info?: string;
}

/** The body of a notice. `delivery`: of the message it is part of, once there was a first try. */
export interface NoticeBody {
  readonly told: Told;
  readonly delivery?: string;
}

type About = Pick<MonitorSettings, 'name' | 'notify' | 'labels' | 'info'>;

/** How bad a state is. A target hears of a recovery if its `on` has a state that is no worse than the one that ends. */
const BADNESS: Readonly<Record<State, number>> = {
  ok: 0,
  unknown: 1,
  degraded: 2,
  failing: 3,
  failed: 4,
};

/**
 * Whether a target is notified of a transition. It is, if its `on` names the new state; or if its `on` has `recovered` and names
 * a state that is worse than the new one and no worse than the old one, because it may have been notified of that state.
 */
export function isTold({ from, to }: Pick<Transition, 'from' | 'to'>, on: Target['on']): boolean {
  if (to !== 'ok' && on.includes(to)) return true;
  const better = to === 'ok' || (to === 'degraded' && BADNESS[from] > BADNESS.degraded);
  if (!better || !on.includes('recovered')) return false;
  return on.some((name) => {
    if (name === 'recovered') return false;
    if (name === 'unknown') return from === 'unknown';
    return BADNESS[name] <= BADNESS[from] && BADNESS[name] > BADNESS[to];
  });
}

/** @returns what the outbox is to keep with the transition: one notice for each target that is told of it */
export function noticesOf(
  transition: Transition,
  monitor: About,
  targets: readonly Target[],
  now: number,
): StoredNotice[] {
  return targets
    .filter((target) => isAsked(target, monitor) && isTold(transition, target.on))
    .map((target) =>
      noticeOf(target, { kind: 'transition', ...toldOf(monitor), ...transition }, now),
    );
}

/** A monitor that is watched, as reminders need it. */
export interface Watched {
  readonly settings: About;
  readonly state: Pick<MonitorState, 'state' | 'since' | 'note' | 'note_run'>;
  /** Nobody is reminded of it: it is paused, or in maintenance. */
  readonly quiet?: boolean;
}

/**
 * @param after the last time for which reminders were made: a monitor gets one reminder if an interval has ended since then, and no
 * more than one if several have
 */
export function remindersOf(
  watched: readonly Watched[],
  targets: readonly Target[],
  after: number,
  now: number,
): StoredNotice[] {
  return targets.flatMap((target) =>
    watched.flatMap(({ settings, state, quiet = false }) => {
      const every = target.remind_every_ms;
      if (every <= 0 || !isAsked(target, settings) || !isReminded(target, state.state)) return [];
      if (quiet && !isRepeated(target)) return [];
      const count = Math.floor((now - state.since) / every);
      if (count < 1 || state.since + count * every <= after) return [];
      const told: Told = {
        kind: 'reminder',
        ...toldOf(settings),
        from: state.state,
        to: state.state,
        at: state.since,
        ...(state.note === undefined ? {} : { note: state.note }),
        ...(state.note_run === undefined ? {} : { run: state.note_run }),
      };
      return [noticeOf(target, told, now)];
    }),
  );
}

/** Only `failed` is repeated, but to an Alertmanager every state: it forgets alerts that are not repeated. */
function isReminded(target: Target, state: State): boolean {
  if (state === 'ok' || !target.on.includes(state)) return false;
  return state === 'failed' || isRepeated(target);
}

function isRepeated(target: Target): boolean {
  return target.type === 'webhook' && target.form.template === 'alertmanager';
}

function isAsked(target: Target, monitor: About): boolean {
  return monitor.notify === undefined || monitor.notify.includes(target.name);
}

function toldOf({ name, labels, info }: About): Pick<Told, 'monitor' | 'labels' | 'info'> {
  return { monitor: name, labels, ...(info === undefined ? {} : { info }) };
}

/**
 * The same transition always has the same id, so if it is stored twice, it is told once. All reminders of one failure share an id,
 * too, so the next reminder replaces one that could not be delivered.
 */
function noticeOf(target: Target, told: Told, now: number): StoredNotice {
  const { kind, monitor, from, to, at } = told;
  const body: NoticeBody = { told };
  return {
    id: digest([target.name, kind, monitor, from, to, at]),
    target: target.name,
    created_at: now,
    body: JSON.stringify(body),
    tries: 0,
    next_at: now + (kind === 'transition' ? target.group_wait_ms : 0),
  };
}

/** Makes the id of a message from the ids of its notices, so that a retry has the same one. */
export function deliveryId(notices: readonly Pick<StoredNotice, 'id' | 'created_at'>[]): string {
  return digest(notices.flatMap(({ id, created_at }) => [id, created_at]));
}

function digest(parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** @returns undefined for what is no notice of ours: another version may have written it */
export function bodyOf({ body }: Pick<StoredNotice, 'body'>): NoticeBody | undefined {
  try {
    const parsed = JSON.parse(body) as Partial<NoticeBody> | null;
    return typeof parsed?.told?.monitor === 'string' ? (parsed as NoticeBody) : undefined;
  } catch {
    return undefined;
  }
}
