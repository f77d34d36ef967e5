/**
 * G.722 at 64 kbit/s, its lower sub-band alone: the codec splits 16 kHz sound into two bands of 8 kHz each, and the lower
 * (0 to 4 kHz) is all that a call of 8 kHz has. So nothing is resampled; of the upper band silence is sent, and what
 * comes of it is left out.
 *
 * Source: ITU-T G.722 (09/2012), clauses 3 to 6; names of blocks and tables are those of the recommendation.
 */
/** Inverse quantizers, 2, 4 and 6 bits (tables 10 to 14 as integers). */
const QM2 = [-7408, -1616, 7408, 1616];
const QM4 = [
  0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200,
  0,
];
const QM6 = [
  -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232,
  -9360, -8576, -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400,
  -2032, -1688, -1360, -1040, -728, 24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232,
  9360, 8576, 7856, 7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688,
  1360, 1040, 728, 432, 136, -432, -136,
];
/** Decision levels of the lower band; level 0 is never compared with. */
const Q6 = [
  0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023,
  1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919,
];
/** Codes of negative and positive differences, by their interval. */
const ILN = [0, 63, 62, ...Array.from({ length: 28 }, (_, i) => 31 - i)];
const ILP = [0, ...Array.from({ length: 30 }, (_, i) => 61 - i)];
const IHN = [0, 1, 0];
const IHP = [0, 3, 2];
/** Logarithmic scale factors, their multipliers, and the antilogarithm. */
const WL = [-60, -30, 58, 172, 334, 538, 1198, 3042];
const RL42 = [0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0];
const WH = [0, -214, 798];
const RH2 = [2, 1, 2, 1];
const ILB = Array.from({ length: 32 }, (_, i) => Math.floor(2048 * 2 ** (i / 32) + 0.5));

const saturate = (value: number): number => Math.max(-32_768, Math.min(32_767, value));
const at = (table: readonly number[], index: number): number => table[index] ?? 0;

/** The adaptive predictor and quantizer of one band (BLOCK4 of the recommendation, SCALEx and LOGSCx). */
class Band {
  /** The prediction. */
  s = 0;
  det: number;
  #sz = 0;
  #nb = 0;
  readonly #mostNb: number;
  readonly #shift: number;
  readonly #a = [0, 0, 0];
  readonly #b = [0, 0, 0, 0, 0, 0, 0];
  readonly #d = [0, 0, 0, 0, 0, 0, 0];
  readonly #r = [0, 0, 0];
  readonly #p = [0, 0, 0];

  constructor(det: number, mostNb: number, shift: number) {
    this.det = det;
    this.#mostNb = mostNb;
    this.#shift = shift;
  }

  /** The difference `d` that both sides know, and the step of the scale factor that its code means. */
  adapt(d: number, step: number): void {
    this.#nb = Math.max(0, Math.min(this.#mostNb, ((this.#nb * 127) >> 7) + step));
    const shift = this.#shift - (this.#nb >> 11);
    const level = at(ILB, (this.#nb >> 6) & 31);
    this.det = (shift < 0 ? level << -shift : level >> shift) << 2;
    this.#predict(d);
  }

  #predict(difference: number): void {
    const [a, b, d, r, p] = [this.#a, this.#b, this.#d, this.#r, this.#p];
    d[0] = difference;
    r[0] = saturate(this.s + difference);
    p[0] = saturate(this.#sz + difference);
    this.#adaptPoles();
    this.#adaptZeros();
    for (let i = 6; i > 0; i -= 1) d[i] = at(d, i - 1);
    for (let i = 2; i > 0; i -= 1) {
      r[i] = at(r, i - 1);
      p[i] = at(p, i - 1);
    }
    const poles =
      ((at(a, 1) * saturate(2 * at(r, 1))) >> 15) + ((at(a, 2) * saturate(2 * at(r, 2))) >> 15);
    let zeros = 0;
    for (let i = 6; i > 0; i -= 1) zeros += (at(b, i) * saturate(2 * at(d, i))) >> 15;
    this.#sz = saturate(zeros);
    this.s = saturate(saturate(poles) + this.#sz);
  }

  /** UPPOL2 and UPPOL1. */
  #adaptPoles(): void {
    const [a, p] = [this.#a, this.#p];
    const same = (i: number): boolean => at(p, 0) < 0 === at(p, i) < 0;
    const first = saturate(at(a, 1) << 2);
    const turned = Math.min(32_767, same(1) ? -first : first);
    const second = (same(2) ? 128 : -128) + (turned >> 7) + ((at(a, 2) * 32_512) >> 15);
    a[2] = Math.max(-12_288, Math.min(12_288, second));
    const most = saturate(15_360 - a[2]);
    const next = saturate((same(1) ? 192 : -192) + ((at(a, 1) * 32_640) >> 15));
    a[1] = Math.max(-most, Math.min(most, next));
  }

  /** UPZERO. */
  #adaptZeros(): void {
    const [b, d] = [this.#b, this.#d];
    const step = d[0] === 0 ? 0 : 128;
    for (let i = 1; i <= 6; i += 1) {
      const signed = at(d, i) < 0 === at(d, 0) < 0 ? step : -step;
      b[i] = saturate(signed + ((at(b, i) * 32_640) >> 15));
    }
  }
}

const lowerBand = (): Band => new Band(32, 18_432, 8);
const upperBand = (): Band => new Band(8, 22_528, 10);

/** One direction of a stream: each packet goes on where the one before ended. */
export function g722(): {
  encode: (samples: Int16Array) => Uint8Array;
  decode: (payload: Uint8Array) => Int16Array;
} {
  const encoder = { low: lowerBand(), high: upperBand() };
  const decoder = lowerBand();
  return {
    encode: (samples) =>
      Uint8Array.from(samples, (sample) => {
        const low = encodeLow(encoder.low, sample >> 1);
        return (encodeHigh(encoder.high, 0) << 6) | low;
      }),
    decode: (payload) => Int16Array.from(payload, (code) => decodeLow(decoder, code & 0x3f) << 1),
  };
}

function encodeLow(band: Band, sample: number): number {
  const difference = saturate(sample - band.s);
  const size = difference >= 0 ? difference : -(difference + 1);
  let interval = 1;
  while (interval < 30 && size >= (at(Q6, interval) * band.det) >> 12) interval += 1;
  const code = at(difference < 0 ? ILN : ILP, interval);
  band.adapt((band.det * at(QM4, code >> 2)) >> 15, at(WL, at(RL42, code >> 2)));
  return code;
}

function encodeHigh(band: Band, sample: number): number {
  const difference = saturate(sample - band.s);
  const size = difference >= 0 ? difference : -(difference + 1);
  const interval = size >= (564 * band.det) >> 12 ? 2 : 1;
  const code = at(difference < 0 ? IHN : IHP, interval);
  band.adapt((band.det * at(QM2, code)) >> 15, at(WH, at(RH2, code)));
  return code;
}

/** @returns 15 bits */
function decodeLow(band: Band, code: number): number {
  const sample = band.s + ((band.det * at(QM6, code)) >> 15);
  band.adapt((band.det * at(QM4, code >> 2)) >> 15, at(WL, at(RL42, code >> 2)));
  return Math.max(-16_384, Math.min(16_383, sample));
}
