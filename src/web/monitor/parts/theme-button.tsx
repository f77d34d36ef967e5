import type { JSX } from 'preact';
import { nextTheme, theme } from '../../state/theme.js';

export function ThemeButton(): JSX.Element {
  return (
    <button
      type="button"
      class="button is-plain"
      onClick={nextTheme}
      title="Theme of the page"
      aria-label={`Theme: ${theme.value}`}
    >
      <span class="long-theme">Theme: </span>
      {theme.value}
    </button>
  );
}
