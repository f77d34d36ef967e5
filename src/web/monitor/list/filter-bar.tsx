import type { JSX } from 'preact';
import type { State } from '../../../monitor/model/states.js';
import { Choice, SearchField } from '../../parts/filter-fields.js';
import { Icon } from '../../parts/icon.js';
import { WORST_FIRST } from '../layout/order.js';
import { counts, filter, labels, shown, total } from '../state/views.js';

/** How many monitors are in each state: pressed, it shows those only. */
export function StateCounts(): JSX.Element {
  return (
    <div class="chips" role="group" aria-label="State">
      {WORST_FIRST.map((state) => (
        <button
          key={state}
          type="button"
          class={`chip is-${state}${counts.value[state] === 0 ? ' is-none' : ''}`}
          aria-pressed={filter.value.states.has(state)}
          onClick={() => {
            toggle(state);
          }}
        >
          <Icon name={state} />
          <b class="number">{counts.value[state]}</b> {state}
        </button>
      ))}
    </div>
  );
}

export function FilterBar(): JSX.Element {
  const now = filter.value;
  return (
    <search class="filters">
      <SearchField
        label="Filter monitors by name, info, note or label"
        text={now.text}
        shown={shown.value.length}
        total={total.value}
        onText={(text) => {
          filter.value = { ...filter.peek(), text };
        }}
      />
      {labels.value.length > 0 && (
        <Choice of="label" values={labels.value} value={now.label} onChoice={chooseLabel} />
      )}
    </search>
  );
}

function toggle(state: State): void {
  const states = new Set(filter.peek().states);
  if (!states.delete(state)) states.add(state);
  filter.value = { ...filter.peek(), states };
}

function chooseLabel(label: string | undefined): void {
  const { label: _, ...rest } = filter.peek();
  filter.value = label === undefined ? rest : { ...rest, label };
}
