import { useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Bucket } from '../../../monitor/model/view.js';
import { useSize } from '../../ladder/use-size.js';
import {
  bandPath,
  durationTicks,
  meanPath,
  MOS_TICKS,
  nearest,
  pointsOf,
  RANGE_OF,
  scaleOf,
  segmentsOf,
  timeTicks,
  type Point,
  type Range,
  type Scale,
} from '../layout/chart.js';
import { axisText, dayOfMonthText, hourText } from '../layout/time-text.js';

export interface Curve {
  readonly measure: string;
  readonly title: string;
  readonly unit: 'ms' | 'mos';
}

interface Data {
  readonly range: Range;
  readonly from: number;
  readonly to: number;
  readonly buckets: readonly Bucket[];
}

/** px of the area with the curve, and around it. */
const HEIGHT = 96;
const LEFT = 52;
const RIGHT = 8;
const TOP = 8;
const BELOW = 20;

/** A curve of a measure: mean, least and most of each hour or day. Pointer and arrow keys read single values. */
export function Chart({ curve, data }: { curve: Curve; data: Data | undefined }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const { width: whole } = useSize(box);
  const chosen = useSignal<number | undefined>(undefined);
  const width = Math.max(whole - LEFT - RIGHT, 10);
  const points = data === undefined ? [] : pointsOf(data.buckets, curve.measure);
  const index = chosen.value;
  const point = index === undefined ? undefined : points[index];
  const sizeMs = data === undefined ? 0 : RANGE_OF[data.range].sizeMs;
  const byPointer = (event: PointerEvent): void => {
    const left = box.current?.getBoundingClientRect().left ?? 0;
    if (data === undefined) return;
    const share = (event.clientX - left - LEFT) / width;
    chosen.value = nearest(points, data.from + share * (data.to - data.from), sizeMs);
  };
  const byKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') chosen.value = undefined;
    const now = index ?? points.length;
    const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: points.length - 1 }[
      event.key
    ];
    if (next === undefined || points.length === 0) return;
    event.preventDefault();
    chosen.value = Math.min(Math.max(next, 0), points.length - 1);
  };
  const leave = (): void => {
    chosen.value = undefined;
  };
  return (
    <figure class="chart">
      <figcaption>
        <h3>{curve.title}</h3>
        <span class="readout number" role="status">
          {point === undefined || data === undefined
            ? summary(points, curve)
            : readout(point, curve, data.range)}
        </span>
      </figcaption>
      <div
        ref={box}
        class="chart-area"
        tabIndex={points.length === 0 ? -1 : 0}
        role="group"
        aria-label={`${curve.title}, ${summary(points, curve)}. Arrow keys read single values.`}
        onPointerMove={byPointer}
        onPointerDown={byPointer}
        onPointerLeave={leave}
        onKeyDown={byKey}
        onBlur={leave}
      >
        {data !== undefined && points.length > 0 && whole > 0 && (
          <Drawing {...{ curve, data, points, width, point }} />
        )}
        {data !== undefined && points.length === 0 && (
          <p class="chart-nothing dim">Nothing was measured in this time.</p>
        )}
      </div>
    </figure>
  );
}

interface DrawingProps {
  curve: Curve;
  data: Data;
  points: readonly Point[];
  width: number;
  point: Point | undefined;
}

function Drawing({ curve, data, points, width, point }: DrawingProps): JSX.Element {
  const { from, to, range } = data;
  const { sizeMs } = RANGE_OF[range];
  const values =
    curve.unit === 'mos' ? MOS_TICKS : durationTicks(Math.max(...points.map(({ most }) => most)));
  const [least = 0, most = 1] = [values[0], values.at(-1)];
  const scale = scaleOf({ from, to, least, most, width, height: HEIGHT });
  const segments = segmentsOf(points, sizeMs);
  return (
    <svg width={width + LEFT + RIGHT} height={HEIGHT + TOP + BELOW} aria-hidden="true">
      <g transform={`translate(${LEFT} ${TOP})`}>
        <Axes {...{ curve, data, values, width, scale }} />
        {segments.map((segment) => (
          <path key={segment[0]?.at} class="chart-band" d={bandPath(segment, scale, sizeMs)} />
        ))}
        {segments.map((segment) => (
          <path key={segment[0]?.at} class="chart-mean" d={meanPath(segment, scale, sizeMs)} />
        ))}
        {points.map(
          ({ at, bad }) =>
            bad > 0 && (
              <path
                key={at}
                class="chart-bad"
                d={`M${scale.x(at + sizeMs / 2)} ${HEIGHT}l-3 -6h6z`}
              />
            ),
        )}
        {point !== undefined && (
          <>
            <path class="chart-cursor" d={`M${scale.x(point.at + sizeMs / 2)} 0V${HEIGHT}`} />
            <circle
              class="chart-point"
              cx={scale.x(point.at + sizeMs / 2)}
              cy={scale.y(point.mean)}
              r={3.5}
            />
          </>
        )}
      </g>
    </svg>
  );
}

interface AxesProps {
  curve: Curve;
  data: Data;
  values: readonly number[];
  width: number;
  scale: Scale;
}

/** px that the text of a time needs. */
const TIME_WIDTH = 52;

function Axes({ curve, data, values, width, scale }: AxesProps): JSX.Element {
  const ticks = timeTicks(data.from, data.to, data.range);
  const each = Math.max(Math.ceil((ticks.length * TIME_WIDTH) / width), 1);
  return (
    <>
      {values.map((value) => (
        <g key={value}>
          <path class="chart-line" d={`M0 ${scale.y(value)}H${width}`} />
          <text class="chart-text" x={-6} y={scale.y(value) + 4} text-anchor="end">
            {valueText(value, curve)}
          </text>
        </g>
      ))}
      {ticks.map(({ at, text }, index) => (
        <g key={at}>
          <path class="chart-tick" d={`M${scale.x(at)} ${HEIGHT}v4`} />
          {index % each === 0 && (
            <text
              class="chart-text"
              x={middle(scale.x(at), width)}
              y={HEIGHT + 16}
              text-anchor="middle"
            >
              {text}
            </text>
          )}
        </g>
      ))}
    </>
  );
}

/** Moves a text that would stick out at an edge of the chart inside. */
function middle(x: number, width: number): number {
  return Math.min(Math.max(x, 0), width - TIME_WIDTH / 2 + RIGHT + 6);
}

function valueText(value: number, { unit }: Curve): string {
  return unit === 'mos' ? String(value) : axisText(value);
}

function exactText(value: number, { unit }: Curve): string {
  return unit === 'mos' ? value.toFixed(2) : axisText(value);
}

function summary(points: readonly Point[], curve: Curve): string {
  if (points.length === 0) return 'no values';
  const count = points.reduce((sum, one) => sum + one.count, 0);
  const mean = points.reduce((sum, one) => sum + one.mean * one.count, 0) / count;
  const [least, most] = [
    Math.min(...points.map((one) => one.least)),
    Math.max(...points.map((one) => one.most)),
  ];
  return `mean ${exactText(mean, curve)}, ${exactText(least, curve)} to ${exactText(most, curve)}`;
}

function readout(point: Point, curve: Curve, range: Range): string {
  const { at, mean, least, most, count, bad } = point;
  const end = at + RANGE_OF[range].sizeMs;
  // Days are those of UTC: by the reader's clock they may begin at any hour.
  const day = range === 'month' ? `${dayOfMonthText(end)} ` : '';
  const when = `${dayOfMonthText(at)} ${hourText(at)} – ${day}${hourText(end)}`;
  const failed = bad === 0 ? '' : `, ${bad} bad ${bad === 1 ? 'run' : 'runs'}`;
  return `${when}: mean ${exactText(mean, curve)}, ${exactText(least, curve)} to ${exactText(most, curve)}, ${count} values${failed}`;
}
