import { describe, expect, it } from 'vitest';
import { SampleClock } from './listen.js';

describe('SampleClock', () => {
  it('takes times from samples, not from late arrivals', () => {
    const clock = new SampleClock(1000, 8000, 0);
    clock.piece(0, 160, 1025);
    clock.piece(160, 160, 1045);
    // this piece comes 80 ms late, as on a busy machine
    clock.piece(320, 160, 1145);
    expect(clock.at(0)).toBeCloseTo(5);
    expect(clock.at(320)).toBeCloseTo(45);
    expect(clock.now).toBe(145);
    expect(clock.uncertainty).toBeGreaterThanOrEqual(80);
  });

  it('counts from the first sample after the verb, never before it', () => {
    const clock = new SampleClock(1000, 8000, 8000);
    clock.piece(8000, 160, 1010);
    // the first half of this piece was sent before the verb was issued
    expect(clock.at(0)).toBe(0);
    expect(clock.at(160)).toBeCloseTo(10);
  });
});
