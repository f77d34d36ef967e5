/** Refer-To of an attended transfer: the target's URI with the dialog its new call is to replace. */
import { nameAddr } from './peer.js';

/** The consultation call, from the transferor's point of view. */
export interface ConsultationDialog {
  call_id: string;
  /**
   * Tag of the transferor's own side (From of the call it dialled), and of the target's (To). Left out for a target
   * that takes all of Replaces for a Call-ID: baresip below 3.21.
   */
  tags?: { local: string; remote: string };
  /** SIP URI of the target; its Contact where the target is one of several of that name. */
  target: string;
}

/** RFC 3891, 3: stands for a tag that is missing, as from a peer of before RFC 3261. */
const NO_TAG = '0';

/**
 * "<sip:c@h?Replaces=CALLID%3Bto-tag%3D..%3Bfrom-tag%3D..>" (RFC 3891, 6.1; RFC 3515, 2.1). The target is
 * who will read it, so its own tag is the to-tag.
 */
export function replacesReferTo({ call_id, tags, target }: ConsultationDialog): string {
  const tagged = tags && `;to-tag=${tags.remote || NO_TAG};from-tag=${tags.local || NO_TAG}`;
  const dialog = `${call_id}${tagged ?? ''}`;
  const [uri = '', headers = ''] = bare(target).split('?');
  const others = headers.split('&').filter((one) => one !== '' && !/^replaces=/i.test(one));
  return `<${uri}?${[...others, `Replaces=${escapeHeaderValue(dialog)}`].join('&')}>`;
}

/** Only unreserved characters stay (RFC 3261, 19.1.1 allows a few more, which some parsers stumble over). */
function escapeHeaderValue(value: string): string {
  return encodeURIComponent(value);
}

/** Without brackets, parameters belong to the URI here: it stands in no header field. */
function bare(target: string): string {
  return target.includes('<') ? nameAddr(target)[0] : target.trim();
}
