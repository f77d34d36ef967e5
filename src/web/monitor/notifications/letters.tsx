import { useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Letter } from '../../../monitor/model/letter.js';
import { printable } from '../../../story/printable.js';
import { triesText, undeliveredLetters } from '../layout/letters.js';
import { spanText } from '../layout/time-text.js';
import { Time } from '../parts/time.js';
import { now } from '../state/clock.js';
import { problemText, settleLetter } from '../state/server.js';

/** So many are drawn: there may be thousands, which tell nothing new. */
const MOST = 100;

interface Props {
  targets: readonly string[];
  letters: readonly Letter[];
  mayOperate: boolean;
  /** Asks the server again. */
  again: () => Promise<void>;
}

/** Messages that nobody took, with why, and what can be done about them. */
export function Letters({ targets, letters, mayOperate, again }: Props): JSX.Element {
  const told = useSignal('');
  const heading = useRef<HTMLHeadingElement>(null);
  const isAsking = useSignal(false);
  const late = undeliveredLetters(letters);
  const settle = async ({ id }: Letter, verb: 'again' | 'discard'): Promise<void> => {
    if (isAsking.peek()) return;
    isAsking.value = true;
    told.value = '';
    try {
      await settleLetter(id, verb);
      told.value =
        verb === 'again' ? 'The message will be sent again.' : 'The message was discarded.';
    } catch (error) {
      told.value = problemText(error);
    }
    await again();
    isAsking.value = false;
    // The button that was pressed may be gone with its message.
    heading.current?.focus({ preventScroll: true });
  };
  return (
    <section class="card" aria-labelledby="letters-title">
      <h2 id="letters-title" ref={heading} tabIndex={-1}>
        Undelivered messages
      </h2>
      {late.length === 0 && <p class="dim">There are no undelivered messages.</p>}
      <p class="told" role="status">
        {told.value}
      </p>
      <ul class="letters">
        {late.slice(0, MOST).map((letter) => (
          <Line
            key={letter.id}
            letter={letter}
            isGone={!targets.includes(letter.target)}
            settle={mayOperate ? settle : undefined}
          />
        ))}
      </ul>
      {late.length > MOST && <p class="dim">And {late.length - MOST} older ones.</p>}
    </section>
  );
}

interface LineProps {
  letter: Letter;
  /** The configuration has its target no longer. */
  isGone: boolean;
  settle: ((letter: Letter, verb: 'again' | 'discard') => Promise<void>) | undefined;
}

function Line({ letter, isGone, settle }: LineProps): JSX.Element {
  const { subject, target, created_at: at, tries, problem, state } = letter;
  const about = `${printable(subject)}, to ${printable(target)}`;
  return (
    <li class="letter">
      <div class="letter-what">
        <p class="letter-subject">
          <b>
            <bdi>{printable(subject)}</bdi>
          </b>
        </p>
        <p class="dim">
          to <bdi>{printable(target)}</bdi>, <Time at={at} />, {triesText(tries)},{' '}
          <Fate letter={letter} />
        </p>
        {problem !== undefined && (
          <p class="letter-problem">
            <bdi>{printable(problem)}</bdi>
          </p>
        )}
      </div>
      {settle !== undefined && (
        <div class="letter-buttons">
          {!isGone && (
            <button
              type="button"
              class="button"
              aria-label={`Send again: ${about}`}
              onClick={() => void settle(letter, 'again')}
            >
              Send again
            </button>
          )}
          {state === 'dead' && (
            <button
              type="button"
              class="button"
              aria-label={`Discard: ${about}`}
              onClick={() => void settle(letter, 'discard')}
            >
              Discard
            </button>
          )}
        </div>
      )}
    </li>
  );
}

/** Whether it was given up, or when it is tried next. */
function Fate({ letter: { state, next_at: next } }: { letter: Letter }): JSX.Element {
  if (state === 'dead' || next === undefined) return <span class="is-bad">given up</span>;
  const left = next - now.value;
  return (
    <span class="ticking">
      {left >= 1000 ? `next try in ${spanText(left)}` : 'is being tried again'}
    </span>
  );
}
