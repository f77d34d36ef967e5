import type { JSX } from 'preact';
import { Icon } from './icon.js';

interface SearchProps {
  /** Names what the field searches, for readers who cannot see where it stands. */
  label: string;
  text: string;
  /** How many are shown, of how many. */
  shown: number;
  total: number;
  onText: (text: string) => void;
}

export function SearchField({ label, text, shown, total, onText }: SearchProps): JSX.Element {
  return (
    <label class="search-field">
      <Icon name="search" />
      <span class="off-screen">{label}</span>
      <input
        id="search"
        type="search"
        placeholder="Filter"
        value={text}
        onInput={(event) => {
          onText(event.currentTarget.value);
        }}
      />
      <span class="dim number" aria-live="polite">
        {shown}/{total}
      </span>
    </label>
  );
}

interface ChoiceProps {
  /** What is chosen: "tag". */
  of: string;
  values: readonly string[];
  /** undefined: any will do. */
  value: string | undefined;
  onChoice: (value: string | undefined) => void;
}

export function Choice({ of, values, value, onChoice }: ChoiceProps): JSX.Element {
  return (
    <select
      aria-label={of}
      value={value ?? ''}
      onChange={(event) => {
        const chosen = event.currentTarget.value;
        onChoice(chosen === '' ? undefined : chosen);
      }}
    >
      <option value="">any {of}</option>
      {values.map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  );
}
