import type { JSX } from 'preact';
import { formatMs } from '../../time.js';
import type { AttemptData } from '../../story/page-data.js';
import type { Story } from '../../story/story.js';
import { AudioDock } from '../audio/audio-dock.js';
import { Ladder } from '../ladder/ladder.js';
import { Panel } from '../panel/panel.js';
import { Icon, Status } from '../parts/icon.js';
import { CopyButton } from '../parts/copy-button.js';
import { current, go, route } from '../state/place.js';
import type { View } from '../state/route.js';
import { sourceOf, storyOf, type Loading } from '../state/stories.js';
import { assistantText } from '../copy/assistant-text.js';
import { againCommand } from '../copy/again.js';
import { Attempts } from './attempts.js';
import { Compare } from './compare.js';
import { VIEW_NAMES, ViewTabs } from './view-tabs.js';
import { Cause } from './cause.js';
import { Logs } from './logs.js';
import { QualityTable } from './quality.js';

export function ScenarioView(): JSX.Element {
  const here = current.value;
  if (here === undefined) {
    return (
      <section class="scenario">
        <p class="nothing">There is no such scenario in this run.</p>
      </section>
    );
  }
  const { entry, attempt, index } = here;
  const story = storyOf(index).value;
  const told = story.state === 'ready' ? story.value : undefined;
  return (
    <section class="scenario" key={index} aria-labelledby="scenario-title">
      <header class="scenario-head">
        <button
          type="button"
          class="button is-plain back"
          onClick={() => {
            go({ place: 'list' });
          }}
        >
          <Icon name="back" />
          List
        </button>
        <div class="scenario-name">
          <Status verdict={attempt.verdict} />
          <h1 id="scenario-title">{entry.name}</h1>
          <p class="dim">
            <span>{entry.file}</span>
            <span class="number">{formatMs(attempt.ms)}</span>
            {entry.tags.map((tag) => (
              <span key={tag} class="tag">
                {tag}
              </span>
            ))}
          </p>
        </div>
        <div class="scenario-copies">
          <CopyButton
            label="Command"
            title="The command that runs it again"
            text={() => againCommand(attempt.scenario)}
          />
          <CopyButton
            label="For an assistant"
            title="Failure, source, call flow and versions as text"
            disabled={told === undefined}
            text={() => (told === undefined ? '' : assistantText(attempt, told, frameSource(told)))}
          />
        </div>
      </header>
      <Attempts entry={entry} index={index} />
      {attempt.skipReason !== undefined && <p class="note">Skipped: {attempt.skipReason}</p>}
      <Cause attempt={attempt} failures={told?.failures} />
      <Content attempt={attempt} story={story} />
    </section>
  );
}

/** Text of the file in which the first failure is, where it has been read. */
function frameSource(story: Story): string | undefined {
  const at = story.failures[0]?.at;
  const source = at === undefined ? undefined : sourceOf(at.file)?.peek();
  return source?.state === 'ready' ? source.value : undefined;
}

function Content(props: { attempt: AttemptData; story: Loading<Story> }): JSX.Element {
  const { attempt, story } = props;
  if (story.state === 'loading') return <p class="nothing">Reading the events...</p>;
  if (story.state === 'failed') return <p class="note is-bad">{story.problem}</p>;
  const { value } = story;
  const here = route.value;
  const view = here.place === 'scenario' ? here.view : 'flow';
  return (
    <>
      <ViewTabs story={value} view={view} />
      <div class="scenario-content" id="view" role="tabpanel" aria-label={VIEW_NAMES[view]}>
        <ViewContent attempt={attempt} story={value} view={view} />
      </div>
    </>
  );
}

function ViewContent(props: { attempt: AttemptData; story: Story; view: View }): JSX.Element {
  const { attempt, story, view } = props;
  switch (view) {
    case 'flow':
      return (
        <>
          <div class="flow">
            <Ladder story={story} />
            <AudioDock key={attempt.scenario.id} attempt={attempt} story={story} />
          </div>
          <Panel story={story} />
        </>
      );
    case 'quality':
      return <QualityTable story={story} />;
    case 'logs':
      return <Logs story={story} />;
    case 'compare':
      return <Compare story={story} />;
  }
}
