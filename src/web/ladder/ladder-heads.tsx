import type { JSX } from 'preact';
import type { Story } from '../../story/story.js';
import type { Columns } from '../layout/columns.js';
import { timeMode } from '../state/place.js';

const TIME_HEADS = { absolute: 'Time, s', delta: 'Delta', clock: 'Clock' };

/** Names of the columns: they stay while the lines scroll. */
export function LadderHeads(props: { story: Story; columns: Columns }): JSX.Element {
  const { story, columns } = props;
  const gap = (columns.lanes[1] ?? columns.width) - (columns.lanes[0] ?? 0);
  const room = Math.min(gap, columns.lanes.length > 1 ? gap : 240) - 10;
  return (
    <div class="ladder-heads" style={{ width: `${columns.width}px` }}>
      <span class="head-time" style={{ width: `${columns.time}px` }}>
        {TIME_HEADS[timeMode.value]}
      </span>
      {columns.script > 0 && (
        <span
          class="head-script"
          style={{ left: `${columns.time}px`, width: `${columns.script}px` }}
        >
          Script
        </span>
      )}
      {story.lanes.map(({ kind, name, address }, index) => (
        <span
          key={index}
          class={`head-lane is-${kind}`}
          style={{ left: `${(columns.lanes[index] ?? 0) - room / 2}px`, width: `${room}px` }}
          title={address === undefined ? name : `${name} ${address}`}
        >
          <b>{name}</b>
          {address !== undefined && <span class="dim number">{address}</span>}
        </span>
      ))}
    </div>
  );
}
