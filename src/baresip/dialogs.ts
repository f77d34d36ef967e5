/** The dialogs of an agent's calls, as its SIP trace shows them: their tags (RFC 3261, 12). */
import type { SipMessage } from '../model/agent-event.js';
import { tagOf } from './peer.js';
import { headerOf } from './sip-message.js';

export interface Dialog {
  localTag: string;
  /** Of the answer; before it of the last provisional response. */
  remoteTag: string;
}

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
    const own = (message.direction === 'sent') === (message.code === undefined);
    const remote = (own ? to : from) ?? '';
    dialog.localTag = (own ? from : to) ?? dialog.localTag;
    if (remote !== '') dialog.remoteTag = remote;
  }

  #dialog(call: string): Dialog {
    const known = this.#dialogs.get(call);
    if (known !== undefined) return known;
    const dialog: Dialog = { localTag: '', remoteTag: '' };
    this.#dialogs.set(call, dialog);
    const [oldest = ''] = this.#dialogs.keys();
    if (this.#dialogs.size > REMEMBERED) this.#dialogs.delete(oldest);
    return dialog;
  }
}
