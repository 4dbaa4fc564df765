import { render } from 'solid-js/web';
import { App } from './app.tsx';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/header.css';
import './styles/health.css';
import './styles/devices.css';
import './styles/events.css';
import './styles/actors.css';
import './styles/actors-view.css';
import './styles/dead-letters.css';
import './styles/waterfall.css';
import './styles/dialog.css';

const root = document.getElementById('root');
if (!root) throw new Error('Cannot start: the page has no element "root"');
render(() => <App />, root);
