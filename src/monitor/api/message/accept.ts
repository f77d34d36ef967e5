/** What a client would rather have (RFC 9110, 12.5.1). Pure. */

/** Characters of the field that are read: no browser sends a longer one. */
const LONGEST = 1000;

/** @returns the offered type with the highest quality; the first of them when the client has no preference; undefined: none */
export function preferred<T extends string>(
  accept: string | undefined,
  offered: readonly T[],
): T | undefined {
  if (accept === undefined || accept.trim() === '') return offered[0];
  const ranges = accept.slice(0, LONGEST).split(',').map(rangeOf);
  let best: T | undefined;
  let highest = 0;
  for (const type of offered) {
    const quality = qualityOf(type, ranges);
    if (quality <= highest) continue;
    best = type;
    highest = quality;
  }
  return best;
}

interface Range {
  readonly type: string;
  readonly quality: number;
}

function rangeOf(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((one) => one.startsWith('q='))?.slice(2);
  const quality = weight === undefined ? 1 : Number(weight);
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** The most specific range that fits says it. */
function qualityOf(type: string, ranges: readonly Range[]): number {
  const family = `${type.split('/')[0] ?? ''}/*`;
  for (const wanted of [type, family, '*/*']) {
    const range = ranges.find((one) => one.type === wanted);
    if (range !== undefined) return range.quality;
  }
  return 0;
}

/** Whether a person with a browser asks: the field names HTML, and with at least the quality of JSON. */
export function wantsHtml(accept: string | undefined): boolean {
  if (accept === undefined || !/text\/html/i.test(accept)) return false;
  return preferred(accept, ['text/html', 'application/json']) === 'text/html';
}
