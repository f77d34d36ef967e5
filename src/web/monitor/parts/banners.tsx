import type { JSX } from 'preact';
import { Icon } from '../../parts/icon.js';
import { failure, live, tryNow } from '../state/feed.js';
import { needsLogin } from '../state/server.js';
import { isKnown, problems } from '../state/views.js';
import { Time } from './time.js';

/** What is wrong with the connection, and with the monitor program itself. */
export function Banners(): JSX.Element {
  return (
    <div class="banners">
      <div role="status">{!needsLogin.value && <NotLive />}</div>
      <div role="alert">
        {problems.value.length > 0 && (
          <ul class="banner is-problem" aria-label="Problems of the monitor itself">
            {problems.value.map(({ about, text, since }) => (
              <li key={`${about} ${text}`}>
                <Icon name="failing" />
                <span>
                  <b>{about}</b> <bdi>{text}</bdi>{' '}
                  <span class="banner-since">
                    (since <Time at={since} />)
                  </span>
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

function NotLive(): JSX.Element | null {
  const now = live.value;
  if (now.isLive || (!isKnown.value && failure.value === '')) return null;
  return (
    <div class="banner is-not-live">
      <Icon name="failing" />
      <span>
        <b>Not live, trying again.</b> {failure.value}{' '}
        {isKnown.value && (
          <>
            What you see is from <Time at={now.since} />.
          </>
        )}
      </span>
      <button type="button" class="button" onClick={tryNow}>
        Try now
      </button>
    </div>
  );
}
