import { describe, expect, test } from 'vitest';
import {
  heldAfter,
  heldOf,
  isLocalHold,
  isRemoteHold,
  MEDIA_DIRECTIONS,
  reversed,
  withoutReceiving,
  type Held,
  type MediaDirection,
} from './media-direction.js';

test('reversed is its own inverse and swaps only the one-way directions', () => {
  expect(MEDIA_DIRECTIONS.map(reversed)).toEqual(['sendrecv', 'recvonly', 'sendonly', 'inactive']);
  for (const one of MEDIA_DIRECTIONS) expect(reversed(reversed(one))).toBe(one);
});

test('holding is not wanting to receive', () => {
  expect(MEDIA_DIRECTIONS.filter(isLocalHold)).toEqual(['sendonly', 'inactive']);
  expect(MEDIA_DIRECTIONS.filter(isRemoteHold)).toEqual(['sendonly', 'inactive']);
  expect(MEDIA_DIRECTIONS.map(withoutReceiving).every(isLocalHold)).toBe(true);
  expect(withoutReceiving('recvonly')).toBe('inactive');
});

test.each<[MediaDirection, MediaDirection, Held]>([
  ['sendrecv', 'sendrecv', 'none'],
  ['sendonly', 'recvonly', 'local'],
  ['recvonly', 'sendonly', 'remote'],
  ['inactive', 'sendonly', 'both'],
  ['inactive', 'inactive', 'both'],
  ['inactive', 'recvonly', 'local'],
])('own %s, remote %s: held %s', (own, remote, held) => {
  expect(heldOf(own, remote)).toBe(held);
});

describe('held after an exchange', () => {
  test('two agents hold and resume crosswise, seen from the first', () => {
    const steps: [MediaDirection, MediaDirection, 'own' | 'remote', Held][] = [
      ['sendonly', 'recvonly', 'own', 'local'],
      ['inactive', 'sendonly', 'remote', 'both'],
      ['sendrecv', 'sendonly', 'own', 'remote'],
      ['sendrecv', 'sendrecv', 'remote', 'none'],
    ];
    let held: Held = 'none';
    for (const [own, remote, offerer, expected] of steps) {
      held = heldAfter({ own, remote, offerer }, held);
      expect(held).toBe(expected);
    }
  });

  test('an answer forced by the offer is not a hold of the answerer', () => {
    expect(heldAfter({ own: 'inactive', remote: 'inactive', offerer: 'remote' }, 'none')).toBe(
      'remote',
    );
    expect(heldAfter({ own: 'sendonly', remote: 'recvonly', offerer: 'remote' }, 'none')).toBe(
      'none',
    );
    expect(heldAfter({ own: 'inactive', remote: 'inactive', offerer: 'own' }, 'none')).toBe(
      'local',
    );
  });

  test('a hold of before outlasts an exchange that cannot tell', () => {
    expect(heldAfter({ own: 'inactive', remote: 'inactive', offerer: 'remote' }, 'local')).toBe(
      'both',
    );
    expect(heldAfter({ own: 'inactive', remote: 'inactive', offerer: 'own' }, 'remote')).toBe(
      'both',
    );
  });
});
