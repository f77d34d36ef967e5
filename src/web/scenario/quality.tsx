import type { JSX } from 'preact';
import type { Story } from '../../story/story.js';

/** MOS below it is heard as bad by most (ITU-T G.107, Annex B). */
const FAIR_MOS = 3.6;

/** What each agent received, where RTCP told. */
export function QualityTable({ story }: { story: Story }): JSX.Element {
  return (
    <div class="table-scroll">
      <table class="quality">
        <caption class="off-screen">Media of each agent</caption>
        <thead>
          <tr>
            {['Agent', 'Calls', 'MOS', 'Jitter', 'Loss', 'Round trip', 'Sent', 'Received'].map(
              (head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {story.media.map(({ agent, calls, quality, packets }) => (
            <tr key={agent}>
              <th scope="row">{agent}</th>
              <td>{calls}</td>
              {quality === undefined ? (
                <td colSpan={4} class="dim">
                  no RTCP report
                </td>
              ) : (
                <>
                  <td class={quality.mos < FAIR_MOS ? 'is-bad' : ''}>{quality.mos.toFixed(2)}</td>
                  <td>{quality.jitter.toFixed(1)} ms</td>
                  <td class={quality.packet_loss > 1 ? 'is-bad' : ''}>
                    {quality.packet_loss.toFixed(1)} %
                  </td>
                  <td>{quality.rtt.toFixed(1)} ms</td>
                </>
              )}
              <td>{packets.sent}</td>
              <td>{packets.received}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
