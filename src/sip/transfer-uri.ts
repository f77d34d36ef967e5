/** Refer-To of an attended transfer: the target's URI with the dialog its new call is to replace. */
import { nameAddr } from './peer.js';
import { parametersOf } from './uri.js';

/** The consultation call, from the transferor's point of view. */
export interface ConsultationDialog {
  call_id: string;
  /**
   * Tags of the transferor (From of the call it dialled) and of the target (To). Left out for a target that
   * takes the whole Replaces value for a Call-ID: baresip below 3.21.
   */
  tags?: { local: string; remote: string };
  /** SIP URI of the target: the peer's URI, or after a 3xx the address that it named. */
  target: string;
}

/** Stands for a missing tag (RFC 3891, 3), as of a peer older than RFC 3261. */
const NO_TAG = '0';

/**
 * "<sip:c@h?Replaces=CALLID%3Bto-tag%3D..%3Bfrom-tag%3D..>" (RFC 3891, 6.1; RFC 3515, 2.1). The target reads
 * this URI, so the target's own tag is the to-tag.
 */
export function replacesReferTo({ call_id, tags, target }: ConsultationDialog): string {
  const tagged = tags && `;to-tag=${tags.remote || NO_TAG};from-tag=${tags.local || NO_TAG}`;
  const dialog = `${call_id}${tagged ?? ''}`;
  const [uri = '', headers = ''] = bare(target).split('?');
  const others = headers.split('&').filter((one) => one !== '' && !/^replaces=/i.test(one));
  return `<${uri}?${[...others, `Replaces=${escapeHeaderValue(dialog)}`].join('&')}>`;
}

/** The dialog a Replaces header names (RFC 3891, 6.1), tags as its receiver has them. */
export function replacedDialog(value: string): { call_id: string; toTag: string; fromTag: string } {
  const [call_id = '', ...rest] = value.split(';');
  const parameters = parametersOf(rest.join(';'));
  return {
    call_id: call_id.trim(),
    toTag: parameters.get('to-tag') ?? '',
    fromTag: parameters.get('from-tag') ?? '',
  };
}

/**
 * Splits a Refer-To into the value and URI without header fields, and all header fields of the URI (RFC 3261, 19.1.1). The
 * URI may name any header: the caller has to choose those it trusts.
 */
export function withoutUriHeaders(value: string): {
  value: string;
  uri: string;
  headers: Readonly<Record<string, string>>;
} {
  const [uri] = nameAddr(value);
  const [plain = '', query = ''] = uri.split('?');
  const fields = query
    .split('&')
    .filter((one) => one !== '')
    .map((one): [string, string] => {
      const [name = '', ...text] = one.split('=');
      return [unescaped(name), unescaped(text.join('='))];
    });
  return { value: value.replace(uri, plain), uri: plain, headers: Object.fromEntries(fields) };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Escapes all but unreserved characters: RFC 3261, 19.1.1 allows a few more, but some parsers stumble over them. */
function escapeHeaderValue(value: string): string {
  return encodeURIComponent(value);
}

/** The target is not in a header field, so parameters without brackets belong to the URI. */
function bare(target: string): string {
  return target.includes('<') ? nameAddr(target)[0] : target.trim();
}
