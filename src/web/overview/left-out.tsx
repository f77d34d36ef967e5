import type { JSX } from 'preact';
import { page } from '../state/page.js';

export function LeftOut(): JSX.Element | null {
  if (page.leftOut.length === 0) return null;
  return (
    <details class="card is-wide">
      <summary>
        <h2>
          Left out <span class="number dim">{page.leftOut.length}</span>
        </h2>
      </summary>
      <ul class="plain-list">
        {page.leftOut.map(({ file, name, reason }, index) => (
          <li key={index}>
            {name} <span class="dim">{file}</span>: {reason}
          </li>
        ))}
      </ul>
    </details>
  );
}
