import { useEffect, useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import { helpIsOpen } from '../state/place.js';

const KEYS: readonly (readonly [string, string])[] = [
  ['j / k', 'next or previous scenario'],
  ['J / K', 'next or previous scenario that failed or was flaky'],
  ['Arrow keys', 'next or previous line of the call flow'],
  ['Enter', 'open what is selected'],
  ['Esc', 'close details, then back to the list'],
  ['/', 'filter scenarios'],
  ['o', 'overview of the run'],
  ['t', 'time: since the start, since the line before, clock'],
  ['Space', 'play or pause audio'],
  ['?', 'this help'],
];

export function Help(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = helpIsOpen.value;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const close = (): void => {
    helpIsOpen.value = false;
  };
  return (
    <dialog ref={dialog} class="help" onClose={close} aria-labelledby="help-title">
      <h2 id="help-title">Keys</h2>
      <dl>
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <button type="button" class="button" onClick={close}>
        Close
      </button>
    </dialog>
  );
}
