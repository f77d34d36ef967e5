import { useSignal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { EndedRun } from '../../../monitor/model/run.js';
import { printable } from '../../../story/printable.js';
import { badOf, joined, merged, oldest } from '../layout/history.js';
import { axisText } from '../layout/time-text.js';
import { Mark } from '../parts/marks.js';
import { Time } from '../parts/time.js';
import { useAnswer } from '../parts/use-answer.js';
import { serverTime } from '../state/clock.js';
import { fetchHistory, problemText } from '../state/server.js';

const PAGE = 50;
/** What a search for older failures looks through at a time. */
const SEARCH_PAGE = 200;
const SEARCH_PAGES = 5;

interface Props {
  name: string;
  lastRun: string | undefined;
  /** The run that the address names. */
  marked: string | undefined;
}

/** Runs of the monitor, the newest first; older ones come on request. */
export function History({ name, lastRun, marked }: Props): JSX.Element {
  const badOnly = useSignal(false);
  const { runs, isEnd, isAsking, problem, more } = useRuns(name, lastRun);
  const all = runs.value ?? [];
  const listed = badOnly.value ? badOf(all) : all;
  return (
    <section class="card history" aria-labelledby="history-title">
      <div class="card-head">
        <h2 id="history-title">History</h2>
        <label class="check">
          <input
            type="checkbox"
            checked={badOnly.value}
            onChange={(event) => {
              badOnly.value = event.currentTarget.checked;
            }}
          />
          failures only
        </label>
      </div>
      {runs.value !== undefined && listed.length === 0 && (
        <p class="dim">
          {all.length === 0 ? 'It has not run yet.' : 'No failure among the runs loaded.'}
        </p>
      )}
      {listed.length > 0 && <Table runs={listed} marked={marked} />}
      {problem.value !== '' && (
        <p class="is-bad" role="alert">
          {problem.value}
        </p>
      )}
      {all.length > 0 && (
        <p class="history-end">
          {!isEnd.value && (
            <button
              type="button"
              class="button"
              disabled={isAsking.value}
              onClick={() => void more(badOnly.peek())}
            >
              {badOnly.value ? 'Look further back' : 'Load older runs'}
            </button>
          )}
          <span class="dim" role="status">
            {isEnd.value ? 'All runs, ' : ''}back to <Time at={oldest(all)} />
          </span>
        </p>
      )}
    </section>
  );
}

interface Runs {
  /** undefined: not yet known. */
  readonly runs: Signal<readonly EndedRun[] | undefined>;
  /** There are no older ones. */
  readonly isEnd: Signal<boolean>;
  readonly isAsking: Signal<boolean>;
  readonly problem: Signal<string>;
  /** Fetches older ones. */
  readonly more: (badOnly: boolean) => Promise<void>;
}

/** The newest runs come by themselves, whenever one has ended or the feed was lost. */
function useRuns(name: string, lastRun: string | undefined): Runs {
  const runs = useSignal<readonly EndedRun[] | undefined>(undefined);
  const isEnd = useSignal(false);
  const isAsking = useSignal(false);
  const problem = useSignal('');
  useAnswer(
    () => fetchHistory(name, newest(), PAGE),
    (first) => {
      runs.value = joined(runs.peek() ?? [], first, PAGE);
      if (runs.value.length === first.length) isEnd.value = first.length < PAGE;
    },
    problem,
    [name, lastRun],
  );
  const more = async (badOnly: boolean): Promise<void> => {
    isAsking.value = true;
    try {
      await loadMore(name, runs, isEnd, badOnly);
      problem.value = '';
    } catch (error) {
      problem.value = problemText(error);
    } finally {
      isAsking.value = false;
    }
  };
  return { runs, isEnd, isAsking, problem, more };
}

/** @returns a time behind the newest run there can be: clocks of the server and of runs are the same, but a run may end meanwhile */
function newest(): number {
  return Math.ceil(serverTime()) + 60_000;
}

async function loadMore(
  name: string,
  runs: Signal<readonly EndedRun[] | undefined>,
  isEnd: Signal<boolean>,
  badOnly: boolean,
): Promise<void> {
  const limit = badOnly ? SEARCH_PAGE : PAGE;
  for (let page = 0; page < (badOnly ? SEARCH_PAGES : 1); page += 1) {
    const known = runs.peek() ?? [];
    const older = await fetchHistory(name, oldest(known), limit);
    runs.value = merged(runs.peek() ?? [], older);
    isEnd.value = older.length < limit;
    if (isEnd.peek() || badOf(older).length > 0) return;
  }
}

function Table({
  runs,
  marked,
}: {
  runs: readonly EndedRun[];
  marked: string | undefined;
}): JSX.Element {
  return (
    <div class="history-scroll" tabIndex={0} role="region" aria-label="Runs">
      <table>
        <thead>
          <tr>
            {COLUMNS.map((name) => (
              <th key={name} scope="col" class={ONLY_WIDE.includes(name) ? 'is-wide' : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <Line key={run.id} run={run} isMarked={run.id === marked} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const COLUMNS = [
  'Began',
  'Outcome',
  'Duration',
  'Post-dial delay',
  'MOS',
  'Scenarios',
  'Report',
] as const;
/** What a phone has no room for: the curves have it, too. */
const ONLY_WIDE: readonly string[] = ['Post-dial delay', 'MOS', 'Scenarios'];

function intoSight(row: HTMLElement | null): void {
  row?.scrollIntoView({ block: 'center' });
}

function lineClass(isMarked: boolean, note: string | undefined): string {
  return `${isMarked ? 'is-marked' : ''} ${note === undefined ? '' : 'has-note'}`.trim();
}

function Line({ run, isMarked }: { run: EndedRun; isMarked: boolean }): JSX.Element {
  const { id, outcome, measures, scenarios, scenarios_failed: failed, note, trigger } = run;
  return (
    <>
      <tr ref={isMarked ? intoSight : null} class={lineClass(isMarked, note)}>
        <td>
          <Time at={run.started_at} />
          {trigger === 'request' && <span class="dim history-asked"> on request</span>}
        </td>
        <td>
          <Mark of={outcome} />
        </td>
        <td class="number">{axisText(run.duration_ms)}</td>
        <td class="number is-wide">
          {measures.post_dial_delay === undefined ? '' : axisText(measures.post_dial_delay)}
        </td>
        <td class="number is-wide">{measures.mos?.toFixed(2)}</td>
        <td class="number is-wide">
          {failed === 0 ? scenarios : `${failed} of ${scenarios} failed`}
        </td>
        <td>{run.kept && <a href={`runs/${encodeURIComponent(id)}`}>Report</a>}</td>
      </tr>
      {note !== undefined && (
        <tr class={isMarked ? 'history-note is-marked' : 'history-note'}>
          <td colSpan={COLUMNS.length}>
            <bdi>{printable(note)}</bdi>
          </td>
        </tr>
      )}
    </>
  );
}
