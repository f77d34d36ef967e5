import type { JSX } from 'preact';
import { formatMs } from '../../time.js';
import { NO_FILTER } from '../layout/filter.js';
import { Status } from '../parts/icon.js';
import { VERDICTS } from '../parts/top-bar.js';
import { entries, page } from '../state/page.js';
import { filter, go, isNarrow } from '../state/place.js';

/** The runs that a merged report is about: shards of one run, or runs with labels. */
export function Records(): JSX.Element | null {
  const { records } = page.run;
  if (records === undefined) return null;
  return (
    <section class="card is-wide records">
      <h2>Records</h2>
      <table>
        <thead>
          <tr>
            <th>Record</th>
            <th>Result</th>
            <th>Duration</th>
            <th>Host</th>
            <th>baresip</th>
          </tr>
        </thead>
        <tbody>
          {records.map(({ name, prefix, ms, host, baresip }) => (
            <tr key={prefix}>
              <th scope="row">
                <button
                  type="button"
                  title="List its scenarios"
                  onClick={() => {
                    filter.value = { ...NO_FILTER, record: name };
                    if (isNarrow()) go({ place: 'list' });
                  }}
                >
                  {name}
                </button>
              </th>
              <td>
                <Results name={name} />
              </td>
              <td class="number">{ms === undefined ? 'broke off' : formatMs(ms)}</td>
              <td>
                {host.name} <span class="dim">{`${host.platform} ${host.arch}`}</span>
              </td>
              <td class="number">{baresip}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Results({ name }: { name: string }): JSX.Element {
  const own = entries.filter(({ record }) => record === name);
  return (
    <>
      {VERDICTS.map((verdict) => {
        const count = own.filter((entry) => entry.verdict === verdict).length;
        return (
          count > 0 && (
            <span key={verdict} class="record-result">
              <b class="number">{count}</b> <Status verdict={verdict} />
            </span>
          )
        );
      })}
    </>
  );
}
