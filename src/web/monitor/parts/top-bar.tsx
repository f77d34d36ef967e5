import type { JSX } from 'preact';
import { Icon } from '../../parts/icon.js';
import { hashOf } from '../layout/route.js';
import { now } from '../state/clock.js';
import { live } from '../state/feed.js';
import { route } from '../state/route.js';
import { hasLogin, logout, needsLogin } from '../state/server.js';
import { ThemeButton } from './theme-button.js';
import { Zone } from './zone.js';

export function TopBar(): JSX.Element {
  const { place } = route.value;
  return (
    <header class="top-bar">
      <a class="brand" href="#/" aria-current={place === 'overview' ? 'page' : undefined}>
        <b>Offhook</b> <span>Monitors</span>
      </a>
      <a
        class="to-notifications"
        href={hashOf({ place: 'notifications' })}
        aria-current={place === 'notifications' ? 'page' : undefined}
      >
        <Icon name="bell" /> <span>Notifications</span>
      </a>
      <span class="page-facts dim">
        {live.value.isLive && <span class="live">live</span>}
        <Zone at={now.value} />
      </span>
      <ThemeButton />
      {hasLogin.value && !needsLogin.value && (
        <button
          type="button"
          class="button is-plain"
          onClick={() => void logout().then(reload, reload)}
        >
          Log out
        </button>
      )}
    </header>
  );
}

function reload(): void {
  location.reload();
}
