/** The user part of a SIP URI as it is written (RFC 3261, 19.1.2). */

/**
 * Escapes all but unreserved characters and those user-unreserved characters that every version accepts (RFC
 * 3261, 25.1). The text must hold no lone surrogate.
 */
export function escapeUser(user: string): string {
  return encodeURIComponent(user).replace(/%(?:2B|26|3D|24|2C)/g, decodeURIComponent);
}
