import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { JSX } from 'preact';
import { formatMs } from '../../time.js';
import type { AttemptData } from '../../story/page-data.js';
import type { Story } from '../../story/story.js';
import { ticks } from '../layout/threads.js';
import { secondsText } from '../layout/time-text.js';
import { Icon } from '../parts/icon.js';
import { cursor, isPlaying, playedPart, togglePlay } from '../state/place.js';
import { pause, play, playProblem } from '../state/sounds.js';
import { Channel } from './channel.js';

const TICKS = 8;

interface Props {
  attempt: AttemptData;
  story: Story;
}

/** The audio of the calls, on the time axis of the attempt, below the call flow. */
export function AudioDock({ attempt, story }: Props): JSX.Element | null {
  const { audio } = attempt;
  // where nothing sounds, the call flow has better use for the room
  const isOpen = useSignal(audio.some(({ level }) => level !== undefined));
  useEffect(() => {
    const [first] = audio;
    if (first === undefined) return;
    togglePlay.value = () => {
      if (isPlaying.peek()) pause();
      else play(audio.find(({ part }) => part === playedPart.peek()) ?? first, story.startedAt);
    };
    return () => {
      togglePlay.value = undefined;
      pause();
    };
  }, [audio, story]);
  if (audio.length === 0) return null;
  return (
    <section class="audio-dock" aria-label="Audio">
      <header>
        <button
          type="button"
          class="button is-plain"
          aria-expanded={isOpen.value}
          onClick={() => {
            isOpen.value = !isOpen.value;
          }}
        >
          <Icon name={isOpen.value ? 'down' : 'right'} />
          <h2>
            Audio{isOpen.value || audio.some(({ level }) => level !== undefined) ? '' : ': silence'}
          </h2>
        </button>
        <span class="number dim">{cursor.value !== undefined && secondsText(cursor.value)}</span>
        {playProblem.value !== undefined && (
          <span class="is-bad">Cannot be played: {playProblem.value}</span>
        )}
        <Legend />
      </header>
      {isOpen.value && (
        <div class="channels">
          <TimeAxis story={story} />
          {audio.map((one) => (
            <Channel key={one.part} audio={one} story={story} />
          ))}
        </div>
      )}
    </section>
  );
}

function TimeAxis({ story }: { story: Story }): JSX.Element {
  return (
    <div class="channel is-axis" aria-hidden="true">
      <span class="channel-name" />
      <span class="channel-wave">
        {ticks(story.ms, TICKS).map((at) => (
          <span key={at} class="tick" style={{ left: `${(100 * at) / story.ms}%` }}>
            <span>{at === 0 ? '0' : formatMs(at)}</span>
          </span>
        ))}
      </span>
    </div>
  );
}

function Legend(): JSX.Element {
  return (
    <ul class="audio-legend" aria-label="Marks">
      {['tone', 'speech', 'sound', 'gap'].map((kind) => (
        <li key={kind} class={`mark-${kind}`}>
          {kind}
        </li>
      ))}
    </ul>
  );
}
