import type { JSX } from 'preact';
import type { SourceLocation } from '../../errors.js';
import { codeFrame, shownFile } from '../layout/code-frame.js';
import { files } from '../state/page.js';
import { sourceOf } from '../state/stories.js';

/** "calls.js:12". */
export function shownPlace({ file, line }: SourceLocation): string {
  return `${shownFile(file, files)}:${line}`;
}

interface Props {
  location: SourceLocation;
  /** Lines on each side. */
  around?: number;
}

export function CodeFrame({ location, around }: Props): JSX.Element {
  const source = sourceOf(location.file)?.value;
  const place = shownPlace(location);
  return (
    <figure class="code-frame">
      <figcaption>{place}</figcaption>
      {source?.state === 'ready' && (
        <pre tabIndex={0} aria-label={`Source around ${place}`}>
          {codeFrame(source.value, location.line, around).map(({ number, text, isMarked }) => (
            <div key={number} class={isMarked ? 'code-line is-marked' : 'code-line'}>
              <span class="line-number">{number}</span>
              <code>{text === '' ? ' ' : text}</code>
            </div>
          ))}
        </pre>
      )}
      {source?.state === 'failed' && <p class="dim">{source.problem}</p>}
      {source === undefined && <p class="dim">The text of this file is not part of the page.</p>}
    </figure>
  );
}
