import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { JSX } from 'preact';
import { printable } from '../../story/printable.js';
import type { LogLine, Story } from '../../story/story.js';
import { LineWindow } from '../parts/line-window.js';

const LINE_HEIGHT = 18;

/** What the programs of the agents wrote. */
export function Logs({ story }: { story: Story }): JSX.Element {
  const text = useSignal('');
  const agent = useSignal('');
  const agents = useMemo(() => [...new Set(story.logs.map((one) => one.agent))], [story]);
  const wanted = text.value.toLowerCase();
  const lines = story.logs.filter(
    (one) =>
      (agent.value === '' || one.agent === agent.value) &&
      (wanted === '' || one.line.toLowerCase().includes(wanted)),
  );
  return (
    <section class="logs" aria-label="Logs">
      <div class="logs-tools">
        <input
          type="search"
          aria-label="Filter lines"
          placeholder="Filter lines"
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
        <select
          aria-label="Agent"
          value={agent.value}
          onChange={(event) => {
            agent.value = event.currentTarget.value;
          }}
        >
          <option value="">all agents</option>
          {agents.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <span class="number dim">
          {lines.length} of {story.logs.length} lines
        </span>
      </div>
      <LineWindow
        label="Lines"
        className="log-lines"
        count={lines.length}
        lineHeight={LINE_HEIGHT}
        line={(index) => <LogText key={index} line={lines[index]} />}
      />
    </section>
  );
}

function LogText({ line }: { line: LogLine | undefined }): JSX.Element | null {
  if (line === undefined) return null;
  return (
    <div class="log-line">
      <span class="number dim">{(line.at / 1000).toFixed(3)}</span>
      <b>{line.agent}</b>
      <code>{printable(line.line)}</code>
    </div>
  );
}
