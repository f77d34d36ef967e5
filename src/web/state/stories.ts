/** Stories of attempts and texts of sources, read when somebody looks at them. */
import { signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { RunEvent } from '../../model/run-event.js';
import type { Story } from '../../story/story.js';
import { tellStory } from '../../story/tell.js';
import { attemptAt, page } from './page.js';
import { readText } from './parts.js';

export type Loading<T> =
  | { state: 'loading' }
  | { state: 'ready'; value: T }
  | { state: 'failed'; problem: string };

const stories = new Map<number, Signal<Loading<Story>>>();
const sources = new Map<string, Signal<Loading<string>>>();

export function storyOf(attempt: number): ReadonlySignal<Loading<Story>> {
  return kept(stories, attempt, () => readStory(attempt));
}

/** Text of the scenario file of a location; undefined where the page does not have it. */
export function sourceOf(file: string): ReadonlySignal<Loading<string>> | undefined {
  const part = page.sources[file];
  return part === undefined ? undefined : kept(sources, file, () => readText(part, page.folder));
}

/** Reads something once; whoever asks again gets the same signal. */
export function kept<K, T>(
  all: Map<K, Signal<Loading<T>>>,
  key: K,
  read: () => Promise<T>,
): ReadonlySignal<Loading<T>> {
  const known = all.get(key);
  if (known !== undefined) return known;
  const made = signal<Loading<T>>({ state: 'loading' });
  all.set(key, made);
  read().then(
    (value) => {
      made.value = { state: 'ready', value };
    },
    (error: unknown) => {
      made.value = {
        state: 'failed',
        problem: error instanceof Error ? error.message : String(error),
      };
    },
  );
  return made;
}

async function readStory(attempt: number): Promise<Story> {
  const data = attemptAt(attempt);
  if (data === undefined) throw new Error('there is no such attempt');
  const text = await readText(data.events, page.folder);
  const lines = text.split('\n').filter(Boolean);
  const events = lines.map((line) => JSON.parse(line) as RunEvent);
  return tellStory(events, {
    aliases: page.aliases,
    ...(page.run.lab === undefined ? {} : { lab: page.run.lab }),
  });
}
