import type { JSX } from 'preact';
import { Icon } from '../../parts/icon.js';
import { undeliveredText } from '../layout/letters.js';
import { NO_FILTER } from '../layout/order.js';
import { hashOf } from '../layout/route.js';
import { activity, filter, isKnown, shown, total, undelivered } from '../state/views.js';
import { FilterBar, StateCounts } from './filter-bar.js';
import { Row } from './row.js';

export function Overview(): JSX.Element {
  return (
    <main class="monitors">
      <div class="monitors-head">
        <h1 class="off-screen" data-start tabIndex={-1}>
          Monitors
        </h1>
        <StateCounts />
        <span class="dim ticking">{activity.value}</span>
        <FilterBar />
      </div>
      <UndeliveredLine />
      <List />
    </main>
  );
}

/** Warns about undelivered notifications: without them, a reader could believe that nothing has failed. */
function UndeliveredLine(): JSX.Element {
  const text = undeliveredText(undelivered.value);
  return (
    <div role="status">
      {text !== '' && (
        <p class="undelivered">
          <Icon name="bell" />
          <span>
            {text} <a href={hashOf({ place: 'notifications' })}>Show them</a>
          </span>
        </p>
      )}
    </div>
  );
}

function List(): JSX.Element {
  if (!isKnown.value) return <p class="nothing">Asking the server …</p>;
  if (total.value === 0) {
    return (
      <div class="nothing">
        <p>There are no monitors yet.</p>
        <p>
          Add one to <code>monitors</code> in <code>offhook.config.json</code>: it appears here
          without a restart.
        </p>
      </div>
    );
  }
  if (shown.value.length === 0) {
    return (
      <div class="nothing">
        <p>No monitor fits the filter.</p>
        <button
          type="button"
          class="button"
          onClick={() => {
            filter.value = NO_FILTER;
          }}
        >
          Show all
        </button>
      </div>
    );
  }
  return (
    <>
      <div class="monitor-heads" aria-hidden="true">
        <span>State</span>
        <span>Monitor</span>
        <span>Last 50 runs</span>
        <span class="heads-uptime">
          <span>Up: day</span>
          <span>week</span>
          <span>month</span>
        </span>
        <span>Duration</span>
        <span>Next run</span>
      </div>
      <ul class="monitor-list">
        {shown.value.map((name) => (
          <Row key={name} name={name} />
        ))}
      </ul>
    </>
  );
}
