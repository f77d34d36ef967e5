/** The table of the reference that says what which version of baresip can do. */
import { CAPABILITIES, type CapabilityRow } from '../capabilities.js';
import { table } from './markdown.js';

const VERSIONS_INTRO = `## baresip versions

Differences between baresip versions that a script can see, with the first version that has each feature; \`offhook doctor\` shows
them for your version. Everything not listed is the same from 1.0 on. More: [baresip-versions.md](baresip-versions.md).`;

/** Verbs and options by version: a column for each version that brought something. */
export function versionsText(): string {
  const all: readonly CapabilityRow[] = Object.values(CAPABILITIES);
  const rows = all.filter(({ verbs }) => verbs !== undefined);
  const versions = [...new Set(rows.flatMap(({ since, until = since }) => [since, until]))].sort(
    byNumber,
  );
  const lines = rows.map(({ since, until, what, instead = '', verbs = [] }) => [
    verbs.map((one) => `\`${one}\``).join(' '),
    what,
    ...versions.map((at) =>
      byNumber(at, since) >= 0 && (until === undefined || byNumber(at, until) < 0) ? 'yes' : '-',
    ),
    instead,
  ]);
  const short = versions.map((one) => one.replace(/\.0$/, ''));
  return `${VERSIONS_INTRO}\n\n${table(['about', 'what', ...short, 'where it is not'], lines)}`;
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
