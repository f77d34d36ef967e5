/** The contacts baresip can send a MESSAGE to, and the commands that choose one of them. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCode, OffhookError } from '../../errors.js';
import { hasCapability } from '../capabilities.js';
import type { Ground } from '../ground.js';
import type { RequestLog, SentRequest } from '../record/request-log.js';
import { assertModule } from '../start/modules.js';
import type { Command } from './ctrl.js';

const MODULE = 'contact.so';

/** The agent that owns the contacts. */
interface ContactsAgent {
  readonly ground: Ground;
  readonly requests: RequestLog;
  problem(code: ErrorCode, verb: string, what: string, hint?: string): OffhookError;
}

/**
 * baresip sends a MESSAGE only to its current contact. From 3.21 on contacts can be added; before, they are
 * read from a file when the module is loaded, so the module is reloaded for each other target.
 */
export class Contacts {
  readonly #known: string[] = [];
  #current = -1;
  #loaded = false;
  /** Messages without an answer so far: their handler is code of the module, which must stay loaded until then. */
  readonly #pending = new Set<SentRequest>();

  /** The commands that make `uri` the current contact. */
  select(agent: ContactsAgent, uri: string): Command[] {
    if (!this.#loaded) {
      assertModule(agent.ground.context.binary, 'contact', 'message()');
      this.#reset(agent, uri);
      return [{ name: 'insmod', params: MODULE }];
    }
    const at = this.#known.indexOf(uri);
    if (at >= 0) return this.#step(at);
    if (hasCapability(agent.ground.context.binary.version, 'addcontact')) {
      this.#known.push(uri);
      const add: Command = { name: 'addcontact', params: `<${uri}>` };
      return [add, ...this.#step(this.#known.length - 1)];
    }
    this.#assertNonePending(agent);
    this.#reset(agent, uri);
    return [
      { name: 'rmmod', params: MODULE },
      { name: 'insmod', params: MODULE },
    ];
  }

  /** Notes whether the fate of the message is known yet. */
  settle(agent: ContactsAgent, request: SentRequest): void {
    const { answer, failure, sentAt } = request;
    if (sentAt !== undefined && answer === undefined && failure === undefined) {
      this.#pending.add(request);
      return;
    }
    this.#pending.delete(request);
    agent.requests.forget(request);
  }

  /** The commands of `select` were carried out. */
  loaded(): void {
    this.#loaded = true;
  }

  #step(to: number): Command[] {
    const name = to > this.#current ? 'contact_next' : 'contact_prev';
    const steps = Math.abs(to - this.#current);
    this.#current = to;
    return Array.from({ length: steps }, () => ({ name }));
  }

  #reset(agent: ContactsAgent, uri: string): void {
    const { folder } = agent.ground;
    writeFileSync(join(folder, 'contacts'), `<${uri}>\n`);
    rmSync(join(folder, 'current_contact'), { force: true });
    this.#known.splice(0, this.#known.length, uri);
    this.#current = 0;
  }

  #assertNonePending(agent: ContactsAgent): void {
    for (const request of this.#pending) this.settle(agent, request);
    if (this.#pending.size === 0) return;
    throw agent.problem(
      'E_MESSAGE',
      'message',
      'an earlier message has no response yet, and this baresip can write to only one target at a time',
      'send it from another agent, or use baresip 3.21 or later',
    );
  }
}
