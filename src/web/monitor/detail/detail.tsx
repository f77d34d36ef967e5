import type { JSX } from 'preact';
import { printable } from '../../../story/printable.js';
import type { MonitorView } from '../../../monitor/model/view.js';
import { Icon } from '../../parts/icon.js';
import { settingsRows } from '../layout/settings-rows.js';
import { labelsOf } from '../layout/order.js';
import { spanText } from '../layout/time-text.js';
import { Activity, Mark } from '../parts/marks.js';
import { linkOf, Strip } from '../parts/strip.js';
import { NextRun, Time } from '../parts/time.js';
import { UptimeFacts } from '../parts/uptime.js';
import { now } from '../state/clock.js';
import { role } from '../state/feed.js';
import { isKnown, viewOf } from '../state/views.js';
import { Actions } from './actions.js';
import { Curves } from './curves.js';
import { LastDays } from './days.js';
import { History } from './history.js';

export function Detail({ name, run }: { name: string; run: string | undefined }): JSX.Element {
  const view = viewOf(name)?.value;
  if (view === undefined) return <Missing name={name} />;
  return (
    <main class="detail">
      <Head view={view} />
      {role.value === 'operate' && <Actions key={name} view={view} />}
      <Note view={view} />
      <section class="card" aria-labelledby="runs-title">
        <h2 id="runs-title">Last runs</h2>
        <Strip view={view} />
        <Legend />
      </section>
      <LastDays key={`days ${name}`} name={name} lastRun={view.last?.id} />
      <Curves key={`curves ${name}`} name={name} lastRun={view.last?.id} />
      <History key={`history ${name}`} name={name} lastRun={view.last?.id} marked={run} />
      <Settings view={view} />
    </main>
  );
}

function Missing({ name }: { name: string }): JSX.Element {
  return (
    <main class="detail">
      <p class="nothing">
        {isKnown.value ? (
          <>
            There is no monitor <bdi>{printable(name)}</bdi>. <a href="#/">All monitors</a>
          </>
        ) : (
          'Asking the server …'
        )}
      </p>
    </main>
  );
}

function Head({ view }: { view: MonitorView }): JSX.Element {
  const { name, state, settings, uptime } = view;
  return (
    <header class="detail-head">
      <a class="all-monitors" href="#/">
        <Icon name="back" /> All monitors
      </a>
      <h1 data-start tabIndex={-1}>
        <bdi>{printable(name)}</bdi>
      </h1>
      {settings.info !== undefined && (
        <p class="detail-info">
          <bdi>{printable(settings.info)}</bdi>
        </p>
      )}
      <p class={`detail-state at-${state.state}`}>
        <Mark of={state.state} />
        {state.since > 0 && (
          <span>
            for <Since at={state.since} />, since <Time at={state.since} />
          </span>
        )}
        <Activity view={view} />
      </p>
      <Labels view={view} />
      <div class="detail-facts">
        <dl class="fact">
          <dt>Next run</dt>
          <dd>
            <NextRun view={view} />
          </dd>
        </dl>
        <dl class="fact">
          <dt>Last run</dt>
          <dd>{view.last === undefined ? 'never' : <Time at={view.last.started_at} />}</dd>
        </dl>
        <dl class="fact is-uptime">
          <dt>Up</dt>
          <dd>
            <UptimeFacts uptime={uptime} isLong />
          </dd>
        </dl>
        <dl class="fact">
          <dt>Runs</dt>
          <dd>
            <span class="number">{state.n_run}</span>
            <span class="dim">{runsText(view)}</span>
          </dd>
        </dl>
      </div>
    </header>
  );
}

function Since({ at }: { at: number }): JSX.Element {
  return <span class="ticking">{spanText(now.value - at)}</span>;
}

function runsText({ state }: MonitorView): string {
  const parts = [
    [state.n_fail, 'failed'],
    [state.n_flaky, 'flaky'],
    [state.n_degraded, 'degraded'],
    [state.n_uncounted, 'not counted'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return told.map((text) => `, ${text}`).join('');
}

function Labels({ view }: { view: MonitorView }): JSX.Element | null {
  const labels = labelsOf(view);
  if (labels.length === 0) return null;
  return (
    <ul class="labels" aria-label="Labels">
      {labels.map((label) => (
        <li key={label} class="tag">
          <bdi>{printable(label)}</bdi>
        </li>
      ))}
    </ul>
  );
}

/** Why it is not ok, and the reports that tell more. */
function Note({ view }: { view: MonitorView }): JSX.Element | null {
  const { state, last_passed: good } = view;
  if (state.note === undefined) return null;
  return (
    <div class={`detail-note at-${state.state}`}>
      <p tabIndex={0}>
        <bdi>{printable(state.note)}</bdi>
      </p>
      <p class="detail-note-links">
        {state.note_run !== undefined && (
          <a href={`runs/${encodeURIComponent(state.note_run)}`}>Report of this run</a>
        )}
        {good !== undefined && (
          <a href={linkOf(view, good)}>
            {good.kept ? 'Report of the last run that passed' : 'Last run that passed'}
          </a>
        )}
      </p>
    </div>
  );
}

const LEGEND = [
  ['passed', 'passed'],
  ['flaky', 'passed on a retry'],
  ['degraded', 'passed, beyond a limit'],
  ['failed', 'failed'],
  ['errored', 'could not be tested'],
  ['stopped', 'does not count'],
] as const;

function Legend(): JSX.Element {
  return (
    <details class="legend">
      <summary>What the bars mean</summary>
      <dl>
        {LEGEND.map(([outcome, meaning]) => (
          <div key={outcome}>
            <dt>
              <Mark of={outcome} />
            </dt>
            <dd class="dim">{meaning}</dd>
          </div>
        ))}
      </dl>
      <p class="dim">
        The newest run is on the right. Bars of failed runs are taller. A click on a bar opens the
        report.
      </p>
    </details>
  );
}

function Settings({ view }: { view: MonitorView }): JSX.Element {
  return (
    <section class="card" aria-labelledby="settings-title">
      <h2 id="settings-title">Settings</h2>
      <table class="settings">
        <tbody>
          {settingsRows(view.settings).map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                <bdi>{printable(value)}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
