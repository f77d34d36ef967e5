/** The public status page: names, strips and uptime of the monitors that are public. It knows nothing else. */
import { render } from 'preact';
import { applyTheme } from '../state/theme.js';
import { StatusPage } from './status/status-page.js';

applyTheme();
const root = document.getElementById('app');
if (root !== null) render(<StatusPage />, root);
