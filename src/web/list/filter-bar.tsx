import type { JSX } from 'preact';
import type { Outcome } from '../layout/entries.js';
import { tagsOf } from '../layout/filter.js';
import { Icon } from '../parts/icon.js';
import { VERDICTS } from '../parts/top-bar.js';
import { entries, files as FILES, page } from '../state/page.js';
import { filter, filtered } from '../state/place.js';

const TAGS = tagsOf(entries);
const PRESENT = VERDICTS.filter((verdict) => entries.some((entry) => entry.verdict === verdict));
const RECORDS = page.run.records?.map(({ name }) => name) ?? [];
const SEARCH_ID = 'search';

/** Sets a part of the filter, or takes it out where any value will do. */
function choose(part: 'tag' | 'file' | 'record'): (value: string | undefined) => void {
  return (value) => {
    const { [part]: _, ...rest } = filter.value;
    filter.value = value === undefined ? rest : { ...rest, [part]: value };
  };
}

export function FilterBar(): JSX.Element {
  const now = filter.value;
  return (
    <search class="filter-bar">
      <label class="search-field">
        <Icon name="search" />
        <span class="off-screen">Filter scenarios by name, file, tag or failure</span>
        <input
          id={SEARCH_ID}
          type="search"
          placeholder="Filter"
          value={now.text}
          onInput={(event) => {
            filter.value = { ...now, text: event.currentTarget.value };
          }}
        />
        <span class="dim number" aria-live="polite">
          {filtered.value.length}/{entries.length}
        </span>
      </label>
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
      {(TAGS.length > 0 || FILES.length > 1 || RECORDS.length > 1) && (
        <div class="selects">
          {TAGS.length > 0 && (
            <Choice
              label="Tag"
              any="any tag"
              values={TAGS}
              value={now.tag}
              onChange={choose('tag')}
            />
          )}
          {FILES.length > 1 && (
            <Choice
              label="File"
              any="any file"
              values={FILES}
              value={now.file}
              onChange={choose('file')}
            />
          )}
          {RECORDS.length > 1 && (
            <Choice
              label="Record"
              any="any record"
              values={RECORDS}
              value={now.record}
              onChange={choose('record')}
            />
          )}
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

interface ChoiceProps {
  label: string;
  any: string;
  values: readonly string[];
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

function Choice({ label, any, values, value, onChange }: ChoiceProps): JSX.Element {
  return (
    <select
      aria-label={label}
      value={value ?? ''}
      onChange={(event) => {
        const chosen = event.currentTarget.value;
        onChange(chosen === '' ? undefined : chosen);
      }}
    >
      <option value="">{any}</option>
      {values.map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  );
}
