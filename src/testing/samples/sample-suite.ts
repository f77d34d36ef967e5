/** A run with every verdict and a retry, for tests of reporters. Never shipped. */
import type { Failure } from '../../model/run-event.js';
import { AT, REFUSED } from './sample-failure.js';
import { SampleRun, sipMessage } from './sample-run.js';

export const IDLE: Failure = {
  code: 'E_ASSERT',
  phase: 'body',
  message: 'assert(alice.state): does not equal Established: was Idle',
  at: AT,
};

/** passed, failed in two attempts, flaky, skipped, errored. */
export function sampleSuite(): SampleRun {
  const run = new SampleRun().begin(5, 2, { retries: 1 });
  run.scenario('call.js', 'answered', 'smoke').log('hello').after(1200).finish('passed');
  run.scenario('call.js', 'rings # 1').started('alice', 10000).started('bob', 10010);
  run.after(5000).failAndRetry(REFUSED).again().sip('alice', sipMessage());
  run.sip('bob', sipMessage({ direction: 'received', local: '127.0.0.1:10010' }));
  run.sip('alice', sipMessage({ direction: 'received', code: 404, reason: 'Not Found' }));
  run.after(4900).finish('failed', [REFUSED]);
  run.scenario('call.js', 'shaky').failAndRetry(IDLE).again().after(300).finish('flaky');
  run.scenario('late.js', 'later').finish('skipped', [], 'not today');
  const crash: Failure = { code: 'E_AGENT_CRASHED', phase: 'setup', message: 'agent "a": SIGSEGV' };
  run.scenario('late.js', 'ours').finish('errored', [crash]);
  return run.push({ type: 'warning', at: run.at, text: '"only" is set' }).end();
}

/** What a reporter writes of the events. */
export async function written(
  make: (output: { write: (text: string) => void }) => {
    on: (event: SampleRun['events'][number]) => void;
    close: () => Promise<void>;
  },
  run: SampleRun,
): Promise<string> {
  let text = '';
  const reporter = make({ write: (more) => void (text += more) });
  for (const event of run.events) reporter.on(event);
  await reporter.close();
  return text;
}
