/** How a peer answers INVITEs: by verbs, or by the steps of on_invite() (RFC 3261, 13.3 and 14.2). */
import { hasSdp } from '../agents/record/offer-answer.js';
import type { ResponseOptions } from '../schema/types.gen.js';
import { durationMs } from '../time.js';
import type { HeaderField, SipMessage } from '../sip/sip-message.js';
import { contactOf, describe, type PeerCall } from './call.js';
import type { SdpChoice } from './media/sdp-wish.js';
import { sendReliably } from './reliable.js';
import type { ServerTransaction } from '../signalling/transactions/server-transaction.js';
import { grantedTimerFields, refreshSession, type Modify } from './session-timer.js';
import type { PeerCore } from './core.js';

/** One step of on_invite(), after its check. */
export interface InviteStep {
  readonly afterMs: number;
  readonly code: number;
  readonly options: ResponseOptions;
}

export function stepsOf(given: readonly unknown[]): readonly InviteStep[] {
  return given.map((step) => {
    const parts = [...(step as readonly unknown[])];
    const isDelayed = typeof parts[0] !== 'number' || typeof parts[1] === 'number';
    const afterMs = isDelayed ? durationMs(parts.shift() as string | number) : 0;
    const [code, options = {}] = parts as [number, ResponseOptions?];
    return { afterMs, code, options };
  });
}

/** The calls whose INVITEs are answered. */
export interface InviteBook {
  readonly open: readonly PeerCall[];
  /** The dialog of an incoming call that the tag stands for. */
  dialogOf(call: PeerCall, tag: string): unknown;
  /** A 2xx with that tag is about to be sent. */
  accepted(call: PeerCall, tag: string): void;
  /** A final response of 300 or more was sent. */
  refused(call: PeerCall, response: SipMessage): void;
  readonly modify: Modify;
}

export class InviteAnswers {
  readonly #peer: PeerCore;
  readonly #calls: InviteBook;
  #steps: readonly InviteStep[] = [];

  constructor(peer: PeerCore, calls: InviteBook) {
    this.#peer = peer;
    this.#calls = calls;
  }

  /** Answers every INVITE by these steps from now on, including the INVITEs that are waiting. */
  plan(steps: readonly InviteStep[]): void {
    this.#steps = steps;
    for (const call of this.#calls.open) {
      if (!call.outgoing && !call.answered && call.planned.size === 0) this.follow(call);
    }
  }

  /** Answers a new call by the planned steps, if there are any. Each delay counts from the previous step. */
  follow(call: PeerCall): void {
    const steps = this.#steps;
    const next = (index: number): void => {
      const step = steps[index];
      if (step === undefined || call.closed) return;
      const act = (): void => {
        const work = this.respond(call, step.code, undefined, step.options).then(() => {
          next(index + 1);
        });
        this.#peer.inBackground(`the response ${step.code} of on_invite()`, work);
      };
      if (step.afterMs === 0) {
        act();
        return;
      }
      const cancel = this.#peer.clock.after(step.afterMs, () => {
        call.planned.delete(cancel);
        if (!call.closed) act();
      });
      call.planned.add(cancel);
    };
    next(0);
  }

  /** Answers the INVITE of a call. */
  async respond(
    call: PeerCall,
    code: number,
    reason: string | undefined,
    options: ResponseOptions,
  ): Promise<void> {
    const { server } = call;
    if (server === undefined) throw new Error('the call has no INVITE to answer');
    const tag = options.tag ?? this.#peer.responses.tagFor(server);
    const { sdp, to: _to, reliable, session_timer, ...wish } = options;
    const isAnswer = code >= 200 && code < 300;
    const body = wish.body ?? (await this.#body(call, sdp, isAnswer));
    const more = isAnswer ? grantedTimerFields(session_timer) : [];
    const whole = {
      ...wish,
      tag,
      body,
      ...(wish.body === undefined ? { content_type: wish.content_type ?? 'application/sdp' } : {}),
      ...(reason === undefined ? {} : { reason }),
    };
    if (code > 100 && code < 300) this.#calls.dialogOf(call, tag);
    if (reliable === true && code > 100 && code < 200) {
      await sendReliably(this.#peer, call, server, code, whole);
      return;
    }
    if (isAnswer) this.#calls.accepted(call, tag);
    const response = await this.#peer.responses.send(server, code, { ...whole, more });
    if (code >= 300) this.#calls.refused(call, response);
    else if (isAnswer && session_timer !== undefined) {
      refreshSession(this.#peer, call, response, session_timer, (one, wish) =>
        this.#calls.modify(one, wish),
      );
    }
  }

  async refuse(call: PeerCall, code: number): Promise<void> {
    await this.respond(call, code, undefined, {});
  }

  /** An offer or answer: in a 2xx unless the script says no, in another response only where it asks for it. */
  async #body(call: PeerCall, sdp: SdpChoice, isAnswer: boolean): Promise<string> {
    if (sdp === false || (sdp === undefined && !isAnswer)) return '';
    if (typeof sdp === 'string') return sdp;
    const invite = call.server?.request.message;
    const description = await describe(this.#peer.ground.media, call, invite?.body);
    if (invite === undefined || !hasSdp(invite)) {
      call.isOfferLate = true;
      return description.offer(sdp);
    }
    return description.answer(invite.body, sdp);
  }

  /** Answers an INVITE or UPDATE inside a call with 200, where this is not left to the script. */
  async again(call: PeerCall, message: SipMessage, transaction: ServerTransaction): Promise<void> {
    const description = await describe(this.#peer.ground.media, call, message.body);
    const body = hasSdp(message)
      ? description.answer(message.body, undefined)
      : message.method === 'INVITE'
        ? description.offer(undefined)
        : '';
    const timer = message.headers.find(([name]) => /^(?:session-expires|x)$/i.test(name));
    const more: HeaderField[] =
      timer === undefined
        ? []
        : [
            ['Session-Expires', withRefresher(timer[1])],
            ['Require', 'timer'],
          ];
    call.dialog?.refresh(message);
    if (message.method === 'INVITE') call.invites.set(message.cseq, transaction);
    await this.#peer.responses.send(transaction, 200, {
      body,
      content_type: 'application/sdp',
      contact: contactOf(call, this.#peer.ground.account.contact),
      more,
    });
  }
}

/** Adds the refresher to an answer, which must name one (RFC 4028, 9): the sender of the request, if the request leaves it open. */
function withRefresher(value: string): string {
  return /;\s*refresher\s*=/i.test(value) ? value : `${value};refresher=uac`;
}
