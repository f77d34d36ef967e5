/** A real PBX that sends its callers elsewhere: a target --allow-sip does not name is not reached. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Failure, RunEvent } from '../../model/run-event.js';
import { type Asterisk, startAsterisk } from '../../testing/asterisk.js';
import { watchLeftovers, type LeftoverWatch } from '../../testing/cli/leftovers.js';
import { findAsterisk, needBaresip110 } from '../../testing/real-servers.js';
import { eventsOf, logsOf, runScenario } from '../../testing/cli/run-files.js';
import { hasCapability } from '../../baresip/capabilities.js';

const installed = await findAsterisk();

const NEVER = "assert(alice.state).equals('never')";
const DIALS_ECHO =
  "assert(alice.sip.sent('INVITE').map((one) => one.uri).join()).contains(':600@')";

/** Alice dials the number in `variable` and waits for `until`; the outcome goes to the log. */
const dialling = (variable: string, until: string): string => `
const to = { domain: env('SIP_DOMAIN'), outbound: env('SIP_PROXY') };
const alice = agent('alice', { ...to, username: env('A_USER'), password: env('A_PASS') });
alice.register();
await_until(() => assert(alice.registered).is_true());
alice.dial(env('${variable}'));
try { await_until(() => ${until}, '4s'); log('went on'); }
catch (error) { log(error.code); }`;

describe.skipIf(installed === undefined)('Asterisk sends alice elsewhere', () => {
  let asterisk: Asterisk;
  let leftovers: LeftoverWatch;
  beforeAll(async () => {
    leftovers = await watchLeftovers();
    asterisk = await startAsterisk(installed!, leftovers.folder);
  });
  afterAll(async () => {
    await asterisk.stop();
    await leftovers.assertNothingLeft();
  });

  const binaries = [
    { which: 'the one found', path: () => Promise.resolve(process.env['OFFHOOK_BARESIP']) },
    { which: '1.1.0', path: needBaresip110 },
  ];
  describe.each(binaries)('baresip: $which', ({ path }) => {
    const run = async (variable: string, numbers: readonly string[], until = NEVER) => {
      const binary = await path();
      // a user allows only the intended numbers, and so forbids the rest
      const rules = numbers.map((number) => `${number}@${asterisk.host}:${asterisk.port}`);
      const { stdout } = await runScenario(
        dialling(variable, until),
        ['--json', ...rules.flatMap((rule) => ['--allow-sip', rule])],
        { env: { ...asterisk.env, ...(binary === undefined ? {} : { OFFHOOK_BARESIP: binary }) } },
      );
      const events = eventsOf(stdout);
      const version = events.flatMap((one) => (one.type === 'agent' ? startedOf(one) : []))[0];
      return { events, logs: logsOf(stdout), failures: failuresOf(events), version: version ?? '' };
    };

    test('by a 302 to a number that is not allowed', async () => {
      const { failures, logs, events, version } = await run('PBX_REDIRECTS_TO_ECHO', ['681']);
      const follows = !hasCapability(version, 'redirect_choice');
      if (follows) expectDenied(failures, '600', asterisk);
      expect(logs).toEqual([follows ? 'E_SIP_DENIED' : 'E_AWAIT_TIMEOUT']);
      expect(invited(events, '600').length).toBeLessThanOrEqual(follows ? 1 : 0);
    });

    test('by a REFER to a number that is not allowed', async () => {
      const { failures, logs } = await run('PBX_REFERS_TO_TONE', ['682']);
      expectDenied(failures, '601', asterisk);
      expect(logs).toEqual(['E_SIP_DENIED']);
    });

    test('where it may', async () => {
      const { failures, logs } = await run('PBX_REDIRECTS_TO_ECHO', ['681', '600'], DIALS_ECHO);
      expect(failures).toEqual([]);
      expect(logs).toEqual(['went on']);
    });
  });
});

function startedOf({ entry }: Extract<RunEvent, { type: 'agent' }>): string[] {
  return entry.event.type === 'started' ? [entry.event.version ?? ''] : [];
}

function failuresOf(events: readonly RunEvent[]): readonly Failure[] {
  return events.flatMap((one) => (one.type === 'scenario_finished' ? one.failures : []));
}

function invited(events: readonly RunEvent[], number: string): readonly string[] {
  return events.flatMap((one) =>
    one.type === 'sip' && one.message.direction === 'sent' && one.message.method === 'INVITE'
      ? [one.message.uri ?? ''].filter((uri) => uri.includes(`:${number}@`))
      : [],
  );
}

function expectDenied(failures: readonly Failure[], number: string, { host, port }: Asterisk) {
  expect(failures[0]).toMatchObject({
    code: 'E_SIP_DENIED',
    agents: ['alice'],
    hint: `allow it with --allow-sip '${number}@${host}:${port}'`,
  });
  expect(failures[0]?.message).toContain('the other side made it send INVITE to');
}
