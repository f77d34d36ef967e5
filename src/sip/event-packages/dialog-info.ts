/** Body of a NOTIFY about the calls of somebody: application/dialog-info+xml (RFC 4235, 4). Also used inside QuickJS. */
import { parseXml, type XmlElement } from '../xml.js';
import { childrenOf, numberOf, textOf, trimmed } from './elements.js';

export interface DialogInfo {
  /** Counts the NOTIFYs of a subscription. */
  version?: number;
  /** "full": the document lists every dialog; "partial": only changed ones. */
  state?: string;
  /** Whose dialogs these are. */
  entity?: string;
  dialogs: readonly WatchedDialog[];
}

interface WatchedDialog {
  id: string;
  call_id?: string;
  local_tag?: string;
  remote_tag?: string;
  direction?: string;
  state: string;
  /** The event that led to the state, and the response code that came with it. */
  event?: string;
  code?: number;
  /** s */
  duration?: number;
  local?: DialogEnd;
  remote?: DialogEnd;
}

interface DialogEnd {
  identity?: string;
  display?: string;
  target?: string;
}

const NAMESPACE = 'urn:ietf:params:xml:ns:dialog-info';

/** `undefined` for a body that is no such document. What a dialog does not say is left out. */
export function parseDialogInfo(body: string): DialogInfo | undefined {
  const root = parseXml(body.trim());
  if (root?.name !== 'dialog-info' || root.namespace !== NAMESPACE) return undefined;
  const { version, state, entity } = root.attributes;
  return {
    ...numberOf('version', version),
    ...textOf('state', state),
    ...textOf('entity', entity),
    dialogs: childrenOf(root, 'dialog').map(dialogOf),
  };
}

function dialogOf(dialog: XmlElement): WatchedDialog {
  const { attributes } = dialog;
  const [state] = childrenOf(dialog, 'state');
  const [duration] = childrenOf(dialog, 'duration');
  const [local] = childrenOf(dialog, 'local');
  const [remote] = childrenOf(dialog, 'remote');
  return {
    id: attributes['id'] ?? '',
    ...textOf('call_id', attributes['call-id']),
    ...textOf('local_tag', attributes['local-tag']),
    ...textOf('remote_tag', attributes['remote-tag']),
    ...textOf('direction', attributes['direction']),
    state: trimmed(state) ?? '',
    ...textOf('event', state?.attributes['event']),
    ...numberOf('code', state?.attributes['code']),
    ...numberOf('duration', trimmed(duration)),
    ...(local === undefined ? {} : { local: endOf(local) }),
    ...(remote === undefined ? {} : { remote: endOf(remote) }),
  };
}

function endOf(end: XmlElement): DialogEnd {
  const [identity] = childrenOf(end, 'identity');
  const [target] = childrenOf(end, 'target');
  return {
    ...textOf('identity', trimmed(identity)),
    ...textOf('display', identity?.attributes['display'] ?? identity?.attributes['display-name']),
    ...textOf('target', target?.attributes['uri']),
  };
}
