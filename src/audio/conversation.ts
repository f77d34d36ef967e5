/** Timing of a conversation, from the stretches of sound of both sides. Everything in ms of one common clock. */

/** Sound from `start` to `end`; without an end it lasts until the observation ends. */
export interface Stretch {
  start: number;
  end?: number;
}

export interface ConversationTiming {
  /** From 0 to the first sound of the other side; absent when it never spoke. */
  first_sound_ms?: number;
  /**
   * From each end of our sound to the start of the other side's next sound, if that starts before ours resumes. Never
   * negative: an answer that began while we spoke counts as talk-over instead.
   */
  response_ms: readonly number[];
  /** Longest time in which neither side made a sound, between the first sound and `until`. */
  dead_air_ms: number;
  /** Time in which both sides sounded. */
  talk_over_ms: number;
}

/**
 * `ours`: what the agent sent; `theirs`: what it received; both sorted, from `VoiceActivity` (samples over rate, moved
 * onto one clock by where each stream began). `until`: end of the observation.
 */
export function conversationTiming(
  ours: readonly Stretch[],
  theirs: readonly Stretch[],
  until: number,
): ConversationTiming {
  const own = closed(ours, until);
  const other = closed(theirs, until);
  const first = other[0]?.start;
  return {
    ...(first !== undefined && { first_sound_ms: first }),
    response_ms: responses(own, other),
    dead_air_ms: longestGap([...own, ...other], until),
    talk_over_ms: own.reduce(
      (sum, a) =>
        sum +
        other.reduce(
          (all, b) => all + Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start)),
          0,
        ),
      0,
    ),
  };
}

type Closed = Required<Stretch>;

function closed(stretches: readonly Stretch[], until: number): Closed[] {
  return stretches.map(({ start, end }) => ({ start, end: end ?? until }));
}

function responses(own: readonly Closed[], other: readonly Closed[]): number[] {
  return own.flatMap(({ end }, i) => {
    const next = own[i + 1]?.start ?? Infinity;
    const answer = other.find(({ start }) => start >= end && start < next);
    // they were speaking when we stopped: no response to wait for
    const speaking = other.some((one) => one.start < end && one.end > end);
    return answer === undefined || speaking ? [] : [answer.start - end];
  });
}

function longestGap(all: readonly Closed[], until: number): number {
  const sorted = all.toSorted((a, b) => a.start - b.start);
  const [first] = sorted;
  if (first === undefined) return until;
  let reached = first.start;
  let longest = 0;
  for (const { start, end } of sorted) {
    longest = Math.max(longest, start - reached);
    reached = Math.max(reached, end);
  }
  return Math.max(longest, until - reached);
}
