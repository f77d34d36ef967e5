/** A graph in Mermaid's notation (`graph TD`, lines of `a --> b`, no cycles) as SVG: who imports stands above what it imports. */
import { escaped } from './highlight.js';

const WIDTH = 760;
const ROW = 76;
const BOX = { width: 84, height: 30 };
const SWEEPS = 8;

/** @param {string} text @returns {string | undefined} undefined: it is another kind of picture */
export function graphPicture(text) {
  const lines = text.trim().split('\n');
  const arrows = lines.slice(1).map((line) => /^ *(\w+) --> (\w+)$/.exec(line)?.slice(1));
  if (lines[0] !== 'graph TD' || arrows.includes(undefined)) return undefined;
  const shown = withoutDetours(arrows);
  const rows = rowsOf(arrows, shown);
  const place = new Map(
    rows.flatMap((row, y) =>
      row.map((name, x) => [
        name,
        { x: ((x + 0.5) * WIDTH) / row.length, y: y * ROW + BOX.height / 2 + 2 },
      ]),
    ),
  );
  const height = (rows.length - 1) * ROW + BOX.height + 4;
  const paths = shown.map(([from, to]) => curve(place.get(from), place.get(to)));
  const boxes = [...place].map(
    ([name, { x, y }]) =>
      `<rect x="${x - BOX.width / 2}" y="${y - BOX.height / 2}" width="${BOX.width}" height="${BOX.height}" rx="5"/>` +
      `<text x="${x}" y="${y + 5}" text-anchor="middle">${escaped(name)}</text>`,
  );
  const label = `Arrows: ${arrows.map(([from, to]) => `${from} to ${to}`).join(', ')}`;
  return (
    `<div class="graph" tabindex="0"><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(label)}">` +
    `${paths.join('')}${boxes.join('')}</svg></div>\n`
  );
}

/** Drops each arrow that only shortens a path of several arrows: it says nothing new, and would hide them. */
function withoutDetours(arrows) {
  const reaches = (from, to) => arrows.some(([a, b]) => a === from && (b === to || reaches(b, to)));
  return arrows.filter(
    ([from, to]) => !arrows.some(([a, b]) => a === from && b !== to && reaches(b, to)),
  );
}

/** Names row by row, each below all that point to it, and in a row near the middle of its neighbours. */
function rowsOf(arrows, shown) {
  const depths = new Map();
  const depthOf = (name) => {
    if (!depths.has(name)) {
      const above = arrows.filter(([, to]) => to === name).map(([from]) => depthOf(from) + 1);
      depths.set(name, Math.max(0, ...above));
    }
    return depths.get(name);
  };
  const names = [...new Set(arrows.flat())];
  const rows = [];
  for (const name of names) (rows[depthOf(name)] ??= []).push(name);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const at = new Map(rows.flatMap((row) => row.map((name, x) => [name, (x + 0.5) / row.length])));
    const wanted = (name) => {
      const near = shown.flatMap(([a, b]) => (a === name ? [b] : b === name ? [a] : []));
      return near.reduce((sum, one) => sum + at.get(one), 0) / near.length || at.get(name);
    };
    const row = rows[sweep % rows.length];
    row.sort((a, b) => wanted(a) - wanted(b));
  }
  return rows;
}

function curve(from, to) {
  const [top, bottom] = [from.y + BOX.height / 2, to.y - BOX.height / 2];
  const bend = (bottom - top) / 2;
  return (
    `<path d="M${from.x} ${top}C${from.x} ${top + bend} ${to.x} ${bottom - bend} ${to.x} ${bottom - 5}"/>` +
    `<path class="head" d="M${to.x - 4} ${bottom - 7}L${to.x} ${bottom}L${to.x + 4} ${bottom - 7}Z"/>`
  );
}
