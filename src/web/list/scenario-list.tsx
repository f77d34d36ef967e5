import { useEffect } from 'preact/hooks';
import type { JSX } from 'preact';
import { formatMs } from '../../time.js';
import { groupsOf, type Entry } from '../layout/entries.js';
import { Icon, Status } from '../parts/icon.js';
import { filter, filtered, openScenario, route } from '../state/place.js';
import { hashOf } from '../state/route.js';
import { NO_FILTER } from '../layout/filter.js';
import { FilterBar } from './filter-bar.js';

export function ScenarioList(): JSX.Element {
  const here = route.value;
  const key = here.place === 'scenario' ? here.key : undefined;
  useEffect(() => {
    document.querySelector('.entry[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [key]);
  const groups = groupsOf(filtered.value);
  return (
    <nav class="list" aria-label="Scenarios">
      <FilterBar />
      <div class="list-scroll">
        {groups.map(({ file, entries }) => (
          <section key={file} class="file-group" aria-label={file}>
            <h2 title={file}>
              <bdi>{file}</bdi>
              <span class="number">{entries.length}</span>
            </h2>
            <ul>
              {entries.map((entry) => (
                <ListEntry key={entry.key} entry={entry} isCurrent={entry.key === key} />
              ))}
            </ul>
          </section>
        ))}
        {groups.length === 0 && <NothingFound />}
      </div>
    </nav>
  );
}

function ListEntry({ entry, isCurrent }: { entry: Entry; isCurrent: boolean }): JSX.Element {
  const { key, name, verdict, ms, attempts, failure } = entry;
  return (
    <li>
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
    </li>
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
