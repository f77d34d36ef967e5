import type { ComponentChildren, JSX } from 'preact';

interface Props {
  fromX: number;
  toX: number;
  /** Solid, dotted, or of DTMF. */
  stroke: 'request' | 'response' | 'digits';
  /** Index of the call. */
  call: number | undefined;
  children: ComponentChildren;
  isUnseen?: boolean;
}

const COLOURS = 8;

export const callColour = (call: number | undefined): string =>
  call === undefined ? 'var(--dim)' : `var(--call-${call % COLOURS})`;

/** An arrow leads from lifeline to lifeline; it is a loop where it ends at the one it began at. */
export function Arrow({ fromX, toX, stroke, call, children, isUnseen }: Props): JSX.Element {
  const kind = `${stroke === 'digits' ? 'is-digits' : `is-${stroke}`}${isUnseen === true ? ' is-unseen' : ''}`;
  const color = callColour(call);
  if (fromX === toX) {
    return (
      <span class={`loop ${kind}`} style={{ left: `${fromX}px`, color }}>
        <span class="loop-line" />
        <span class="arrow-label">{children}</span>
      </span>
    );
  }
  const direction = toX > fromX ? 'to-right' : 'to-left';
  const style = { left: `${Math.min(fromX, toX)}px`, width: `${Math.abs(toX - fromX)}px`, color };
  return (
    <span class={`arrow ${kind} ${direction}`} style={style}>
      <span class="arrow-label">{children}</span>
    </span>
  );
}

/** What happens at one lifeline, in words beside it. */
export function AtLane(props: {
  x: number;
  /** Where the words stand. */
  side: 'left' | 'right';
  room: number;
  call?: number | undefined;
  className: string;
  children: ComponentChildren;
}): JSX.Element {
  const { x, side, room, call, className, children } = props;
  return (
    <span
      class={`at-lane ${className} is-${side}`}
      style={{
        left: `${side === 'right' ? x : x - room}px`,
        width: `${room}px`,
        color: call === undefined ? undefined : callColour(call),
      }}
    >
      <span>{children}</span>
    </span>
  );
}
