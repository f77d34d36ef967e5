import type { JSX } from 'preact';
import { Detail } from './detail/detail.js';
import { Overview } from './list/overview.js';
import { Notifications } from './notifications/notifications.js';
import { Banners } from './parts/banners.js';
import { Login } from './parts/login.js';
import { BarTip } from './parts/tip.js';
import { TopBar } from './parts/top-bar.js';
import { route } from './state/route.js';
import { needsLogin } from './state/server.js';

export function App(): JSX.Element {
  return (
    <>
      <TopBar />
      <Banners />
      {needsLogin.value ? (
        <main>
          <Login />
        </main>
      ) : (
        <Place />
      )}
      <BarTip />
    </>
  );
}

function Place(): JSX.Element {
  const here = route.value;
  if (here.place === 'overview') return <Overview />;
  if (here.place === 'notifications') return <Notifications />;
  const { name, run } = here;
  return <Detail name={name} run={run} />;
}
