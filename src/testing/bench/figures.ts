/** Figures of a bench run: printed as they come, kept for docs/benchmarks.md, and held against their limits. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** One number and the most it may be. */
export interface Figure {
  /** What it is, such as "(c) cold start / (node -e 0 + baresip)". */
  name: string;
  value: number;
  /** "x": a ratio, "of": cases counted, "%": of a core. */
  unit: 'ms' | 'MB' | 'x' | 'of' | '%';
  limit: number;
  /** What it was made of. */
  from?: Readonly<Record<string, number>>;
}

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const CACHE = join(PROJECT, 'node_modules/.cache/offhook');
const FILE = join(CACHE, 'bench.json');

/** Prints and keeps the figures, then fails when one is above its limit. */
export function report(figures: readonly Figure[], context: string): void {
  const kept = keptFigures();
  const machine = `Node ${process.versions.node}, ${availableParallelism()} cores, ${process.arch}`;
  for (const figure of figures) {
    const from = Object.entries(figure.from ?? {}).map(([name, one]) => `${name} ${round(one)}`);
    const value = `${round(figure.value)} ${figure.unit} (limit ${figure.limit} ${figure.unit})`;
    process.stdout.write(
      `FIGURE ${figure.name} [${context}]: ${value}${from.length === 0 ? '' : `: ${from.join(', ')}`}\n`,
    );
    kept[`${figure.name} [${context}]`] = { ...figure, context, machine, at: new Date() };
  }
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(FILE, `${JSON.stringify(kept, undefined, 2)}\n`);
  const above = figures
    .filter(({ value, limit }) => !(value <= limit))
    .map(({ name, value, limit, unit }) => `${name}: ${round(value)} ${unit}, not ${limit}`);
  expect(above, 'figures above their limit').toEqual([]);
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

export function percentile(values: readonly number[], percent: number): number {
  if (values.length === 0) return NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const index = Math.ceil((percent / 100) * sorted.length) - 1;
  return sorted[Math.max(0, index)] ?? NaN;
}

function keptFigures(): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
