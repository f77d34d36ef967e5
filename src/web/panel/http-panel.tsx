import type { JSX } from 'preact';
import { formatMs } from '../../time.js';
import { printable } from '../../story/printable.js';
import type { HttpRow } from '../../story/story.js';
import { CopyButton } from '../parts/copy-button.js';

export function HttpPanel({ row }: { row: HttpRow }): JSX.Element {
  const { at, until, way, request, response } = row;
  return (
    <>
      <dl class="facts">
        <div>
          <dt>Asked by</dt>
          <dd>{way === 'out' ? 'the script' : 'a client of the mock server'}</dd>
        </div>
        <div>
          <dt>Answered</dt>
          <dd>{until === undefined ? 'never' : `after ${formatMs(until - at)}`}</dd>
        </div>
      </dl>
      <Text title="Request" text={request} />
      {response !== undefined && <Text title="Response" text={response} />}
    </>
  );
}

function Text({ title, text }: { title: string; text: string }): JSX.Element {
  return (
    <section>
      <header class="text-head">
        <h3>{title}</h3>
        <CopyButton label="Copy" text={() => text} />
      </header>
      <pre class="raw" tabIndex={0} aria-label={title}>
        {printable(text)}
      </pre>
    </section>
  );
}
