/** The page of the monitor: what it shows comes over the live feed of the server that it came from. */
import { effect } from '@preact/signals';
import { render } from 'preact';
import { applyTheme } from '../state/theme.js';
import { App } from './app.js';
import { pageTitle } from './layout/page-title.js';
import { startClock } from './state/clock.js';
import { follow, live } from './state/feed.js';
import { leaveApiAddress, listenToAddress, route } from './state/route.js';
import { counts, isKnown } from './state/views.js';

applyTheme();
leaveApiAddress();
listenToAddress();
startClock();
effect(() => {
  document.title = pageTitle(route.value, counts.value, live.value.isLive || !isKnown.value);
});
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
void follow();
