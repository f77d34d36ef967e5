/** Audio of calls: read when it is looked at, played by one player. */
import { batch, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { decodeG711 } from '../../audio/g711.js';
import type { AudioData } from '../../story/page-data.js';
import { wavOf } from '../layout/wav.js';
import { page } from './page.js';
import { readPart } from './parts.js';
import { cursor, isPlaying, playedPart } from './place.js';
import { kept, type Loading } from './stories.js';

const samples = new Map<number, Signal<Loading<Int16Array>>>();
/** Addresses of WAVs, by part. */
const wavs = new Map<number, string>();
/** Why it could not be played. */
export const playProblem = signal<string | undefined>(undefined);

export function samplesOf({ part }: AudioData): ReadonlySignal<Loading<Int16Array>> {
  return kept(samples, part, async () => {
    const octets = await readPart(part, page.folder);
    return Int16Array.from(octets, (octet) => decodeG711('mulaw', octet));
  });
}

let player: HTMLAudioElement | undefined;
/** When what is played began, in ms since its attempt did. */
let playedSince = 0;

/** Plays from the cursor on, where it stands in the audio, else from the beginning. */
export function play(audio: AudioData, startedAt: number): void {
  const found = samplesOf(audio).peek();
  if (found.state !== 'ready') return;
  pause();
  playedSince = audio.at - startedAt;
  const own = (player ??= makePlayer());
  own.src = wavAddress(audio, found.value);
  own.currentTime = placeIn(audio, cursor.peek());
  batch(() => {
    playedPart.value = audio.part;
    playProblem.value = undefined;
  });
  own.play().catch((error: unknown) => {
    playProblem.value = error instanceof Error ? error.message : String(error);
    isPlaying.value = false;
  });
}

export function pause(): void {
  player?.pause();
}

/** Moves the player along, where it plays this. */
export function seek(audio: AudioData, at: number): void {
  cursor.value = at;
  if (player !== undefined && playedPart.peek() === audio.part)
    player.currentTime = placeIn(audio, at);
}

/** Seconds since its beginning. @param at ms since the attempt began */
function placeIn({ samples: count, rate }: AudioData, at: number | undefined): number {
  const place = ((at ?? 0) - playedSince) / 1000;
  return place > 0 && place < count / rate - 0.05 ? place : 0;
}

function wavAddress({ part, rate }: AudioData, sound: Int16Array): string {
  const known = wavs.get(part);
  if (known !== undefined) return known;
  const made = URL.createObjectURL(new Blob([wavOf(sound, rate)], { type: 'audio/wav' }));
  wavs.set(part, made);
  return made;
}

function makePlayer(): HTMLAudioElement {
  const made = new Audio();
  const follow = (): void => {
    if (made.paused) return;
    cursor.value = playedSince + made.currentTime * 1000;
    requestAnimationFrame(follow);
  };
  made.addEventListener('play', () => {
    isPlaying.value = true;
    requestAnimationFrame(follow);
  });
  for (const end of ['pause', 'ended']) {
    made.addEventListener(end, () => {
      isPlaying.value = false;
    });
  }
  return made;
}
