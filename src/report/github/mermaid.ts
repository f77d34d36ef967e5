/** A ladder as a Mermaid sequence diagram, which GitHub draws. */
import type { Arrow } from '../../story/sip-join.js';
import { count, oneLine } from '../../story/printable.js';
import { cut } from '../text.js';
import { messageName } from '../../story/wording.js';

/** Mermaid refuses long texts, and nobody reads longer ladders there. */
const MOST_ARROWS = 60;

/** @returns the lines of the diagram; without a message there is none. */
export function sequenceDiagram(arrows: readonly Arrow[]): string | undefined {
  if (arrows.length === 0) return undefined;
  const shown = arrows.slice(-MOST_ARROWS);
  const who = [...new Set(shown.flatMap(({ from, to }) => [from, to]))];
  const id = (name: string): string => `p${who.indexOf(name)}`;
  const last = who.length - 1;
  const lost = arrows.length - shown.length;
  return [
    'sequenceDiagram',
    ...who.map((name) => `  participant ${id(name)} as ${text(name)}`),
    ...(lost === 0
      ? []
      : [`  Note over p0${last === 0 ? '' : `,p${last}`}: ${count(lost, 'message')} before`]),
    ...shown.map(({ from, to, message, repeat, unseen }) => {
      const again = repeat === 0 ? '' : ` (retransmission ${repeat})`;
      const arrow = unseen ? '-x' : message.code === undefined ? '->>' : '-->>';
      return `  ${id(from)}${arrow}${id(to)}: ${text(messageName(message) + again)}`;
    }),
  ].join('\n');
}

/** Encodes the characters that would end a text or a line of Mermaid. */
function text(name: string): string {
  return cut(oneLine(name), 60).replace(/[#;:<>`"{}\\%&]/g, (char) => `#${char.charCodeAt(0)};`);
}
