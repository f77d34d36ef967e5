/** Payload types with a fixed meaning, valid without an rtpmap (RFC 3551, tables 4 and 5). */

/** Payload type -> encoding name, clock rate, channels. */
const STATIC: Readonly<Record<number, readonly [name: string, rate: number, channels: number]>> = {
  0: ['PCMU', 8000, 1],
  3: ['GSM', 8000, 1],
  4: ['G723', 8000, 1],
  5: ['DVI4', 8000, 1],
  6: ['DVI4', 16000, 1],
  7: ['LPC', 8000, 1],
  8: ['PCMA', 8000, 1],
  9: ['G722', 8000, 1],
  10: ['L16', 44100, 2],
  11: ['L16', 44100, 1],
  12: ['QCELP', 8000, 1],
  13: ['CN', 8000, 1],
  14: ['MPA', 90000, 1],
  15: ['G728', 8000, 1],
  16: ['DVI4', 11025, 1],
  17: ['DVI4', 22050, 1],
  18: ['G729', 8000, 1],
  25: ['CelB', 90000, 1],
  26: ['JPEG', 90000, 1],
  28: ['nv', 90000, 1],
  31: ['H261', 90000, 1],
  32: ['MPV', 90000, 1],
  33: ['MP2T', 90000, 1],
  34: ['H263', 90000, 1],
};

export function staticPayload(
  payload: number,
): { name: string; rate: number; channels: number } | undefined {
  const known = STATIC[payload];
  if (known === undefined) return undefined;
  const [name, rate, channels] = known;
  return { name, rate, channels };
}
