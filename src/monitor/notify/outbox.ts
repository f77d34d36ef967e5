/**
 * The notices that wait or were given up: their present state in memory, and in the store for a restart. A store that cannot be
 * written does not hold up delivery: notices that are sent meanwhile are removed from it as soon as it works again.
 */
import type { Store, StoredNotice } from '../store/store.js';

/** The part of the store that the outbox needs. */
export type NoticeStore = Pick<Store, 'notices' | 'saveNotice' | 'dropNotice'>;

export class Outbox {
  readonly #store: NoticeStore;
  readonly #notices = new Map<string, StoredNotice>();
  readonly #unsaved = new Set<string>();
  readonly #undropped = new Set<string>();
  #problem: { readonly text: string; readonly since: number } | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(store: NoticeStore) {
    this.#store = store;
  }

  /** Why the store differs from what is in memory. `since`: ms since 1970. */
  get problem(): { readonly text: string; readonly since: number } | undefined {
    return this.#problem;
  }

  async load(): Promise<void> {
    for (const notice of await this.#store.notices()) this.#notices.set(notice.id, notice);
  }

  /** @returns all notices in the order in which they came */
  all(): readonly StoredNotice[] {
    return [...this.#notices.values()];
  }

  find(id: string): StoredNotice | undefined {
    return this.#notices.get(id);
  }

  /** Takes notices that the store has already. */
  took(notices: readonly StoredNotice[]): void {
    for (const notice of notices) this.#notices.set(notice.id, notice);
  }

  async save(notices: readonly StoredNotice[], now: number): Promise<void> {
    this.took(notices);
    for (const { id } of notices) {
      this.#unsaved.add(id);
      this.#undropped.delete(id);
    }
    await this.settle(now);
  }

  async drop(notices: readonly Pick<StoredNotice, 'id'>[], now: number): Promise<void> {
    for (const { id } of notices) {
      this.#notices.delete(id);
      this.#unsaved.delete(id);
      this.#undropped.add(id);
    }
    await this.settle(now);
  }

  /** Brings the store to what is here, one call after another. What fails is left for the next time. */
  async settle(now: number): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      try {
        for (const id of [...this.#unsaved]) await this.#saveOne(id);
        for (const id of [...this.#undropped]) await this.#dropOne(id);
        this.#problem = undefined;
      } catch (error) {
        this.#problem ??= { text: (error as Error).message, since: now };
      }
    });
    await this.#turn;
  }

  async #saveOne(id: string): Promise<void> {
    const notice = this.#notices.get(id);
    if (notice === undefined || !this.#unsaved.delete(id)) return;
    try {
      await this.#store.saveNotice(notice);
    } catch (error) {
      if (this.#notices.has(id)) this.#unsaved.add(id);
      throw error;
    }
  }

  async #dropOne(id: string): Promise<void> {
    if (!this.#undropped.delete(id)) return;
    try {
      await this.#store.dropNotice(id);
    } catch (error) {
      if (!this.#notices.has(id)) this.#undropped.add(id);
      throw error;
    }
  }
}
