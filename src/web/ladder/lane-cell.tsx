import type { JSX } from 'preact';
import type {
  DigitsRow,
  EventRow,
  HttpRow,
  MediaRow,
  MessageRow,
  Row,
  VerbRow,
} from '../../story/story.js';
import type { Columns } from '../layout/columns.js';
import { Arrow, AtLane } from './arrow.js';

interface Props<R extends Row> {
  row: R;
  columns: Columns;
}

/** Draws the part of a line that stands in the lanes. */
export function LaneCell(props: Props<Row> & { repeat?: number | undefined }): JSX.Element | null {
  const { row, columns, repeat } = props;
  switch (row.kind) {
    case 'message':
      return <Message row={row} columns={columns} repeat={repeat} />;
    case 'digits':
      return <Digits row={row} columns={columns} />;
    case 'http':
      return <Http row={row} columns={columns} />;
    case 'event':
    case 'media':
      return <Happening row={row} columns={columns} />;
    case 'verb':
      return <Acted row={row} columns={columns} />;
    case 'assertion':
    case 'wait':
    case 'step':
    case 'phase':
    case 'log':
    case 'warning':
    case 'failure':
      return null;
  }
}

const laneX = ({ lanes }: Columns, lane: number): number => lanes[lane] ?? lanes[0] ?? 0;

function Message(props: Props<MessageRow> & { repeat: number | undefined }): JSX.Element {
  const { row, columns, repeat } = props;
  return (
    <Arrow
      fromX={laneX(columns, row.from)}
      toX={laneX(columns, row.to)}
      stroke={row.message.code === undefined ? 'request' : 'response'}
      call={row.call}
      isUnseen={row.unseen}
    >
      <b class={isRefusal(row.message) ? 'is-bad' : ''}>{row.label}</b>
      {row.note !== undefined && <span class="arrow-note">{row.note}</span>}
      {repeat !== undefined && <span class="badge">again {repeat}</span>}
      {repeat === undefined && row.repeats.length > 0 && (
        <span class="badge" data-repeats>
          x{row.repeats.length + 1}
        </span>
      )}
      {row.folded !== undefined && row.folded > 0 && (
        <span class="badge">the same {row.folded} more times</span>
      )}
      {row.unseen && <span class="badge is-bad">not seen there</span>}
    </Arrow>
  );
}

/** Answers of 300 and more that belong to calls that go well: challenges (RFC 3261, 22), and that of a CANCEL. */
const USUAL: ReadonlySet<number> = new Set([401, 407, 487]);

function isRefusal({ code = 0 }: MessageRow['message']): boolean {
  return code >= 300 && !USUAL.has(code);
}

function Digits({ row, columns }: Props<DigitsRow>): JSX.Element {
  return (
    <Arrow
      fromX={laneX(columns, row.from)}
      toX={laneX(columns, row.to)}
      stroke="digits"
      call={row.call}
    >
      <b>DTMF {row.digits}</b>
      <span class="arrow-note">{row.via === 'rtp' ? 'RTP' : 'INFO'}</span>
      {row.received !== undefined && <span class="badge is-bad">received {row.received}</span>}
    </Arrow>
  );
}

/** The arrow leads from the script to what it asks, and to a mock server from whoever asks it, who has no lane. */
function Http({ row, columns }: Props<HttpRow>): JSX.Element {
  const x = laneX(columns, row.lane);
  const label = (
    <>
      <b class={row.ok ? '' : 'is-bad'}>{row.label}</b>
      {row.until === undefined && <span class="badge is-bad">no answer</span>}
    </>
  );
  const left = columns.time + columns.script;
  if (row.way === 'out') {
    return (
      <Arrow fromX={left + 4} toX={x} stroke="request" call={undefined}>
        {label}
      </Arrow>
    );
  }
  return (
    <>
      <Arrow fromX={Math.min(x + 48, columns.width - 4)} toX={x} stroke="request" call={undefined}>
        {''}
      </Arrow>
      <AtLane x={x} side="left" room={x - left} className="is-http">
        {label}
      </AtLane>
    </>
  );
}

/** Puts the words on that side of the lifeline where there is more room. */
function Happening({ row, columns }: Props<EventRow | MediaRow>): JSX.Element {
  const x = laneX(columns, row.lane);
  const left = x - columns.time - columns.script;
  const right = columns.width - x;
  const side = right >= left || row.lane === 0 ? 'right' : 'left';
  return (
    <AtLane
      x={x}
      side={side}
      room={side === 'right' ? right : left}
      call={row.call}
      className={`is-${row.kind}`}
    >
      {row.text}
    </AtLane>
  );
}

function Acted({ row, columns }: Props<VerbRow>): JSX.Element | null {
  if (row.lane === undefined) return null;
  return <span class="acted" style={{ left: `${laneX(columns, row.lane)}px` }} />;
}
