import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { resyncs, role } from '../state/feed.js';
import { fetchNotifications, problemText, type Notifications as Known } from '../state/server.js';
import { undelivered } from '../state/views.js';
import { Letters } from './letters.js';
import { Targets } from './targets.js';

/** Whom the monitor tells, whether that works, and what it could not tell them. */
export function Notifications(): JSX.Element {
  const known = useSignal<Known | undefined>(undefined);
  const problem = useSignal('');
  const changed = undelivered.value;
  const synced = resyncs.value;
  const load = async (isOver: () => boolean): Promise<void> => {
    try {
      const next = await fetchNotifications();
      if (isOver()) return;
      known.value = next;
      problem.value = '';
    } catch (error) {
      if (!isOver()) problem.value = problemText(error);
    }
  };
  useEffect(() => {
    let isOver = false;
    void load(() => isOver);
    return () => {
      isOver = true;
    };
  }, [changed, synced]);
  const mayOperate = role.value === 'operate';
  return (
    <main class="detail">
      <h1 data-start tabIndex={-1}>
        Notifications
      </h1>
      {problem.value !== '' && (
        <p class="is-bad" role="alert">
          {problem.value}
        </p>
      )}
      {known.value === undefined ? (
        problem.value === '' && <p class="nothing">Asking the server …</p>
      ) : (
        <>
          <Targets {...known.value} mayOperate={mayOperate} />
          <Letters {...known.value} mayOperate={mayOperate} again={() => load(() => false)} />
        </>
      )}
    </main>
  );
}
