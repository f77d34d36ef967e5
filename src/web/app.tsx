import { useEffect } from 'preact/hooks';
import type { JSX } from 'preact';
import { ScenarioList } from './list/scenario-list.js';
import { Overview } from './overview/overview.js';
import { Help } from './parts/help.js';
import { TopBar } from './parts/top-bar.js';
import { ScenarioView } from './scenario/scenario-view.js';
import { listenToKeys } from './state/keys.js';
import { route } from './state/place.js';

export function App(): JSX.Element {
  useEffect(listenToKeys, []);
  const { place } = route.value;
  return (
    <div class={`app at-${place}`}>
      <TopBar />
      <main>
        <ScenarioList />
        {place === 'scenario' ? <ScenarioView /> : <Overview />}
      </main>
      <Help />
    </div>
  );
}
