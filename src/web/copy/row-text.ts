import { formatMs } from '../../time.js';
import type { Row, Story } from '../../story/story.js';

/** A row of a story as a line of text; undefined for what only restates others. */
export function rowText(row: Row, { lanes }: Story): string | undefined {
  const lane = (index: number): string => lanes[index]?.name ?? 'unknown';
  switch (row.kind) {
    case 'message': {
      const repeats = row.repeats.length === 0 ? '' : `  (sent ${row.repeats.length + 1} times)`;
      const note = row.note === undefined ? '' : `  ${row.note}`;
      const unseen = row.unseen ? '  (not seen there)' : '';
      return `${lane(row.from)} -> ${lane(row.to)}  ${row.label}${note}${repeats}${unseen}`;
    }
    case 'digits':
      return `${lane(row.from)} -> ${lane(row.to)}  DTMF ${row.digits} (${row.via})`;
    case 'http':
      return `${row.way === 'out' ? 'script ->' : '-> '} ${lane(row.lane)}  ${row.label}`;
    case 'event':
      return row.minor ? undefined : `${lane(row.lane)}: ${row.text}`;
    case 'media':
      return undefined;
    case 'verb': {
      const error = row.error === undefined ? '' : `  failed: ${row.error.message}`;
      return `${row.text}${error}`;
    }
    case 'assertion':
      return `${row.ok ? 'held' : 'FAILED'}: ${row.text}`;
    case 'wait': {
      const took = row.until === undefined ? 'did not end' : formatMs(row.until - row.at);
      return `${row.by === 'wait' ? '' : `${row.by}: `}${row.what}  (${took}${row.ok === false ? ', did not hold' : ''})`;
    }
    case 'step':
    case 'phase':
    case 'log':
    case 'warning':
      return `${row.kind}: ${row.text}`;
    case 'failure':
      return `FAILURE: ${row.text}`;
  }
}
