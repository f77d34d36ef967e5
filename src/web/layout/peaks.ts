/** Lowest and highest sample of each of `columns` equal stretches, from -1 to 1. */
export function peaksOf(
  samples: Int16Array,
  columns: number,
): readonly (readonly [low: number, high: number])[] {
  return Array.from({ length: Math.max(columns, 0) }, (_, column) => {
    const from = Math.floor((column * samples.length) / columns);
    const to = Math.max(Math.floor(((column + 1) * samples.length) / columns), from + 1);
    let low = 0;
    let high = 0;
    for (let index = from; index < to && index < samples.length; index += 1) {
      const sample = samples[index] ?? 0;
      if (sample < low) low = sample;
      if (sample > high) high = sample;
    }
    return [low / FULL_SCALE, high / FULL_SCALE] as const;
  });
}

const FULL_SCALE = 32768;
