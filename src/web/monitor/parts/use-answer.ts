import { useEffect } from 'preact/hooks';
import type { Signal } from '@preact/signals';
import { resyncs } from '../state/feed.js';
import { problemText } from '../state/server.js';

/**
 * Asks the server when the element comes, when one of `reasons` changes, and when the feed has missed changes. An answer that comes
 * after the next question, or after the element has gone, is passed over.
 * @param problem gets why there is no answer, in words; '' once there is one
 */
export function useAnswer<T>(
  ask: () => Promise<T>,
  answered: (answer: T) => void,
  problem: Signal<string>,
  reasons: readonly unknown[],
): void {
  const synced = resyncs.value;
  useEffect(() => {
    let isOver = false;
    ask().then(
      (answer) => {
        if (isOver) return;
        answered(answer);
        problem.value = '';
      },
      (error: unknown) => {
        if (!isOver) problem.value = problemText(error);
      },
    );
    return () => {
      isOver = true;
    };
  }, [...reasons, synced]);
}
