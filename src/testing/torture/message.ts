/** A message of RFC 4475 or RFC 5118. */
export interface TortureMessage {
  /** Its name in the RFC. */
  readonly name: string;
  readonly section: string;
  /** One character for each octet (latin1). */
  readonly octets: string;
}

/** @param lines between the line ends CR LF, the last one included */
export function message(name: string, section: string, lines: readonly string[]): TortureMessage {
  return { name, section, octets: lines.join('\r\n') };
}
