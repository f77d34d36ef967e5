/** The dialogs of an agent's calls, as its SIP trace shows them (RFC 3261, 12): tags, and what became of its re-INVITEs. */
import type { SipMessage } from '../model/agent-event.js';
import { isLocalHold } from '../model/media-direction.js';
import { audioOf, parseSdp } from '../model/sdp.js';
import { headerOf } from './sip-message.js';

export interface Dialog {
  localTag: string;
  /** Of the answer; before it of the last provisional response. */
  remoteTag: string;
  /** The agent's last accepted offer does not want to receive: it has the call on hold. */
  holding: boolean;
  /** Its last offer, until the final answer. */
  offered?: { cseq: number; holding: boolean };
  /** The final answer to its last offer, when that was no 200. */
  refused?: { code: number; reason: string };
}

/** After these baresip tries again by itself (RFC 3261, 14.1 and 22.1). */
const RETRIED: readonly number[] = [401, 407, 491];
const REMEMBERED = 32;

export class DialogLog {
  readonly #dialogs = new Map<string, Dialog>();

  of(call: string): Dialog | undefined {
    return this.#dialogs.get(call);
  }

  message(message: SipMessage): void {
    if (message.method !== 'INVITE') return;
    const dialog = this.#dialog(message.call_id);
    const [from, to] = ['from', 'to'].map((name) => tagOf(headerOf(message.headers, name) ?? ''));
    const request = message.code === undefined;
    const own = (message.direction === 'sent') === request;
    const remote = (own ? to : from) ?? '';
    dialog.localTag = (own ? from : to) ?? dialog.localTag;
    if (remote !== '') dialog.remoteTag = remote;
    if (!own || to === undefined) return;
    if (request) offer(dialog, message);
    else settle(dialog, message, message.code ?? 0);
  }

  #dialog(call: string): Dialog {
    const known = this.#dialogs.get(call);
    if (known !== undefined) return known;
    const dialog: Dialog = { localTag: '', remoteTag: '', holding: false };
    this.#dialogs.set(call, dialog);
    const [oldest = ''] = this.#dialogs.keys();
    if (this.#dialogs.size > REMEMBERED) this.#dialogs.delete(oldest);
    return dialog;
  }
}

function offer(dialog: Dialog, message: SipMessage): void {
  const sdp = parseSdp(message.body);
  const audio = sdp === undefined ? undefined : audioOf(sdp);
  if (audio === undefined) return;
  dialog.offered = { cseq: message.cseq, holding: isLocalHold(audio.direction) };
  delete dialog.refused;
}

function settle(dialog: Dialog, message: SipMessage, code: number): void {
  const { offered } = dialog;
  if (offered?.cseq !== message.cseq || code < 200 || RETRIED.includes(code)) return;
  delete dialog.offered;
  if (code < 300) dialog.holding = offered.holding;
  else dialog.refused = { code, reason: message.reason ?? '' };
}

function tagOf(value: string): string | undefined {
  const parameters = value.includes('<') ? value.slice(value.lastIndexOf('>')) : value;
  return /;\s*tag\s*=\s*([^;\s]+)/i.exec(parameters)?.[1];
}
