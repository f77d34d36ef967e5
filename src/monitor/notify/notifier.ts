/**
 * Tells people of transitions. The caller stores a transition and its notices (`noticesOf`) in one transaction, and then hands the
 * notices to `told`. What this process has no time to deliver, the next process delivers.
 */
import type { Letter } from '../model/letter.js';
import type { HealthProblem, Undelivered } from '../model/view.js';
import type { Target } from '../model/targets.js';
import type { StoredNotice } from '../store/store.js';
import { sendEmail } from './email.js';
import { letterOf, problemsOf, toGiveUp, tooOld, undeliveredOf } from './letters.js';
import type { Message, ToldRun } from './message.js';
import { bodyOf, deliveryId, remindersOf } from './notice.js';
import type { Told, Watched } from './notice.js';
import { Outbox } from './outbox.js';
import type { NoticeStore } from './outbox.js';
import { runProgram } from './program.js';
import type { Environment } from './program.js';
import { dueBatches, nextDue } from './queue.js';
import type { Batch } from './queue.js';
import { waitAfter } from './sent.js';
import type { Sent } from './sent.js';
import { sendWebhook } from './webhook.js';

export interface NotifierDeps {
  readonly store: NoticeStore;
  /** All monitors of the configuration as they are: reminders are made of them. */
  readonly watched: () => readonly Watched[];
  /** Address of the page of a run; undefined: nobody outside could open it. */
  readonly runUrl: (run: string) => string | undefined;
  /** Environment of the monitor; programs get only a small part of it. */
  readonly environment: Environment;
  /** Called when `letters`, `undelivered` or `problems` may have changed. */
  readonly changed?: () => void;
  readonly now?: () => number;
  /** Gives a number in [0, 1). */
  readonly chance?: () => number;
  /** Reminders and the store are looked after that often; a message that is due does not wait for it. */
  readonly look_ms?: number;
}

export interface TestResult {
  readonly ok: boolean;
  /** What the receiver answered, or why there was no answer. No secrets. */
  readonly said: string;
  readonly took_ms: number;
}

const LOOK_MS = 15_000;
/** What is on its way when the monitor ends has that long. */
const END_MS = 5000;

export class Notifier {
  readonly #outbox: Outbox;
  readonly #deps: NotifierDeps;
  readonly #now: () => number;
  readonly #chance: () => number;
  readonly #busy = new Map<string, Promise<void>>();
  readonly #ended = new AbortController();
  readonly #reached = new Map<string, number>();
  #targets: ReadonlyMap<string, Target>;
  #reminded: number;
  #timer: NodeJS.Timeout | undefined;
  #started = false;

  constructor(targets: readonly Target[], deps: NotifierDeps) {
    this.#targets = byName(targets);
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
    this.#chance = deps.chance ?? Math.random;
    this.#outbox = new Outbox(deps.store);
    this.#reminded = this.#now();
  }

  /** Takes up what an earlier process left. @throws OffhookError E_STORE */
  async start(): Promise<void> {
    await this.#outbox.load();
    this.#started = true;
    await this.#giveUp();
    this.#look();
  }

  /** Delivers notices that are stored already. */
  told(notices: readonly StoredNotice[]): void {
    if (notices.length === 0) return;
    this.#outbox.took(notices);
    this.#look();
  }

  /** The configuration was read again. Messages on their way are delivered as they began. */
  async reconfigure(targets: readonly Target[]): Promise<void> {
    this.#targets = byName(targets);
    await this.#giveUp();
    this.#look();
  }

  /** Sends a message that says it is a test, once. @returns undefined: there is no such target */
  async test(name: string): Promise<TestResult | undefined> {
    const target = this.#targets.get(name);
    if (target === undefined) return undefined;
    const at = this.#now();
    const told: Told = {
      kind: 'test',
      monitor: 'notification-test',
      from: 'ok',
      to: 'ok',
      at,
      note: `This is a test of the notification "${name}". No monitor has changed.`,
      labels: {},
    };
    const delivery = deliveryId([{ id: `test ${name} ${this.#chance()}`, created_at: at }]);
    const sent = await this.#send(target, { delivery, sent_at: at, told: [told] });
    this.#deps.changed?.();
    return {
      ok: sent.result === 'sent',
      said: sent.result === 'sent' ? sent.said : sent.problem,
      took_ms: this.#now() - at,
    };
  }

  /** What waits or was given up, the oldest first. */
  letters(): readonly Letter[] {
    return this.#outbox
      .all()
      .flatMap((notice) => letterOf(notice) ?? [])
      .sort((a, b) => a.created_at - b.created_at);
  }

  /** Tries a message again that was given up, or waits. false: there is none with that id */
  async sendAgain(id: string): Promise<boolean> {
    const notice = this.#outbox.find(id);
    if (notice === undefined || !this.#targets.has(notice.target)) return false;
    await this.#outbox.save([{ ...notice, tries: 0, next_at: this.#now() }], this.#now());
    this.#look();
    return true;
  }

  /** Forgets a message that was given up. false: there is none with that id */
  async discard(id: string): Promise<boolean> {
    const notice = this.#outbox.find(id);
    if (notice === undefined || notice.next_at !== undefined) return false;
    await this.#outbox.drop([notice], this.#now());
    this.#deps.changed?.();
    return true;
  }

  undelivered(): Undelivered {
    return undeliveredOf(this.#outbox.all());
  }

  problems(): readonly HealthProblem[] {
    return problemsOf(this.#outbox.all(), this.#reached, this.#outbox.problem);
  }

  /** Waits shortly for what is on its way; what is then left, the next process delivers. */
  async stop(): Promise<void> {
    this.#started = false;
    clearTimeout(this.#timer);
    const late = setTimeout(() => {
      this.#ended.abort();
    }, END_MS);
    await Promise.all(this.#busy.values());
    clearTimeout(late);
    this.#ended.abort();
  }

  /** Starts what is due, and comes back when more is. */
  #look(): void {
    if (!this.#started) return;
    clearTimeout(this.#timer);
    const now = this.#now();
    const waiting = this.#outbox.all();
    for (const batch of dueBatches(waiting, this.#targets, this.#busy, now)) {
      this.#busy.set(batch.lane, this.#deliver(batch));
    }
    const next = nextDue(waiting, this.#targets, this.#busy) ?? Infinity;
    const wait = Math.max(0, Math.min(next - now, this.#deps.look_ms ?? LOOK_MS));
    this.#timer = setTimeout(() => void this.#lookAround(), wait);
  }

  async #lookAround(): Promise<void> {
    const now = this.#now();
    const reminders = remindersOf(
      this.#deps.watched(),
      [...this.#targets.values()],
      this.#reminded,
      now,
    ).filter(({ id }) => this.#outbox.find(id)?.next_at === undefined);
    this.#reminded = now;
    if (reminders.length > 0) await this.#outbox.save(reminders, this.#now());
    const old = tooOld(this.#outbox.all(), now);
    if (old.length > 0) {
      await this.#outbox.drop(old, this.#now());
      this.#deps.changed?.();
    }
    await this.#giveUp();
    await this.#outbox.settle(now);
    this.#look();
  }

  async #deliver({ lane, target, notices }: Batch): Promise<void> {
    try {
      const delivery = deliveryOf(notices);
      const tried = notices.map((notice) => withDelivery(notice, delivery));
      // Before it is sent: a process that takes over after a crash sends the same message under the same id.
      await this.#outbox.save(tried, this.#now());
      const told = tried.flatMap((notice) => bodyOf(notice)?.told ?? []);
      const message = {
        delivery,
        sent_at: this.#now(),
        told: told.map((one) => this.#withUrl(one)),
      };
      const sent = await this.#send(target, message);
      if (sent.result === 'sent') await this.#outbox.drop(tried, this.#now());
      // A delivery that the end of the monitor cut off is not the receiver's fault, and does not count as a try.
      else if (!this.#ended.signal.aborted)
        await this.#outbox.save(this.#afterTry(tried, target, sent), this.#now());
    } finally {
      this.#busy.delete(lane);
      this.#deps.changed?.();
      this.#look();
    }
  }

  #afterTry(
    tried: readonly StoredNotice[],
    target: Target,
    sent: Exclude<Sent, { result: 'sent' }>,
  ): StoredNotice[] {
    const chance = this.#chance();
    return tried.map((notice) => {
      const { next_at: _, ...rest } = notice;
      const tries = notice.tries + 1;
      const failed = { ...rest, tries, problem: sent.problem };
      if (sent.result === 'refused' || tries >= target.tries) return failed;
      return { ...failed, next_at: this.#now() + waitAfter(tries, chance, sent.after_ms) };
    });
  }

  async #send(target: Target, message: Message): Promise<Sent> {
    try {
      const sent = await this.#sendBy(target, message);
      if (sent.result === 'sent') this.#reached.set(target.name, this.#now());
      return sent;
    } catch (error) {
      // Unusable settings of one target, such as an invalid address, must not affect other targets.
      return { result: 'refused', problem: `cannot be sent: ${(error as Error).name}` };
    }
  }

  async #sendBy(target: Target, message: Message): Promise<Sent> {
    const { signal } = this.#ended;
    switch (target.type) {
      case 'webhook':
        return sendWebhook(target, message, signal);
      case 'email':
        return sendEmail(target, message, signal);
      case 'exec':
        return runProgram(target, message, signal, this.#deps.environment);
    }
  }

  #withUrl(told: Told): ToldRun {
    const run_url = told.run === undefined ? undefined : this.#deps.runUrl(told.run);
    return run_url === undefined ? told : { ...told, run_url };
  }

  async #giveUp(): Promise<void> {
    const gone = toGiveUp(this.#outbox.all(), this.#targets);
    if (gone.length === 0) return;
    await this.#outbox.save(gone, this.#now());
    this.#deps.changed?.();
  }
}

function byName(targets: readonly Target[]): ReadonlyMap<string, Target> {
  return new Map(targets.map((target) => [target.name, target]));
}

function deliveryOf(notices: readonly StoredNotice[]): string {
  const [first] = notices;
  return (first === undefined ? undefined : bodyOf(first)?.delivery) ?? deliveryId(notices);
}

function withDelivery(notice: StoredNotice, delivery: string): StoredNotice {
  const body = bodyOf(notice);
  if (body === undefined || body.delivery === delivery) return notice;
  return { ...notice, body: JSON.stringify({ ...body, delivery }) };
}
