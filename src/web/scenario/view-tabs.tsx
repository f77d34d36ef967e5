import type { JSX } from 'preact';
import type { Story } from '../../story/story.js';
import { current, openView } from '../state/place.js';
import type { View } from '../state/route.js';

export const VIEW_NAMES: Readonly<Record<View, string>> = {
  flow: 'Call flow',
  quality: 'Quality',
  logs: 'Logs',
  compare: 'Compare attempts',
};

export function ViewTabs({ story, view }: { story: Story; view: View }): JSX.Element {
  const tabs: (readonly [View, number | undefined])[] = [
    ['flow', undefined],
    ...(story.media.length > 0 ? [['quality', undefined] as const] : []),
    ...(story.logs.length > 0 ? [['logs', story.logs.length] as const] : []),
    ...((current.value?.entry.attempts.length ?? 0) > 1 ? [['compare', undefined] as const] : []),
  ];
  return (
    <div class="tabs" role="tablist" aria-label="Views">
      {tabs.map(([one, count]) => (
        <button
          key={one}
          type="button"
          role="tab"
          aria-selected={one === view}
          aria-controls={one === view ? 'view' : undefined}
          onClick={() => {
            openView(one);
          }}
        >
          {VIEW_NAMES[one]}
          {count !== undefined && <span class="number dim">{count}</span>}
        </button>
      ))}
    </div>
  );
}
