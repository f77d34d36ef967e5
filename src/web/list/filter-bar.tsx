import type { JSX } from 'preact';
import type { Outcome } from '../layout/entries.js';
import { tagsOf } from '../layout/filter.js';
import { Choice, SearchField } from '../parts/filter-fields.js';
import { Icon } from '../parts/icon.js';
import { VERDICTS } from '../parts/top-bar.js';
import { entries, files as FILES, page } from '../state/page.js';
import { filter, filtered } from '../state/place.js';

const TAGS = tagsOf(entries);
const PRESENT = VERDICTS.filter((verdict) => entries.some((entry) => entry.verdict === verdict));
const RECORDS = page.run.records?.map(({ name }) => name) ?? [];

/** A part of the filter with one value. */
type Part = 'tag' | 'file' | 'record';

/** Where all scenarios have the same value there is no choice; but not every scenario has a tag. */
const CHOICES: readonly { part: Part; values: readonly string[] }[] = [
  { part: 'tag' as const, values: TAGS, least: 1 },
  { part: 'file' as const, values: FILES, least: 2 },
  { part: 'record' as const, values: RECORDS, least: 2 },
].filter(({ values, least }) => values.length >= least);

/** Sets a part of the filter, or takes it out where any value will do. */
function choose(part: Part, value: string | undefined): void {
  const { [part]: _, ...rest } = filter.value;
  filter.value = value === undefined ? rest : { ...rest, [part]: value };
}

export function FilterBar(): JSX.Element {
  const now = filter.value;
  return (
    <search class="filter-bar">
      <SearchField
        label="Filter scenarios by name, file, tag or failure"
        text={now.text}
        shown={filtered.value.length}
        total={entries.length}
        onText={(text) => {
          filter.value = { ...filter.peek(), text };
        }}
      />
      {PRESENT.length > 1 && (
        <div class="chips" role="group" aria-label="Status">
          {PRESENT.map((verdict) => (
            <button
              key={verdict}
              type="button"
              class={`chip is-${verdict}`}
              aria-pressed={now.verdicts.has(verdict)}
              onClick={() => {
                toggle(verdict);
              }}
            >
              <Icon name={verdict} />
              {verdict}
            </button>
          ))}
        </div>
      )}
      {CHOICES.length > 0 && (
        <div class="selects">
          {CHOICES.map(({ part, values }) => (
            <Choice
              key={part}
              of={part}
              values={values}
              value={now[part]}
              onChoice={(value) => {
                choose(part, value);
              }}
            />
          ))}
        </div>
      )}
    </search>
  );
}

function toggle(verdict: Outcome): void {
  const verdicts = new Set(filter.peek().verdicts);
  if (!verdicts.delete(verdict)) verdicts.add(verdict);
  filter.value = { ...filter.peek(), verdicts };
}
