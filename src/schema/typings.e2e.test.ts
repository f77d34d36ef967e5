import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { beforeAll, expect, test } from 'vitest';
import { functionsOf } from './contract.js';
import { typingsText } from './typings.js';

const ROOT = dirname(dirname(import.meta.dirname));
const EXAMPLES = join(ROOT, 'examples');

/** What the examples of the contract take for granted. */
const GIVEN = `declare const alice: Agent; declare const bob: Agent; declare const carol: Agent;
declare const caller: Agent; declare const callee: Agent;
declare const found_call: Call; declare const mock: MockServer; declare const url: string;
declare const json: any; declare const unknown_value: unknown;
`;

/** Code that must compile. */
const FINE = [
  'assert(alice.status_code).equals(486);',
  'assert(alice.status_code).equals(undefined);',
  'assert(alice.state).equals("Ringing");',
  'if (alice.state === State.Ringing) { assert(alice.state).equals(State.Established); }',
  'if (alice.registered) { alice.unregister(); assert(alice.registered).is_false(); }',
  'const state: State = alice.state; assert(state).not_equals(State.Idle);',
  'assert(alice.reason).is_present().matches(/busy/i).contains("Busy");',
  'assert(alice.peer).contains({ number: "600" });',
  'assert(alice.peer?.number).describe("number").equals("600");',
  'assert(alice.calls).is_empty().equals([]);',
  'assert(alice.calls.map((call) => call.state)).contains(State.Ringing);',
  'assert(unknown_value).is_true(); assert(unknown_value).greater_than(3); assert(unknown_value).equals(3);',
  'assert(json).matches(/a/).contains({ a: 1 }); assert(json).at_most(3);',
  'assert(alice.metadata).contains({ site: "berlin" }); assert(alice.metadata["n"]).at_least(3);',
  'const code: number = assert(alice.status_code).is_present().value();',
  'const code: number = assert(alice.status_code).at_least(400).at_most(499).value();',
  'const id: string = await_until(() => assert(bob.calls[0]).is_present().value()).id;',
  'const found: CallInfo = await_until(() => bob.calls.find((call) => call.direction === "incoming") ?? null);',
  'bob.verify_audio(440, found_call); bob.verify_audio(440, "2s", found_call); bob.verify_media(found_call); bob.dtmf("1", found_call);',
  'assert(bob.hears(440, bob.calls[0])).is_true(); const ms: number | undefined = bob.calls[0].timing.setup_ms; assert(bob.calls[0].rtp?.received).at_least(1);',
  'await_until(() => { assert(bob.state).equals(State.Ringing); assert(alice.state).equals(State.Ringing); }, 10);',
  'await_until(() => alice.registered && bob.registered);',
  'const is: boolean | undefined = bob.peer?.is(alice); assert(bob.calls[0].peer.is(alice)).is_true();',
  'assert(bob.peer).equals({ uri: "sip:a@b", number: "a" }); const from: Party | undefined = bob.peer;',
  'await_until("both up", () => { assert(bob.state).equals(State.Ringing); }); never("up", () => bob.registered, "1s");',
  'const id: string = await_until("a call", () => assert(bob.calls[0]).is_present().value(), "5s").id;',
  'const [n, id]: [number, string] = await_sequence([["a number", () => 1], () => (alice.registered ? "x" : false)], "5s");',
  'assert(alice.status_code).is_one_of([480, 486]).between(400, 499).about(480, 6).about(480, "5%");',
  'assert(alice.state).is_one_of([State.Idle, "Ringing"]);',
  'await alice.dial(bob); const value = await Promise.resolve(3);',
  'scenario("a", async () => { wait(1); }); scenario("b", { tags: ["x"], timeout: "5m", skip: "why" }, () => {});',
  'setup(() => ({ a: agent("a") })); setup(async () => 3); teardown((context) => context.a.hangup());',
  'scenario.each([{ code: 486 }])("$code", { only: true }, (row, { a }) => { const code: number = row.code; a.hangup(); });',
  'const text: string = step("name", () => alice.name);',
  'console.log(1, alice); console.error("x"); log(); skip("why");',
  'const options: AgentOptions = { transport: "tls", regint: 60 }; agent("x", options).dial("600");',
  'const ended: Ended | undefined = alice.info().ended;',
  'const status: number = http("GET", url, { query: { a: [1, true] }, auth: { bearer: "x" } }).expect_status(200).status;',
  'const all: readonly HttpResponse[] = http_all([{ url, method: "PUT", body: [1] }]);',
  'mock.respond(/x/, [json_response(1), { drop: true, delay: "1s" }]); mock.respond("PUT", "/x", text_response("", 204));',
  'mock.on("/x", (request) => json_response({ a: request.json("a"), q: request.query, h: request.header("b") }, 201));',
  'const event: string = mock.last_request(regex("x"))?.json("event"); const port: number = mock.port;',
];

/** Code that must not, and a part of what the compiler says. */
const WRONG: [code: string, says: string][] = [
  ['agent("a", { domian: "x" });', "'domian' does not exist"],
  ['agent("a", { transport: "udb" });', `'"udb"' is not assignable`],
  ['agent("a", { regint: "60" });', "'string' is not assignable to type 'number'"],
  ['http(url);', 'Expected 2-3 arguments'],
  ['http("GET", url, { heders: {} });', "'heders' does not exist"],
  ['mock.on("/x", async () => json_response(1));', 'Promise<MockResponse>'],
  ['mock.last_request().path;', "possibly 'undefined'"],
  ['agent();', 'Expected 1-2 arguments'],
  ['agent(3);', "'number' is not assignable to parameter of type 'string'"],
  ['alice.dial();', 'Expected 1-2 arguments'],
  ['alice.dial(600);', "'number' is not assignable to parameter of type 'Target'"],
  ['alice.dial(bob, 3);', "no properties in common with type 'HeaderOptions'"],
  ['alice.dail(bob);', "'dail' does not exist"],
  ['alice.state = State.Idle;', 'read-only'],
  ['alice.calls[0]?.state.foo;', "'foo' does not exist"],
  ['alice.peer.number;', 'possibly'],
  ['State.Rining;', "'Rining' does not exist"],
  ['assert(alice.state).equals("Rining");', `'"Rining"' is not assignable`],
  ['assert(alice.status_code).equals("486");', "'string' is not assignable to parameter"],
  ['assert(alice.status_code).equal(486);', "'equal' does not exist"],
  ['assert(alice.status_code).equals();', 'Expected 1 arguments'],
  ['assert(alice.registered).equals("yes");', 'is not assignable'],
  ['assert(alice.name).greater_than(3);', 'is for numbers'],
  ['assert(alice.status_code).greater_than("3");', "'string' is not assignable"],
  ['assert(alice.status_code).matches(/4../);', 'is for texts'],
  ['assert(alice.reason).matches(486);', "'number' is not assignable"],
  ['assert(alice.state).is_true();', 'is for true and false'],
  ['assert(alice.status_code).is_empty();', 'is for texts, arrays and objects'],
  ['assert(alice.peer).contains({ nummer: "600" });', "'nummer' does not exist"],
  ['assert(alice.reason).contains(4);', "'number' is not assignable"],
  ['assert(alice.status_code).contains(4);', 'is for texts, arrays and objects'],
  ['const code: number = assert(alice.status_code).value();', "'value' does not exist"],
  ['await_until(() => assert(alice.state === State.Idle));', 'needs a matcher'],
  ['await_until(() => assert(alice.state).describe("x"));', 'needs a matcher'],
  ['never(() => assert(alice.registered), "1s");', 'needs a matcher'],
  ['await_until(() => assert(alice.registered).is_true);', 'call it'],
  ['await_until(() => alice.info);', 'call it'],
  ['await_until(alice.registered);', 'is not assignable to parameter'],
  ['await_until(async () => { assert(1).equals(1); });', 'must not be async'],
  ['await_until(() => true, { within: "5s" });', "not assignable to parameter of type 'Duration"],
  ['await_until("label");', 'is not assignable to parameter'],
  ['await_until("label", async () => { assert(1).equals(1); });', 'must not be async'],
  ['await_until("label", () => assert(alice.registered));', 'needs a matcher'],
  ['await_sequence([["label", 3]]);', "'number' is not assignable"],
  ['assert(alice.state).is_one_of(["Rining"]);', `'"Rining"' is not assignable`],
  ['assert(alice.status_code).is_one_of(480, 486);', 'Expected 1 arguments'],
  ['assert(alice.state).between(1, 2);', 'is for numbers'],
  ['assert(alice.status_code).about(480);', 'Expected 2 arguments'],
  ['assert(alice.status_code).about(480, "five");', 'is not assignable'],
  ['bob.peer?.is("alice");', "'string' is not assignable to parameter of type 'Agent | SipPeer'"],
  ['wait();', 'Expected 1-2 arguments'],
  ['wait(true);', "'boolean' is not assignable"],
  ['scenario("a", { tag: ["x"] }, () => {});', "'tag' does not exist"],
  ['scenario("a", { tags: "x" }, () => {});', "'string' is not assignable"],
  ['scenario("a", { tags: [] });', "'tags' does not exist"],
  ['scenario.each([{ code: 1 }])("a", (row) => row.cod);', "'cod' does not exist"],
  ['const domain: number = env("A");', "'string' is not assignable to type 'number'"],
  ['skip(); log("never");', 'Unreachable'],
  ['setTimeout(() => {}, 1);', "Cannot find name 'setTimeout'"],
  ['process.exit(1);', "Cannot find name 'process'"],
];

const sources = new Map<string, string>();
const messages = new Map<string, string[]>();

function virtual(kind: string, index: number): string {
  return join(EXAMPLES, `__${kind}_${index}.ts`);
}

beforeAll(() => {
  const configFile = join(EXAMPLES, 'jsconfig.json');
  const config: unknown = ts.readConfigFile(configFile, (path) =>
    readFileSync(path, 'utf8'),
  ).config;
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, EXAMPLES, undefined, configFile);
  const options = { ...parsed.options, allowUnreachableCode: false, skipLibCheck: false };
  sources.set(join(EXAMPLES, 'offhook.d.ts'), typingsText());
  contractExamples().forEach(({ code }, index) => {
    sources.set(virtual('row', index), `${GIVEN}{\n${code}\n}\n`);
  });
  FINE.forEach((code, index) => sources.set(virtual('fine', index), `${GIVEN}{\n${code}\n}\n`));
  WRONG.forEach(([code], index) => sources.set(virtual('wrong', index), `${GIVEN}{\n${code}\n}\n`));
  const host = ts.createCompilerHost(options);
  host.readFile = (name) => sources.get(name) ?? ts.sys.readFile(name);
  host.fileExists = (name) => sources.has(name) || ts.sys.fileExists(name);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version, ...rest) => {
    const text = sources.get(name);
    return text === undefined
      ? getSourceFile(name, version, ...rest)
      : ts.createSourceFile(name, text, version);
  };
  const names = new Set([...parsed.fileNames, ...sources.keys()]);
  const program = ts.createProgram([...names], options, host);
  for (const diagnostic of ts.getPreEmitDiagnostics(program)) {
    const name = diagnostic.file?.fileName ?? 'options';
    const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ');
    messages.set(name, [...(messages.get(name) ?? []), text]);
  }
  for (const name of parsed.fileNames) sources.set(name, '');
}, 30_000);

function contractExamples(): readonly { name: string; code: string }[] {
  return (['global', 'scenario', 'Agent', 'Assertion'] as const)
    .flatMap((on) => functionsOf(on))
    .flatMap(({ name, row }) => (row.example === undefined ? [] : [{ name, code: row.example }]));
}

test('the typings themselves and every file of examples/ compile under strict', () => {
  const real = [...sources.keys()].filter((name) => !/__(row|fine|wrong)_/.test(name));
  expect(real).toContain(join(EXAMPLES, 'offhook.d.ts'));
  expect(real.flatMap((name) => messages.get(name) ?? [])).toEqual([]);
  expect(messages.get('options')).toBeUndefined();
});

test.each(contractExamples().map((example, index) => ({ ...example, index })))(
  'the example of $name compiles',
  ({ index }) => {
    expect(messages.get(virtual('row', index)) ?? []).toEqual([]);
  },
);

test.each(FINE.map((code, index) => ({ code, index })))('compiles: $code', ({ index }) => {
  expect(messages.get(virtual('fine', index)) ?? []).toEqual([]);
});

test.each(WRONG.map(([code, says], index) => ({ code, says, index })))(
  'is an error: $code',
  ({ says, index }) => {
    expect((messages.get(virtual('wrong', index)) ?? ['(it compiles)']).join('\n')).toContain(says);
  },
);
