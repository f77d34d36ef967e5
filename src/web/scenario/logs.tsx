import { useSignal } from '@preact/signals';
import { useMemo, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Story } from '../../story/story.js';
import { useSize } from '../ladder/use-size.js';
import { windowOf } from '../layout/window.js';

const LINE_HEIGHT = 18;
const BEYOND = 20;

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
      <LogLines lines={lines} />
    </section>
  );
}

function LogLines({ lines }: { lines: Story['logs'] }): JSX.Element {
  const scroll = useRef<HTMLDivElement>(null);
  const { height } = useSize(scroll);
  const [top, setTop] = useState(0);
  const { from, to } = windowOf(top, height, LINE_HEIGHT, lines.length, BEYOND);
  return (
    <div
      ref={scroll}
      class="log-scroll"
      tabIndex={0}
      role="region"
      aria-label="Lines"
      onScroll={(event) => {
        setTop(event.currentTarget.scrollTop);
      }}
    >
      <div style={{ height: `${lines.length * LINE_HEIGHT}px` }}>
        <div style={{ transform: `translateY(${from * LINE_HEIGHT}px)` }}>
          {lines.slice(from, to).map(({ at, agent, line }, offset) => (
            <div key={from + offset} class="log-line">
              <span class="number dim">{(at / 1000).toFixed(3)}</span>
              <b>{agent}</b>
              <code>{line}</code>
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
