import type { JSX } from 'preact';
import type { Story } from '../../story/story.js';
import type { ShownKinds } from '../layout/lines.js';
import { TIME_MODES } from '../layout/time-text.js';
import { shownKinds, timeMode } from '../state/place.js';
import { callColour } from './arrow.js';

const TIME_NAMES = { absolute: 'Since start', delta: 'Delta', clock: 'Clock' };
const KIND_NAMES: Readonly<Record<keyof ShownKinds, string>> = {
  script: 'Script',
  events: 'Events',
  media: 'RTP and RTCP',
};

export function LadderTools({ story }: { story: Story }): JSX.Element {
  const shown = shownKinds.value;
  return (
    <div class="ladder-tools">
      <div class="segments" role="group" aria-label="Time">
        {TIME_MODES.map((mode) => (
          <button
            key={mode}
            type="button"
            aria-pressed={timeMode.value === mode}
            onClick={() => {
              timeMode.value = mode;
            }}
          >
            {TIME_NAMES[mode]}
          </button>
        ))}
      </div>
      <div class="switches" role="group" aria-label="Shown lines">
        {(['script', 'events', 'media'] as const).map((kind) => (
          <label key={kind}>
            <input
              type="checkbox"
              checked={shown[kind]}
              onChange={(event) => {
                shownKinds.value = { ...shown, [kind]: event.currentTarget.checked };
              }}
            />
            {KIND_NAMES[kind]}
          </label>
        ))}
      </div>
      {story.calls.length > 1 && (
        <ul class="call-legend" aria-label="Calls">
          {story.calls.map(({ id, mark }, index) => (
            <li key={id} title={`Call-ID ${id}`} style={{ color: callColour(index) }}>
              {mark}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
