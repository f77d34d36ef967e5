import type { JSX } from 'preact';
import type { Sdp, SdpMedia } from '../../sip/sdp.js';
import { printable } from '../../story/printable.js';

/** A session description in words, and as it is. */
export function SdpView({ sdp, body }: { sdp: Sdp; body: string }): JSX.Element {
  return (
    <>
      {sdp.media.map((media, index) => (
        <section key={index} class="sdp-media">
          <h3>
            {media.kind} {media.port === 0 ? 'refused' : media.direction}
          </h3>
          <Media media={media} address={media.address ?? sdp.address} />
        </section>
      ))}
      <pre class="raw" tabIndex={0} aria-label="Session description">
        {printable(body)}
      </pre>
    </>
  );
}

function Media({ media, address }: { media: SdpMedia; address: string | undefined }): JSX.Element {
  const { port, protocol, codecs, ptime, crypto, fingerprint, setup } = media;
  return (
    <dl class="facts">
      <div>
        <dt>Address</dt>
        <dd class="number">
          {address ?? 'none'}:{port}
        </dd>
      </div>
      <div>
        <dt>Protocol</dt>
        <dd>{protocol}</dd>
      </div>
      <div>
        <dt>Codecs</dt>
        <dd>
          {codecs.map(({ payload, name, rate, channels, fmtp }) => (
            <span key={payload} class="codec">
              {payload} {name}/{rate}
              {channels > 1 ? `/${channels}` : ''} {fmtp !== undefined && <i>{fmtp}</i>}
            </span>
          ))}
        </dd>
      </div>
      {ptime !== undefined && (
        <div>
          <dt>Packet time</dt>
          <dd>{ptime} ms</dd>
        </div>
      )}
      {crypto !== undefined && (
        <div>
          <dt>Crypto</dt>
          <dd>{crypto.map(({ suite }) => suite).join(', ')}</dd>
        </div>
      )}
      {fingerprint !== undefined && (
        <div>
          <dt>Fingerprint</dt>
          <dd>
            {fingerprint} {setup}
          </dd>
        </div>
      )}
    </dl>
  );
}
