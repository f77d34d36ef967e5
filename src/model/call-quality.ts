/**
 * Call quality: a mean opinion score by the E-model, from what RTCP measures. Also used inside QuickJS.
 *
 * Sources:
 * - R = 93.2 - Id - Ie,eff: ITU-T G.107, equation 7-1, with every parameter this side cannot measure at
 *   its default (7.7: "R = 93.2") and no advantage factor.
 * - Ie,eff = Ie + (95 - Ie) * Ppl / (Ppl / BurstR + Bpl): G.107, equation 7-29, random loss (BurstR = 1).
 * - Ie and Bpl: ITU-T G.113, Appendix I.
 * - Id = 0.024 d + 0.11 (d - 177.3) H(d - 177.3), d in ms one way: R. G. Cole and J. H. Rosenbluth,
 *   "Voice over IP performance monitoring", ACM SIGCOMM Computer Communication Review 31(2), April 2001.
 * - MOS from R: G.107, Annex B, equation B-4.
 *
 * Choices: d is half the round trip plus twice the jitter, a usual depth of a jitter buffer; time in codecs
 * and devices is not measured, so not counted. The score is the narrowband one (at most 4.5).
 */

export interface QualityInput {
  /** Encoding name as in the SDP. */
  codec?: string;
  /** Percent, 0 to 100. */
  packet_loss: number;
  /** ms (RFC 3550, 6.4.1). */
  jitter: number;
  /** ms, both ways. */
  rtt: number;
}

/** What an agent receives. */
export interface Quality {
  /** 1 (bad) to 4.5. */
  mos: number;
  /** ms, both ways; 0 as long as the other side has reported nothing to measure it by. */
  rtt: number;
  /** ms. */
  jitter: number;
  /** Percent of the packets sent to this agent so far. */
  packet_loss: number;
}

/** RTP packets of a call. */
export interface Packets {
  sent: number;
  received: number;
}

interface Impairment {
  ie: number;
  bpl: number;
}

/** G.711 with the loss concealment of G.711 Appendix I, which every telephone has. */
const G711: Impairment = { ie: 0, bpl: 25.1 };

/**
 * What G.113 rates on the narrowband scale. G722 it rates on the wideband one only (G.107.1), opus not at
 * all: they count as G.711, so that the score compares networks and makes up nothing about codecs.
 */
const IMPAIRMENTS: Readonly<Record<string, Impairment>> = {
  PCMU: G711,
  PCMA: G711,
  // G.729A with voice activity detection.
  G729: { ie: 11, bpl: 19 },
};

const DEFAULT_R = 93.2;
const JITTER_BUFFER_DEPTH = 2;

/** Two decimals, 1 to 4.5. Values out of range are taken as the nearest that is possible. */
export function mosOf({ codec, packet_loss, jitter, rtt }: QualityInput): number {
  const { ie, bpl } = IMPAIRMENTS[codec?.toUpperCase() ?? ''] ?? G711;
  const loss = Math.min(Math.max(packet_loss, 0), 100);
  const effective = ie + ((95 - ie) * loss) / (loss + bpl);
  const delay = Math.max(rtt, 0) / 2 + JITTER_BUFFER_DEPTH * Math.max(jitter, 0);
  return rounded(mosOfR(DEFAULT_R - delayImpairment(delay) - effective));
}

function delayImpairment(delay: number): number {
  return 0.024 * delay + 0.11 * Math.max(delay - 177.3, 0);
}

function mosOfR(r: number): number {
  if (r <= 0) return 1;
  if (r >= 100) return 4.5;
  // The polynomial dips below 1 for R under 6.5.
  return Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}

/**
 * baresip's `rtcp_stats` as JSON text: {"tx":{"sent","lost","jit"},"rx":{"sent","lost","jit"},"rtt"} with
 * counts of packets so far (rx.sent = received) and microseconds. `undefined` while nothing is known: the
 * first reports of a call, some 5 s, are all zero.
 */
export function qualityOf(rtcpStats: string, codec?: string): Quality | undefined {
  const stats = parsed(rtcpStats);
  const rx = field(stats, 'rx');
  const received = count(field(rx, 'sent'));
  const jitter = count(field(rx, 'jit'));
  const rtt = count(field(stats, 'rtt'));
  if (received === undefined || jitter === undefined || rtt === undefined) return undefined;
  // Duplicates make the loss negative (RFC 3550, 6.4.1).
  const lost = Math.max(count(field(rx, 'lost')) ?? 0, 0);
  if (received <= 0) return undefined;
  const measured = {
    rtt: milliseconds(rtt),
    jitter: milliseconds(jitter),
    packet_loss: rounded((100 * lost) / (received + lost)),
  };
  return { mos: mosOf({ ...measured, ...(codec === undefined ? {} : { codec }) }), ...measured };
}

/** Packets so far, from the same text; `sent` counts the packets the other side has reported about. */
export function packetsOf(rtcpStats: string): Packets | undefined {
  const stats = parsed(rtcpStats);
  const received = count(field(field(stats, 'rx'), 'sent'));
  if (received === undefined) return undefined;
  return { sent: count(field(field(stats, 'tx'), 'sent')) ?? 0, received };
}

/** Old versions print a negative round trip, an effect of clock rounding, as 2^32 less a little. */
function milliseconds(microseconds: number): number {
  return microseconds < 0 || microseconds >= 2 ** 31 ? 0 : rounded(microseconds / 1000);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
