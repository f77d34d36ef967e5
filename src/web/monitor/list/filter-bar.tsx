import type { JSX } from 'preact';
import type { State } from '../../../monitor/model/states.js';
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
      <label class="search-field">
        <Icon name="search" />
        <span class="off-screen">Filter monitors by name, info, note or label</span>
        <input
          id="search"
          type="search"
          placeholder="Filter"
          value={now.text}
          onInput={(event) => {
            filter.value = { ...filter.peek(), text: event.currentTarget.value };
          }}
        />
        <span class="dim number" aria-live="polite">
          {shown.value.length}/{total.value}
        </span>
      </label>
      {labels.value.length > 0 && (
        <select
          aria-label="Label"
          value={now.label ?? ''}
          onChange={(event) => {
            chooseLabel(event.currentTarget.value);
          }}
        >
          <option value="">any label</option>
          {labels.value.map((label) => (
            <option key={label} value={label}>
              {label}
            </option>
          ))}
        </select>
      )}
    </search>
  );
}

function toggle(state: State): void {
  const states = new Set(filter.peek().states);
  if (!states.delete(state)) states.add(state);
  filter.value = { ...filter.peek(), states };
}

function chooseLabel(label: string): void {
  const { label: _, ...rest } = filter.peek();
  filter.value = label === '' ? rest : { ...rest, label };
}
