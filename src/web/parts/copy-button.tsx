import type { JSX } from 'preact';
import { useSignal } from '@preact/signals';
import { copyText } from '../state/clipboard.js';
import { Icon } from './icon.js';

const TOLD_MS = 1600;

interface Props {
  label: string;
  /** Makes the text, when the button is pressed. */
  text: () => string;
  title?: string;
  disabled?: boolean;
}

export function CopyButton({ label, text, title, disabled }: Props): JSX.Element {
  const told = useSignal('');
  const copy = async (): Promise<void> => {
    told.value = (await copyText(text())) ? 'Copied' : 'Copying is not allowed here';
    setTimeout(() => {
      told.value = '';
    }, TOLD_MS);
  };
  return (
    <button
      type="button"
      class="button"
      title={title}
      disabled={disabled}
      onClick={() => void copy()}
    >
      <Icon name={told.value === 'Copied' ? 'passed' : 'copy'} />
      <span aria-live="polite">{told.value === '' ? label : told.value}</span>
    </button>
  );
}
