import { useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { MonitorView } from '../../../monitor/model/view.js';
import { Icon } from '../../parts/icon.js';
import { act, problemText, type Verb } from '../state/server.js';

/** What an operator may do with a monitor, and what came of it. */
export function Actions({ view }: { view: MonitorView }): JSX.Element {
  const told = useSignal('');
  const isAsking = useSignal(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const { name, paused, running, waiting_for: awaited } = view;
  const isBusy = running !== undefined || awaited !== undefined;
  const send = async (verb: Verb): Promise<void> => {
    if (isAsking.peek()) return;
    isAsking.value = true;
    told.value = '';
    try {
      told.value = await act(name, verb);
    } catch (error) {
      told.value = problemText(error);
    } finally {
      isAsking.value = false;
    }
  };
  return (
    <div class="actions">
      <button type="button" class="button is-main" onClick={() => void send('start')}>
        <Icon name="play" /> Start now
      </button>
      <button type="button" class="button" disabled={!isBusy} onClick={() => void send('stop')}>
        <Icon name="stopped" /> Stop
      </button>
      <button type="button" class="button" onClick={() => void send(paused ? 'resume' : 'pause')}>
        <Icon name={paused ? 'right' : 'pause'} /> {paused ? 'Resume' : 'Pause'}
      </button>
      <button type="button" class="button" onClick={() => dialog.current?.showModal()}>
        <Icon name="failed" /> Mark failed
      </button>
      <span class="told" role="status">
        {told.value}
      </span>
      <dialog ref={dialog} class="ask" aria-labelledby="ask-title">
        <form method="dialog" onSubmit={() => void send('fail')}>
          <h2 id="ask-title">Mark this monitor as failed?</h2>
          <p>
            It counts as a run that failed: the state may change, and notifications may be sent. A
            run that is under way ends.
          </p>
          <div class="ask-buttons">
            <button type="submit" class="button is-danger">
              Mark failed
            </button>
            <button type="button" class="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
          </div>
        </form>
      </dialog>
    </div>
  );
}
