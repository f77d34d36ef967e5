import type { JSX } from 'preact';
import { formatMs } from '../../time.js';
import { isFailure, type Entry, type Outcome } from '../layout/entries.js';
import { dateText } from '../layout/time-text.js';
import { Status } from '../parts/icon.js';
import { VERDICTS } from '../parts/top-bar.js';
import { entries, epochAt, page } from '../state/page.js';
import { filter, go, isNarrow, openScenario } from '../state/place.js';
import { hashOf } from '../state/route.js';
import { NO_FILTER } from '../layout/filter.js';
import { ThreadChart } from './thread-chart.js';
import { LeftOut } from './left-out.js';
import { Records } from './records.js';

const SLOWEST = 8;
/** Outcomes that are shown only where there are some. */
const SELDOM: ReadonlySet<Outcome> = new Set(['errored', 'unfinished']);

export function Overview(): JSX.Element {
  const { run, finished, warnings } = page;
  const failed = entries.filter(isFailure);
  const flaky = entries.filter(({ verdict }) => verdict === 'flaky');
  const slowest = entries
    .filter(({ verdict }) => verdict !== 'skipped')
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, SLOWEST);
  return (
    <section class="overview" aria-labelledby="overview-title">
      <h1 id="overview-title">{headline(failed.length)}</h1>
      <Counts />
      {finished === undefined && (
        <p class="note is-bad">The run broke off: its record has no end.</p>
      )}
      {finished?.interrupted === true && <p class="note is-bad">The run was interrupted.</p>}
      <div class="cards">
        {failed.length > 0 && <EntryTable title="Failed" entries={failed} />}
        {flaky.length > 0 && <EntryTable title="Flaky" entries={flaky} />}
        <EntryTable title="Slowest" entries={slowest} />
        <section class="card">
          <h2>Run</h2>
          <Facts />
        </section>
      </div>
      <Records />
      {page.attempts.length > 1 && (
        <section class="card is-wide">
          <h2>Timeline</h2>
          <ThreadChart />
        </section>
      )}
      {warnings.length > 0 && (
        <section class="card is-wide">
          <h2>Warnings</h2>
          <ul class="plain-list">
            {warnings.map((text, index) => (
              <li key={index}>{text}</li>
            ))}
          </ul>
        </section>
      )}
      <LeftOut />
      <p class="dim">
        Offhook {run.version}, {dateText(epochAt(run.at), run.utc_offset)}
      </p>
    </section>
  );
}

function headline(failed: number): string {
  const all = entries.length;
  const scenarios = `${all} ${all === 1 ? 'scenario' : 'scenarios'}`;
  if (all === 0) return 'No scenario ran';
  return failed === 0 ? `${scenarios}, none failed` : `${failed} of ${scenarios} failed`;
}

function Counts(): JSX.Element {
  return (
    <ul class="big-counts">
      {VERDICTS.map((verdict) => {
        const count = entries.filter((entry) => entry.verdict === verdict).length;
        if (count === 0 && SELDOM.has(verdict)) return null;
        return (
          <li key={verdict} class={count === 0 ? 'is-none' : ''}>
            <button
              type="button"
              disabled={count === 0}
              title={`List the ${verdict} ones`}
              onClick={() => {
                filter.value = { ...NO_FILTER, verdicts: new Set([verdict]) };
                if (isNarrow()) go({ place: 'list' });
              }}
            >
              <b class="number">{count}</b>
              <Status verdict={verdict} />
            </button>
          </li>
        );
      })}
      <li>
        <span class="big-fact">
          <b class="number">{page.finished === undefined ? 'open' : formatMs(page.finished.ms)}</b>
          <span class="dim">duration</span>
        </span>
      </li>
    </ul>
  );
}

function EntryTable(props: { title: string; entries: readonly Entry[] }): JSX.Element {
  return (
    <section class="card">
      <h2>{props.title}</h2>
      <ul class="plain-list">
        {props.entries.map(({ key, name, file, verdict, ms, failure }) => (
          <li key={key} class="entry-row">
            <Status verdict={verdict} quiet />
            <a
              href={hashOf({ place: 'scenario', key, view: 'flow' })}
              onClick={(event) => {
                event.preventDefault();
                openScenario(key);
              }}
            >
              {name}
            </a>
            <span class="number dim">{formatMs(ms)}</span>
            <span class="entry-row-more dim">{failure?.message ?? file}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Facts(): JSX.Element {
  const { run, finished } = page;
  const facts: (readonly [string, string | number | undefined])[] = [
    ['Id', run.run],
    ['Label', run.label],
    ['Shard', run.shard === undefined ? undefined : `${run.shard.index} of ${run.shard.total}`],
    ['Began', dateText(epochAt(run.at), run.utc_offset)],
    ['At a time', run.jobs],
    ['Retries', run.retries],
    ['Repeats', run.repeat],
    ['Seed', run.seed],
    ['Exit code', finished?.exit],
    ['Offhook', run.version],
    ['baresip', run.baresip],
    ['Host', `${run.host.name}, ${run.host.platform} ${run.host.arch}, Node.js ${run.host.node}`],
    ['SIP server', run.lab],
  ];
  return (
    <dl class="facts">
      {facts.map(
        ([name, value]) =>
          value !== undefined && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
