/** Sounds of a script -> samples as an agent sends them: 8 kHz, one channel. */
import type { Sound } from '../agents/user-agent.js';
import { readFileSync, statSync } from 'node:fs';
import { convertSound } from '../audio/pcm.js';
import { toneSamples } from '../audio/tone.js';
import { checkWavSize, decodeWav } from '../audio/wav.js';
import { OffhookError } from '../errors.js';
import type { Sound as SoundArgument } from '../schema/types.gen.js';

/** Rate the driver configures sources to; baresip makes every codec from it. */
export const SENT_RATE = 8000;

/** A sound as the thread hands it on: with the real path of a file that may be read. */
type Given = SoundArgument & { readonly real?: string };

/** @returns undefined for silence. @throws OffhookError E_AUDIO_FILE, E_READ_FAILED. */
export function soundOf(given: unknown): Sound | undefined {
  const { sound, hz = [], path = '', real = '' } = given as Given;
  if (sound === 'silent') return undefined;
  return sound === 'tone' ? toneOf(hz) : fileOf(path, real);
}

export function isSound(value: unknown): value is SoundArgument {
  return typeof (value as Partial<SoundArgument> | null)?.sound === 'string';
}

/** The sound as the script wrote it. */
export function soundText({ sound, hz = [], path = '' }: SoundArgument): string {
  if (sound === 'silent') return 'silent()';
  if (sound === 'file') return `file(${JSON.stringify(path)})`;
  return hz.length === 1 ? `tone(${hz.join()})` : `tones([${hz.join(', ')}])`;
}

/** A tone that repeats without a break: whole periods of each frequency. */
export function toneOf(hz: readonly number[]): Sound {
  const rounded = hz.map((one) => Math.round(one * 10) / 10);
  const ms = rounded.every((one) => Number.isInteger(one)) ? 1000 : 10_000;
  const text = soundText({ sound: 'tone', hz: rounded });
  return { text, samples: toneSamples({ hz: rounded, ms, rate: SENT_RATE }), repeats: true };
}

function fileOf(path: string, real: string): Sound {
  const sound = decodeWav(readWav(path, real), path);
  const { samples, done } = convertSound(sound, SENT_RATE);
  const text = soundText({ sound: 'file', path });
  return { text, samples, repeats: false, ...(done.length === 0 ? {} : { note: done.join(', ') }) };
}

/** @param path as the script wrote it: messages show no other path. */
export function readWav(path: string, real: string): Buffer {
  const fail = (reason: string): OffhookError =>
    new OffhookError(
      'E_READ_FAILED',
      { subject: `file "${path}"`, what: 'not read', seen: reason },
      {
        hint: 'check that it exists and may be read',
      },
    );
  try {
    const stat = statSync(real);
    if (!stat.isFile())
      throw fail(stat.isDirectory() ? 'it is a folder' : 'it is not an ordinary file');
    checkWavSize(stat.size, path);
    return readFileSync(real);
  } catch (error) {
    if (error instanceof OffhookError) throw error;
    throw fail((error as NodeJS.ErrnoException).code ?? 'the path is not valid');
  }
}
