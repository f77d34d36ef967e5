import { useEffect, useMemo } from 'preact/hooks';
import type { JSX } from 'preact';
import { formatMs } from '../../time.js';
import { groupsOf, type Entry } from '../layout/entries.js';
import { Icon, Status } from '../parts/icon.js';
import { entries } from '../state/page.js';
import { filter, filtered, openScenario, route } from '../state/place.js';
import { hashOf } from '../state/route.js';
import { NO_FILTER } from '../layout/filter.js';
import { FilterBar } from './filter-bar.js';

const GROUPS = groupsOf(entries);

export function ScenarioList(): JSX.Element {
  const here = route.value;
  const key = here.place === 'scenario' ? here.key : undefined;
  useEffect(() => {
    document.querySelector('.entry[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [key]);
  const shown = new Set(filtered.value);
  return (
    <nav class="list" aria-label="Scenarios">
      <FilterBar />
      <div class="list-scroll">
        {GROUPS.map(({ file, entries: own }) => (
          <FileSection key={file} file={file} entries={own} shown={shown} current={key} />
        ))}
        {shown.size === 0 && <NothingFound />}
      </div>
    </nav>
  );
}

/** What the filter leaves out is hidden, not taken away: to make hundreds of entries anew would take too long. */
function FileSection(props: {
  file: string;
  entries: readonly Entry[];
  shown: ReadonlySet<Entry>;
  current: string | undefined;
}): JSX.Element {
  const { file, entries: own, shown, current } = props;
  const count = own.filter((entry) => shown.has(entry)).length;
  return (
    <section class="file-group" aria-label={file} hidden={count === 0}>
      <h2 title={file}>
        <bdi>{file}</bdi>
        <span class="number">{count}</span>
      </h2>
      <ul>
        {own.map((entry) => (
          <li key={entry.key} hidden={!shown.has(entry)}>
            <ListEntry entry={entry} isCurrent={entry.key === current} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function ListEntry(props: { entry: Entry; isCurrent: boolean }): JSX.Element {
  const { entry, isCurrent } = props;
  // Preact skips an element that is the same object as before: a filter renders only the entries it changes.
  return useMemo(() => <EntryLink entry={entry} isCurrent={isCurrent} />, [entry, isCurrent]);
}

function EntryLink({ entry, isCurrent }: { entry: Entry; isCurrent: boolean }): JSX.Element {
  const { key, name, verdict, ms, attempts, failure } = entry;
  return (
    <a
      class="entry"
      href={hashOf({ place: 'scenario', key, view: 'flow' })}
      aria-current={isCurrent ? 'page' : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        openScenario(key);
      }}
    >
      <span class={`entry-status is-${verdict}`}>
        <Icon name={verdict} />
      </span>
      <span class="entry-name">{name}</span>
      <span class="entry-time number">{verdict === 'skipped' ? '' : formatMs(ms)}</span>
      {(verdict !== 'passed' || attempts.length > 1) && (
        <span class="entry-more">
          <Status verdict={verdict} />
          {attempts.length > 1 && <span class="dim">{attempts.length} attempts</span>}
          {failure !== undefined && <span class="entry-failure">{failure.message}</span>}
        </span>
      )}
    </a>
  );
}

function NothingFound(): JSX.Element {
  return (
    <p class="nothing">
      No scenario fits the filter.{' '}
      <button
        type="button"
        class="button"
        onClick={() => {
          filter.value = NO_FILTER;
        }}
      >
        Show all
      </button>
    </p>
  );
}
