/** Where the columns of a ladder stand, in px. */
export interface Columns {
  time: number;
  /** Width of the column of the script; 0 where there is no room: it then writes over the lanes. */
  script: number;
  /** Where the lane of each index stands. */
  lanes: readonly number[];
  /** Width of all. */
  width: number;
}

const NARROWEST_GAP = 150;
const WIDEST_GAP = 300;
const SCRIPT = { least: 190, most: 400, share: 0.36 };
/** Below it the script has no column of its own. */
const NARROW = 560;

export function columnsOf(width: number, lanes: number): Columns {
  const isNarrow = width < NARROW;
  const time = isNarrow ? 62 : 84;
  const wanted = Math.min(SCRIPT.most, Math.max(SCRIPT.least, Math.round(width * SCRIPT.share)));
  const needed = lanes * NARROWEST_GAP;
  const script = isNarrow ? 0 : Math.max(SCRIPT.least, Math.min(wanted, width - time - needed));
  const room = width - time - script;
  const least = isNarrow ? 112 : NARROWEST_GAP;
  const gap = Math.min(WIDEST_GAP, Math.max(least, Math.floor(room / Math.max(lanes, 1))));
  const left = time + script;
  return {
    time,
    script,
    lanes: Array.from({ length: lanes }, (_, index) => left + gap * index + gap / 2),
    width: Math.max(width, left + gap * lanes),
  };
}
