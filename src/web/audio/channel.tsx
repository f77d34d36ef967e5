import type { JSX } from 'preact';
import type { AudioMark } from '../../model/audio-mark.js';
import type { AudioData } from '../../story/page-data.js';
import type { Story } from '../../story/story.js';
import { Icon } from '../parts/icon.js';
import { cursor, isPlaying, playedPart } from '../state/place.js';
import { pause, play, samplesOf, seek } from '../state/sounds.js';
import { Waveform } from './waveform.js';

interface Props {
  audio: AudioData;
  story: Story;
}

/** One direction of a call of an agent. */
export function Channel({ audio, story }: Props): JSX.Element {
  const { agent, call, side, level, part, at, rate, samples, marks } = audio;
  const sound = samplesOf(audio).value;
  const plays = isPlaying.value && playedPart.value === part;
  const from = at - story.startedAt;
  const length = (1000 * samples) / rate;
  const percent = (ms: number): string => `${(100 * ms) / Math.max(story.ms, 1)}%`;
  const name = `${agent}, call ${call}, ${side}`;
  return (
    <div class={`channel is-${side}`}>
      <span class="channel-name">
        <button
          type="button"
          class="button is-plain"
          aria-label={`${plays ? 'Pause' : 'Play'} ${name}`}
          disabled={sound.state !== 'ready'}
          onClick={() => {
            if (plays) pause();
            else play(audio, story.startedAt);
          }}
        >
          <Icon name={plays ? 'pause' : 'play'} />
        </button>
        <span class="channel-who">
          <b>{agent}</b> {side}
          {call > 1 && ` (call ${call})`}
        </span>
        <span class="number dim">
          {level === undefined ? 'silent' : `${level.toFixed(0)} dBFS`}
        </span>
      </span>
      <span
        class="channel-wave"
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          seek(audio, (story.ms * (event.clientX - box.left)) / box.width);
        }}
      >
        <span class="sound" style={{ left: percent(from), width: percent(length) }}>
          {marks.map((mark, index) => (
            <Mark key={index} mark={mark} length={length} />
          ))}
          {sound.state === 'ready' && <Waveform samples={sound.value} />}
        </span>
        <Moments story={story} />
        {sound.state === 'failed' && <span class="is-bad">{sound.problem}</span>}
      </span>
    </div>
  );
}

function Mark({ mark, length }: { mark: AudioMark; length: number }): JSX.Element {
  const { kind, from, to, hz, level } = mark;
  const tone = hz === undefined ? '' : `${hz.map((one) => Math.round(one)).join('+')} Hz`;
  const loud = level === undefined ? '' : `, ${level.toFixed(0)} dBFS`;
  return (
    <span
      class={`mark mark-${kind}`}
      title={`${kind} ${tone} ${(from / 1000).toFixed(2)} to ${(to / 1000).toFixed(2)} s${loud}`}
      style={{ left: `${(100 * from) / length}%`, width: `${(100 * (to - from)) / length}%` }}
    >
      {tone !== '' && <span>{tone}</span>}
    </span>
  );
}

/** Where the player is, and where the attempt failed. */
function Moments({ story }: { story: Story }): JSX.Element {
  const now = cursor.value;
  const place = (at: number): string => `${(100 * at) / Math.max(story.ms, 1)}%`;
  return (
    <>
      {story.rows.map(
        (row, index) =>
          row.kind === 'failure' && (
            <span key={index} class="moment is-failure" style={{ left: place(row.at) }} />
          ),
      )}
      {now !== undefined && <span class="moment is-cursor" style={{ left: place(now) }} />}
    </>
  );
}
