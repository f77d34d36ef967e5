import { useLayoutEffect, useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import { useSize } from '../ladder/use-size.js';
import { peaksOf } from '../layout/peaks.js';
import { isDark } from '../state/theme.js';

/** Quiet speech would be a flat line: levels are drawn on a scale between linear and logarithmic. */
const SCALE = 0.6;

export function Waveform({ samples }: { samples: Int16Array }): JSX.Element {
  const box = useRef<HTMLSpanElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = useSize(box);
  const dark = isDark.value;
  useLayoutEffect(() => {
    if (canvas.current !== null && width > 0) draw(canvas.current, samples, width, height);
  }, [samples, width, height, dark]);
  return (
    <span class="wave-box" ref={box}>
      <canvas ref={canvas} aria-hidden="true" />
    </span>
  );
}

function draw(canvas: HTMLCanvasElement, samples: Int16Array, width: number, height: number): void {
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.fillStyle = getComputedStyle(canvas).color;
  const middle = canvas.height / 2;
  const scaled = (value: number): number => Math.abs(value) ** SCALE * middle;
  peaksOf(samples, canvas.width).forEach(([low, high], x) => {
    const top = middle - scaled(high);
    context.fillRect(x, top, 1, Math.max(middle + scaled(low) - top, 1));
  });
}
