/** Scenarios chosen by what is known of them: their last results, or a list. */
import { OffhookError } from '../../errors.js';
import { nearest } from '../../schema/nearest.js';
import type { Choice, Selectable } from './select.js';

/** Scenarios with one of these keys. @param nothing what it means that there is none */
export function byKey(words: string, keys: ReadonlySet<string>, nothing: string): Choice {
  return {
    words,
    choose: (all) => {
      const chosen = new Set(all.filter(({ key }) => keys.has(key)));
      if (chosen.size > 0) return chosen;
      throw bad(words, nothing, `leave ${words} out to run all`);
    },
  };
}

/**
 * The slowest of the scenarios that fit, as far as they have run before. @param most how many
 * @param tookMs how long a scenario took, by its key
 */
export function bySlowness(
  words: string,
  most: number,
  tookMs: (key: string) => number | undefined,
): Choice {
  return {
    words,
    choose: (_all, fitting) => {
      const timed = fitting.flatMap((one) => {
        const ms = tookMs(one.key);
        return ms === undefined ? [] : [{ one, ms }];
      });
      if (timed.length === 0 && fitting.length > 0) {
        throw bad(words, 'none of the scenarios has run before', `leave ${words} out to run all`);
      }
      const slowest = timed.sort((a, b) => b.ms - a.ms).slice(0, most);
      return new Set(slowest.map(({ one }) => one));
    },
  };
}

/** "calls.js › busy #smoke (skipped)": a scenario as `offhook list` prints it, and as a list may name it. */
export function listLine(scenario: {
  file: string;
  name: string;
  tags: readonly string[];
  skip?: string;
}): string {
  const { file, name, tags, skip } = scenario;
  const shown = tags.map((tag) => ` #${tag}`).join('');
  const skipped = skip === undefined ? '' : ` (skipped${skip === '' ? '' : `: ${skip}`})`;
  return `${file} › ${name}${shown}${skipped}`;
}

/**
 * The scenarios of a list: a line each, as `offhook list` prints them, or "FILE › NAME" alone. Empty lines and those that
 * begin with # say nothing. @param oneLine how a text is printed on a line
 */
export function byList(words: string, text: string, oneLine: (text: string) => string): Choice {
  const lines = text
    .split(/\r?\n/)
    .map((line, index) => ({ number: index + 1, line: line.trim() }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'));
  return {
    words,
    choose: (all) => {
      const byLine = new Map<string, Selectable>();
      for (const one of all) {
        for (const line of [listLine(one), listLine({ ...one, tags: [] }), one.key]) {
          byLine.set(oneLine(line).trim(), one);
        }
        byLine.set(oneLine(listLine(withoutSkip(one))).trim(), one);
      }
      if (lines.length === 0)
        throw bad(words, 'names no scenario', 'write what `offhook list` prints');
      return new Set(
        lines.map(({ number, line }) => {
          const found = byLine.get(line);
          if (found !== undefined) return found;
          const meant = nearest(line, [...byLine.keys()]);
          throw bad(
            `${words}: line ${number}`,
            `there is no scenario "${line}" in the given files`,
            meant === undefined ? 'see `offhook list`' : `did you mean "${meant}"?`,
          );
        }),
      );
    },
  };
}

function withoutSkip({ file, name, tags }: Selectable): Parameters<typeof listLine>[0] {
  return { file, name, tags };
}

function bad(subject: string, what: string, hint: string): OffhookError {
  return new OffhookError('E_NO_SCENARIO', { subject, what }, { hint });
}
