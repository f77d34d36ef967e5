/** The page of the HTML report: everything it shows comes from its own file. */
import { render } from 'preact';
import { App } from './app.js';
import { listenToAddress } from './state/place.js';
import { applyTheme } from './state/theme.js';

applyTheme();
listenToAddress();
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
