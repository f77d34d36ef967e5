/** The picture of the rooms in docs/architecture.md: an arrow where a file of one room imports a file of another. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

const SRC = join(import.meta.dirname, '../../src');
/** Nearly every room imports these, so drawn they would hide the other arrows. The loose files of src are left out as well. */
const NOT_DRAWN = ['schema', 'model', 'testing'];
const PICTURE = /(<!-- rooms: begin -->\n)[\s\S]*(<!-- rooms: end -->)/;

/** @param {string} page text with the marks of the picture @returns {string} the page with the picture as it is now */
export function withRooms(page) {
  const lines = arrows().map((arrow) => `  ${arrow}`);
  const picture = ['', '```mermaid', 'graph TD', ...lines, '```', '', ''].join('\n');
  return page.replace(PICTURE, (_, begin, end) => begin + picture + end);
}

function arrows() {
  const found = new Set();
  for (const name of readdirSync(SRC, { recursive: true })) {
    if (!name.endsWith('.ts') || /\.(test|bench|soak|d)\.ts$/.test(name)) continue;
    const from = roomOf(name);
    for (const { fileName } of ts.preProcessFile(readFileSync(join(SRC, name), 'utf8'))
      .importedFiles) {
      if (!fileName.startsWith('.')) continue;
      const to = roomOf(posix.join(posix.dirname(name), fileName.replace(/\.js$/, '.ts')));
      if (from !== undefined && to !== undefined && from !== to) found.add(`${from} --> ${to}`);
    }
  }
  return [...found].sort();
}

/** Room of a file: its folder directly below src, undefined for a loose file; the command line's entry is of `cli`. */
function roomOf(path) {
  const [room, ...rest] = path === 'cli.ts' ? ['cli', ''] : path.split('/');
  return rest.length === 0 || NOT_DRAWN.includes(room) ? undefined : room;
}
