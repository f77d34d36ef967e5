/** Base64 of text (RFC 4648, 4): QuickJS has no function for it. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const encodeUri = encodeURIComponent;
const fromCode = String.fromCharCode;

/** @param text without lone surrogates; its UTF-8 bytes are encoded. */
export function base64OfText(text: string): string {
  const bytes = encodeUri(text).replace(/%(..)/g, (_, hex: string) => fromCode(parseInt(hex, 16)));
  let out = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a, b, c] = [bytes.charCodeAt(at), bytes.charCodeAt(at + 1), bytes.charCodeAt(at + 2)];
    const bits = (a << 16) | ((b || 0) << 8) | (c || 0);
    out += ALPHABET.charAt(bits >> 18) + ALPHABET.charAt((bits >> 12) & 63);
    out += at + 1 < bytes.length ? ALPHABET.charAt((bits >> 6) & 63) : '=';
    out += at + 2 < bytes.length ? ALPHABET.charAt(bits & 63) : '=';
  }
  return out;
}
