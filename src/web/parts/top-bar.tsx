import type { JSX } from 'preact';
import type { Outcome } from '../layout/entries.js';
import { formatMs } from '../../time.js';
import { entries, page } from '../state/page.js';
import { go, helpIsOpen, route } from '../state/place.js';
import { nextTheme, theme } from '../state/theme.js';
import { Status } from './icon.js';

export const VERDICTS: readonly Outcome[] = [
  'failed',
  'errored',
  'unfinished',
  'flaky',
  'passed',
  'skipped',
];

export function TopBar(): JSX.Element {
  const { finished, run } = page;
  const isOverview = route.value.place === 'overview';
  return (
    <header class="top-bar">
      <a
        class="brand"
        href="#overview"
        aria-current={isOverview ? 'page' : undefined}
        onClick={(event) => {
          event.preventDefault();
          go({ place: 'overview' });
        }}
      >
        <h1>Offhook</h1> <span>Overview</span>
      </a>
      <a
        class="to-list"
        href="#list"
        onClick={(event) => {
          event.preventDefault();
          go({ place: 'list' });
        }}
      >
        Scenarios
      </a>
      <span class="counts">
        {VERDICTS.map((verdict) => {
          const count = entries.filter((entry) => entry.verdict === verdict).length;
          return (
            count > 0 && (
              <span key={verdict} class="count">
                <b>{count}</b> <Status verdict={verdict} />
              </span>
            )
          );
        })}
      </span>
      <span class="run-facts dim">
        {finished !== undefined && <span>{formatMs(finished.ms)}</span>}
        <span title="Id of the run">{run.run}</span>
      </span>
      <button
        type="button"
        class="button is-plain"
        onClick={nextTheme}
        aria-label={`Theme: ${theme.value}`}
      >
        {THEME_NAMES[theme.value]}
      </button>
      <button
        type="button"
        class="button is-plain"
        aria-label="Keys"
        onClick={() => {
          helpIsOpen.value = true;
        }}
      >
        ?
      </button>
    </header>
  );
}

const THEME_NAMES = { system: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' };
