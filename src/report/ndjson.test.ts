import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import type { RunEvent } from '../model/run-event.js';
import { SampleRun, sipMessage, twoPartyCall } from '../testing/samples/sample-run.js';
import { Secrets } from '../secrets/secrets.js';
import { NdjsonReporter } from './ndjson.js';

const SCHEMA = readFileSync(new URL('../schema/run-event.schema.json', import.meta.url), 'utf8');
const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(SCHEMA) as object,
);

async function lines(
  events: readonly RunEvent[],
  sip?: boolean,
  secrets = new Secrets(),
): Promise<string[]> {
  let text = '';
  const output = { write: (more: string) => void (text += more) };
  const reporter = new NdjsonReporter({ output, ...(sip === undefined ? {} : { sip }) });
  for (const event of events) reporter.on(secrets.maskEvent(event));
  await reporter.close();
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1).split('\n');
}

test('a line per event; SIP only when asked for; no secrets', async () => {
  const run = twoPartyCall(new SampleRun().begin(1));
  const headers = [['Proxy-Authorization', 'Digest username="a", response="cafe"']] as const;
  run.sip('alice', sipMessage({ headers }), 'Proxy-Authorization: Digest response="cafe"').end();
  expect(await lines(run.events)).toHaveLength(run.events.length - 1);
  const all = await lines(run.events, true);
  expect(all).toHaveLength(run.events.length);
  for (const line of all) {
    expect(validate(JSON.parse(line)), line).toBe(true);
    expect(line).not.toMatch(/cafe|s3cret|0123456789abcdef/);
  }
  expect(all[0]).toBe(
    '{"type":"run_started","at":0,"time":"2026-01-02T03:04:05.000Z","run":"20260102-030405-4f1c9a",' +
      '"utc_offset":"+01:00","host":{"name":"ci-7","platform":"linux","arch":"x64","node":"20.19.0"},' +
      '"version":"0.1.0","baresip":"1.1.0","scenarios":1,"files":1,"jobs":1,"format":1}',
  );
});

test('the text of a message is kept only where it differs from what the message makes', async () => {
  const headers = [
    ['i', 'f3a9c27d81b24e06'],
    ['Supported', ''],
  ] as const;
  const message = sipMessage({ code: 180, reason: 'Ringing', headers, body: 'hello' });
  const made = 'SIP/2.0 180 Ringing\r\ni: f3a9c27d81b24e06\r\nSupported:\r\n\r\nhello';
  const folded = made.replace('i: ', 'i:\r\n ');
  const run = new SampleRun().begin(1).scenario('a.js', 'x');
  run.sip('alice', message, made).sip('alice', message, folded);
  const [plain, odd] = (await lines(run.events, true))
    .slice(-2)
    .map((line): unknown => JSON.parse(line));
  expect(plain).not.toHaveProperty('raw');
  expect(odd).toMatchObject({ raw: folded });
});

test('whatever a stranger declares secret, the words of the report stay', async () => {
  const run = twoPartyCall(new SampleRun().begin(1)).end();
  const before = await lines(run.events);
  const secrets = new Secrets();
  // Every word of the schema, and every value of a field that is one of a list.
  secrets.note(SCHEMA.match(/[\w ]{4,}/g) ?? []);
  secrets.spare(['examples/two-party.js']);
  secrets.note(['two-party', 'examples', 'two-party.js']);
  const after = await lines(run.events, false, secrets);
  expect(
    after.map((line) => line.replace('s3cret-bob', '***').replace('s3cret-alice', '***')),
  ).toEqual(before);
});

test('what would drive a terminal or a CI system is escaped, and reads as it was', async () => {
  const text =
    '\u001b[2J\u009b31m\u202e\u200b\u{e0041}\ud800 ##[error]x ##vso[task.x]y ##teamcity[z\n::error::w';
  const [line = ''] = (
    await lines(new SampleRun().begin(1).scenario('a.js', 'x').log(text).events)
  ).slice(-1);
  expect(line).toMatch(/^[\u0020-\u007e]*$/);
  expect(line).not.toMatch(/##\[|##vso|##teamcity/);
  expect(JSON.parse(line)).toMatchObject({ text });
});
