/** A run as long as reports must bear: many scenarios, one of them with many messages. Never shipped. */
import { SampleRun, sipMessage } from './sample-run.js';

const ALICE = '127.0.0.1:10000';
const BOB = '127.0.0.1:10010';

/** The first scenario has that many messages between two agents. */
export function longRun(scenarios: number, messages: number): SampleRun {
  const run = new SampleRun().begin(scenarios).scenario('long.js', 'a long call', 'long');
  run.started('alice', 10_000).started('bob', 10_010);
  for (let cseq = 1; cseq <= messages / 2; cseq += 1) {
    const fields = { method: 'OPTIONS', cseq, branch: `z9hG4bK${cseq}`, call_id: `c${cseq % 5}` };
    const sent = { ...fields, direction: 'sent', local: ALICE, remote: BOB } as const;
    run.after(10).sip('alice', sipMessage(sent));
    run.sip('bob', sipMessage({ ...sent, direction: 'received', local: BOB, remote: ALICE }));
    const answer = { ...fields, code: 200 + (cseq % 3), reason: 'OK' };
    run
      .after(10)
      .sip('bob', sipMessage({ ...answer, direction: 'sent', local: BOB, remote: ALICE }));
  }
  run.finish('passed');
  for (let index = 1; index < scenarios; index += 1) {
    const file = `suite-${index % 20}.js`;
    run.scenario(file, `scenario ${index}`, index % 7 === 0 ? 'smoke' : 'nightly').after(20);
    run.finish('passed');
  }
  return run.end();
}
