/** OFFHOOK_TRACE: every section shows its part of a run, each entry on one line, and no secret. */
import { describe, expect, test } from 'vitest';
import { runFiles } from '../testing/cli/run-files.js';
import { TRACE_SECTIONS } from '../trace.js';

const PASSWORD = 'pa55-Wörd/;x';
const CALL = `
const alice = agent('alice');
const bob = agent('bob');
agent('carol', { username: 'carol', domain: '127.0.0.1', password: ${JSON.stringify(PASSWORD)} });
log('\\u001b[31m\\u202ered ${PASSWORD}');
alice.dial(bob);
await_until(() => assert(bob.state).equals(State.Ringing));
alice.hangup();
await_until(() => assert(bob.state).equals(State.Idle));
http('http://user:${PASSWORD}@127.0.0.1:9/');
`;

function traced(sections: string) {
  return runFiles({ 'it.js': CALL }, ['run', 'it.js', '--quiet'], {
    env: { OFFHOOK_TRACE: sections, OFFHOOK_TEST_PASSWORD: PASSWORD },
  });
}

describe.concurrent('OFFHOOK_TRACE', () => {
  test('all', async () => {
    const { stdout, stderr } = await traced('all');
    const lines = stderr.trimEnd().split('\n');
    for (const line of lines)
      expect(line).toMatch(/^trace +\d+\.\d{3} (ctrl|sip|thread|cursor|ports) [\x20-\x7e…]+$/);
    for (const section of TRACE_SECTIONS) expect(stderr).toContain(` ${section} `);
    expect(stderr).toMatch(/ ctrl alice: -> \d+ dial sip:bob@127\.0\.0\.1:\d+\n/);
    expect(stderr).toMatch(/ ctrl bob: <- event CALL_INCOMING \{/);
    expect(stderr).toMatch(
      / sip alice: took, (not )?proven by its marks: INVITE to 127\.0\.0\.1:\d+\n/,
    );
    expect(stderr).toMatch(/ sip alice: passed on: 180 \(INVITE\) from 127\.0\.0\.1:\d+\n/);
    expect(stderr).toMatch(/ thread <- call \d+ alice\.dial \[\{"\$":"agent","name":"bob"\}\]\n/);
    expect(stderr).toMatch(/ thread -> result \d+ \{"seq":\d+\}\n/);
    expect(stderr).toMatch(/ cursor bob: passes \d+ call_incoming\n/);
    expect(stderr).toMatch(/ ports bob: SIP \d+, control \d+, RTP \d+ to \d+\n/);
    // A start is tried again with another slot where a program has taken one of its ports meanwhile.
    const starts = stderr.match(/ ports \w+: SIP \d+, control /g) ?? [];
    expect(starts.length).toBeGreaterThanOrEqual(3);
    expect(stderr.match(/ ports slot \d+ released$/gm)).toHaveLength(starts.length);
    expect(stderr).toContain('\\u202ered');
    expect(stderr + stdout).not.toMatch(/pa55|W(ö|%C3%B6|\\u00f6)rd/);
  });

  test('one section', async () => {
    const { stderr } = await traced('ports');
    for (const line of stderr.trimEnd().split('\n'))
      expect(line).toMatch(/^trace +\d+\.\d{3} ports /);
  });

  test('a section that does not exist', async () => {
    const { code, stdout, stderr } = await traced('ctrl,wire');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      'offhook: OFFHOOK_TRACE "wire": is not a section of the trace\n' +
        '  hint: name some of ctrl, sip, thread, cursor, ports, or all\n',
    );
  });
});
