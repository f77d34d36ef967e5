import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runFiles } from '../testing/cli/run-files.js';

/** They come from the lab, --set, an env file, load_env(), the environment, an account that never registers, and HTTP. */
const SECRETS = {
  lab: 'pw-alice',
  set: 's3t/ "t0ken" +&ü',
  file: 'of the env file 77',
  loaded: 'l0aded-by-the-script',
  machine: 'm4chine=key',
  account: "only-in-the-account's options",
  basic: 'p:ssw0rd of Basic',
  bearer: 'b3arer.t0ken-77',
  url: 'in the URL @ 1',
  header: 'x-api-key-value-1',
  sip: 'x-trunk-token-value-1',
  query: 'query+token/ "77" <é>',
  written: "in+the/url's=5519",
  form: 'in-a-form-5515',
  json: 'in-json-5516',
};

const SCENARIO = `
load_env("more.env");
const all = [env("A_PASS"), env("API_TOKEN"), env("FILE_PASSWORD"), env("LOADED_SECRET"), env("MACHINE_KEY")];
const before = mock_server();
before.on("/**", (request) => json_response({ query: request.query, body: request.body }));
http("GET", before.url + "/q", { query: { access_token: ${JSON.stringify(SECRETS.query)} } });
http("GET", before.url + "/w?x=1&api_key=" + ${JSON.stringify(SECRETS.written)});
http("POST", before.url + "/f", { body: "user=x&password=${SECRETS.form}" });
http("POST", before.url + "/j", { body: { user: "x", client_secret: "${SECRETS.json}" } });
const carol = agent("carol", { password: ${JSON.stringify(SECRETS.account)} });
all.push(${['account', 'basic', 'bearer', 'url', 'header', 'sip'].map((name) => JSON.stringify(SECRETS[name as keyof typeof SECRETS])).join(', ')});
const alice = agent("alice", { username: env("A_USER"), domain: env("SIP_DOMAIN"), password: env("A_PASS") });
const bob = agent("bob", { username: env("B_USER"), domain: env("SIP_DOMAIN"), password: env("B_PASS") });
const mock = mock_server();
mock.on("/who", (request) => text_response(request.header("authorization") ?? request.header("x-api-key") ?? ""));
const SENT = [
  { auth: { username: "u", password: ${JSON.stringify(SECRETS.basic)} } },
  { auth: { bearer: ${JSON.stringify(SECRETS.bearer)} } },
  { url: mock.url.replace("//", "//u:" + encodeURIComponent(${JSON.stringify(SECRETS.url)}) + "@") + "/who" },
  { headers: { "X-Api-Key": ${JSON.stringify(SECRETS.header)} } },
].map((one) => ({ url: mock.url + "/who", ...one }));
for (const answer of http_all(SENT)) log(answer.body);
log(mock.requests("/who").map((one) => one.headers), JSON.stringify(SENT));
alice.register();
bob.register();
await_until(() => { assert(alice.registered).is_true(); assert(bob.registered).is_true(); });
alice.dial(bob);
await_until(() => assert(bob.state).equals(State.Ringing));
bob.accept();
await_until(() => assert(alice.state).equals(State.Established));
alice.hangup();
const dave = agent("dave", { headers: { "X-Trunk-Token": "${SECRETS.sip}" }, headers_compat: true });
dave.dial(carol);
carol.accept();
await_until(() => assert(dave.state).equals(State.Established));
log(carol.sip.received("INVITE")[0], dave.sip.sent("INVITE")[0].header("X-Trunk-Token"));
dave.hangup();
carol.message(alice, all.join(" "));
log(all, JSON.stringify(all), all.map(encodeURIComponent));
for (const one of all) {
  step(one, () => log("x" + one + "y"));
  try { carol.dial("sip:" + encodeURIComponent(one) + "@127.0.0.1:9"); carol.hangup(); } catch (error) { log(error.message); }
  try { agent(one, { username: one }); } catch (error) { log(error.message); }
  try { env(one); } catch (error) { log(error.message); }
  try { file_text(one); } catch (error) { log(error.message); }
  assert(one).describe(one).equals("something else: " + one);
}
`;
const THROWN =
  'load_env("more.env"); throw new Error("token " + env("API_TOKEN") + env("LOADED_SECRET"));';
const COLLECTED =
  'scenario("token " + env("API_TOKEN"), () => {}); scenario("x", { skip: env("FILE_PASSWORD") }, () => {});';

function forms(secret: string): string[] {
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  const shifted = Buffer.from(`x${secret}`).toString('base64').slice(2).replace(/=+$/, '');
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll('&', '&amp;'),
    base64.slice(0, -1),
    shifted.slice(0, -1),
  ];
}

/** Every file below the folder but those the test wrote itself. */
function* written(folder: string, own: ReadonlySet<string>): Generator<[string, string]> {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !own.has(entry.name)) yield [path, readFileSync(path, 'latin1')];
  }
}

test('no secret is in anything a run prints or leaves behind', async () => {
  const files = {
    'it.js': SCENARIO,
    'thrown.js': THROWN,
    'suite.js': COLLECTED,
    'more.env': `LOADED_SECRET=${SECRETS.loaded}\n`,
    'given.env': `FILE_PASSWORD=${SECRETS.file}\n`,
  };
  const outputs = [
    '--reporter',
    'ndjson=out.ndjson',
    '--reporter',
    'junit=out.xml',
    '--logs=out.log',
    '--sip-trace=out.sip',
    '--save-audio',
    'out-audio',
    '--reporter',
    'console=out.txt',
    '-v',
  ];
  const args = [
    '--lab',
    '--env-file',
    'given.env',
    '--set',
    `API_TOKEN=${SECRETS.set}`,
    ...outputs,
  ];
  const texts: [string, string][] = [];
  const { stdout, stderr } = await runFiles(
    files,
    ['run', 'it.js', 'thrown.js', 'suite.js', ...args],
    {
      env: { MACHINE_KEY: SECRETS.machine },
      after: (folder) => {
        texts.push(...written(join(folder, '..'), new Set(Object.keys(files))));
        return Promise.resolve();
      },
    },
  );
  texts.push(['stdout', stdout], ['stderr', stderr]);
  const names = texts.map(([name]) => name.replace(/^.*\//, ''));
  expect(names).toEqual(expect.arrayContaining(['out.ndjson', 'out.xml', 'out.log', 'out.sip']));
  // the secrets were there to be masked: in the script's own words, and as digest credentials on the wire
  const trace = texts.find(([name]) => name.endsWith('out.log'))?.[1] ?? '';
  expect(trace).toMatch(/Authorization: Digest username="alice".*response="\*\*\*"/);
  expect(stdout).toContain('***');
  for (const [name, text] of texts) {
    for (const [which, secret] of Object.entries(SECRETS)) {
      for (const form of forms(secret)) {
        // files were read byte by byte, so the form is converted in the same way
        const looked = name.startsWith('std') ? form : Buffer.from(form).toString('latin1');
        expect(name).not.toContain(form);
        const at = text.indexOf(looked);
        const seen = at === -1 ? '' : `${name}: ${which}: ${text.slice(Math.max(0, at - 60), at)}`;
        expect(seen).toBe('');
      }
    }
  }
});

test.each([
  ['list', 'suite.js', ['--json']],
  ['check', 'broken.js', []],
])('nor in what %s prints', async (command, file, flags) => {
  const files = {
    'suite.js': COLLECTED,
    'broken.js':
      'load_env("more.env"); scenario("a", () => {}); throw new Error(env("API_TOKEN") + " " + env("LOADED_SECRET"));',
    'more.env': `LOADED_SECRET=${SECRETS.loaded}\n`,
  };
  const args = ['--set', `API_TOKEN=${SECRETS.set}`, '--set', `FILE_PASSWORD=${SECRETS.file}`];
  const { stdout, stderr } = await runFiles(files, [command, file, ...flags, ...args]);
  const text = stdout + stderr;
  expect(text).toContain('***');
  for (const form of [SECRETS.set, SECRETS.loaded, SECRETS.file].flatMap(forms))
    expect(text).not.toContain(form);
});
