/** ITU-T G.711: 8-bit companded samples to 16-bit linear ones and back. */

/** Linear value of each mu-law octet. */
const FROM_MULAW = Int16Array.from({ length: 256 }, (_, octet) => {
  const bits = ~octet & 0xff;
  const magnitude = (((bits & 0x0f) << 3) + 0x84) << ((bits >> 4) & 7);
  return bits & 0x80 ? 0x84 - magnitude : magnitude - 0x84;
});

/** Linear value of each A-law octet (even bits are inverted on the line). */
const FROM_ALAW = Int16Array.from({ length: 256 }, (_, octet) => {
  const bits = octet ^ 0x55;
  const segment = (bits >> 4) & 7;
  const mantissa = ((bits & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? mantissa : (mantissa + 0x100) << (segment - 1);
  return bits & 0x80 ? magnitude : -magnitude;
});

export type G711Law = 'alaw' | 'mulaw';

const TABLES: Readonly<Record<G711Law, Int16Array>> = { alaw: FROM_ALAW, mulaw: FROM_MULAW };

export function decodeG711(law: G711Law, octet: number): number {
  return TABLES[law][octet & 0xff] ?? 0;
}

/** The samples encoded in G.711 and decoded again. */
export function throughG711(law: G711Law, samples: Int16Array): Int16Array {
  return samples.map((sample) => nearest(LEVELS[law], sample));
}

const LEVELS: Readonly<Record<G711Law, Int16Array>> = {
  alaw: FROM_ALAW.toSorted(),
  mulaw: FROM_MULAW.toSorted(),
};

function nearest(levels: Int16Array, sample: number): number {
  let low = 0;
  let high = levels.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((levels[middle] ?? 0) <= sample) low = middle;
    else high = middle;
  }
  const below = levels[low] ?? 0;
  const above = levels[high] ?? 0;
  return sample - below <= above - sample ? below : above;
}

const BIAS = 0x84;
const MOST = 32_635;

/** Octet of each 16-bit sample, by its place in a table of unsigned numbers; made when first needed. */
let toMulaw: Uint8Array | undefined;
let toAlaw: Uint8Array | undefined;

/** Samples as mu-law octets. */
export function encodeMulaw(samples: Int16Array): Uint8Array {
  return encoded(samples, (toMulaw ??= octetsBy(mulawOf)));
}

/** Samples as A-law octets. */
export function encodeAlaw(samples: Int16Array): Uint8Array {
  return encoded(samples, (toAlaw ??= octetsBy(alawOf)));
}

function octetsBy(octetOf: (sample: number) => number): Uint8Array {
  return Uint8Array.from({ length: 1 << 16 }, (_, i) => octetOf((i << 16) >> 16));
}

function encoded(samples: Int16Array, table: Uint8Array): Uint8Array {
  const out = new Uint8Array(samples.length);
  for (let i = 0; i < out.length; i += 1) out[i] = table[(samples[i] ?? 0) & 0xffff] ?? 0;
  return out;
}

function mulawOf(sample: number): number {
  const magnitude = Math.min(MOST, Math.abs(sample)) + BIAS;
  const segment = Math.max(0, 24 - Math.clz32(magnitude));
  const octet = (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f);
  return ~(sample < 0 ? octet | 0x80 : octet) & 0xff;
}

/** A negative sample is -1 nearer to zero than its positive counterpart: its bits are inverted (G.711, 3.4). */
function alawOf(sample: number): number {
  const magnitude = Math.min(0x7fff, sample < 0 ? -sample - 1 : sample);
  const segment = Math.max(0, 24 - Math.clz32(magnitude));
  const mantissa = (magnitude >> (segment === 0 ? 4 : segment + 3)) & 0x0f;
  return ((sample < 0 ? 0 : 0x80) | (segment << 4) | mantissa) ^ 0x55;
}
