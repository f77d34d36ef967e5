import type { JSX } from 'preact';
import { printable } from '../../story/printable.js';
import type { SdpStream } from '../../story/sdp-text.js';

/** A session description in words, and as it is. */
export function SdpView(props: { streams: readonly SdpStream[]; body: string }): JSX.Element {
  return (
    <>
      {props.streams.map(({ title, facts }, index) => (
        <section key={index} class="sdp-media">
          <h3>{title}</h3>
          <dl class="facts">
            {facts.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <pre class="raw" tabIndex={0} aria-label="Session description">
        {printable(props.body)}
      </pre>
    </>
  );
}
