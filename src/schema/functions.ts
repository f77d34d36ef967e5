/** THE CONTRACT, part two: the global functions and those that build suites. */
import type { FunctionRow, ParamRow } from './rows.js';
import { AUDIO_GLOBALS } from './verbs/audio.js';
import { HTTP_GLOBALS } from './verbs/http.js';
import { IDENTITY_GLOBALS } from './verbs/identity.js';
import { SUITE_GLOBALS } from './verbs/suites.js';

const WITHIN: ParamRow = {
  name: 'within',
  kind: 'duration',
  optional: true,
  default: '5s, or what default_timeout set',
  doc: 'How long to wait at most.',
};

const LABEL: ParamRow = {
  name: 'label',
  kind: 'label',
  optional: true,
  doc: 'What messages and reports call the condition.',
  default: 'its source text',
};

const SCENARIO_PARAMS: readonly ParamRow[] = [
  { name: 'name', kind: 'text', doc: 'Unique within the file.' },
  {
    name: 'options',
    kind: 'scenario_options',
    optional: true,
    doc: 'Tags, skip, only, timeout.',
  },
];

export const GLOBALS = {
  agent: {
    on: 'global',
    side: 'host',
    effect: 'effect',
    params: [
      {
        name: 'name',
        kind: 'text',
        doc: 'Unique within the scenario; shown in every report.',
      },
      {
        name: 'options',
        kind: 'agent_options',
        optional: true,
        doc: 'Account and behaviour. Without `domain` the agent is serverless: it never registers and is dialled directly on loopback.',
      },
    ],
    returns: 'Agent',
    doc: 'Starts a SIP agent: a baresip process of its own, stopped when the scenario ends.',
    secrets: 'account',
    quiet: true,
    done: 'the process answers on its control connection',
    limit: '5s',
    throws: [
      'E_ARGUMENT',
      'E_AGENT_NAME',
      'E_AGENT_LIMIT',
      'E_SIP_DENIED',
      'E_AGENT_START',
      'E_CAPABILITY',
      'E_PORTS',
      'E_BARESIP_MISSING',
    ],
    example:
      'const alice = agent("alice", { username: "alice", domain: env("SIP_DOMAIN"), password: env("A_PASS") });\nconst bob = agent("bob");',
  },
  peer: {
    on: 'global',
    side: 'host',
    effect: 'effect',
    params: [
      {
        name: 'name',
        kind: 'text',
        doc: 'Unique within the scenario, among agents too; shown in every report.',
      },
      {
        name: 'options',
        kind: 'peer_options',
        optional: true,
        doc: 'Account and behaviour. Without `domain` the peer is serverless.',
      },
    ],
    returns: 'SipPeer',
    doc: 'Opens a raw SIP peer: a SIP endpoint without a phone, which can send any request and any response. It is closed when the scenario ends.',
    secrets: 'account',
    quiet: true,
    done: 'it listens',
    limit: '5s',
    throws: ['E_ARGUMENT', 'E_AGENT_NAME', 'E_AGENT_LIMIT', 'E_SIP_DENIED', 'E_PEER', 'E_PORTS'],
    example:
      'const carrier = peer("carrier");\ncarrier.on_invite([[180], ["1s", 503, { headers: { "Retry-After": "30" } }]]);',
    source: 'RFC 3261',
  },
  ...AUDIO_GLOBALS,
  assert: {
    on: 'global',
    side: 'guest',
    effect: 'none',
    generics: 'T',
    params: [{ name: 'value', kind: 'any', type: 'T', doc: 'The value to test.' }],
    returns: 'Assertion<T>',
    doc: 'Begins an assertion; the matchers that follow throw if the value does not match. A failed assertion outside a condition fails the scenario even if the script catches the error.',
    throws: [],
    example:
      'assert(caller.state).equals(State.Established);\nassert(bob.peer?.number).describe("who calls").matches(/^100/);',
  },
  await_until: {
    on: 'global',
    side: 'guest',
    effect: 'block',
    generics: 'T',
    params: [
      LABEL,
      {
        name: 'condition',
        kind: 'function',
        type: '(() => T) & Condition<T>',
        doc: 'A condition that makes assertions passes when they hold, unless it returns `false` or `null`. A condition without assertions passes when it returns `true`, a number other than 0, or an object; any falsy value means "not yet", and a text is an error. An `http()` request without an answer also means "not yet". The condition is evaluated after every event of the values it reads, one event at a time; also every 100 ms if it reads the clock or a file, or reads nothing of Offhook, and every 2 s otherwise. It must not be async, and must not call a verb.',
      },
      WITHIN,
    ],
    returns: 'Exclude<T, false | null>',
    doc: 'Waits until a condition holds and returns its value. It sees every state in order: it misses no transient state, and no stale state makes it pass.',
    done: 'the condition held',
    limit: '5s',
    default_timeout: true,
    throws: ['E_AWAIT_TIMEOUT', 'E_CONDITION', 'E_ARGUMENT'],
    example:
      'await_until(() => assert(bob.state).equals(State.Ringing));\nconst call = await_until(() => assert(bob.calls[0]).is_present().value(), "10s");\nawait_until("both up", () => {\n  assert(alice.state).equals(State.Established);\n  assert(bob.state).equals(State.Established);\n}, "5s");',
  },
  never: {
    on: 'global',
    side: 'guest',
    effect: 'block',
    generics: 'T',
    params: [
      LABEL,
      {
        name: 'condition',
        kind: 'function',
        type: '(() => T) & Condition<T>',
        doc: 'What must not come true. It is evaluated like the condition of `await_until`, and comes true when that condition would pass.',
      },
      { name: 'during', kind: 'duration', doc: 'How long the condition must not come true.' },
    ],
    wait_text: 'never: ',
    returns: 'void',
    doc: 'Fails as soon as the condition comes true, even if it is true at the beginning; passes when the time is over. It sees every state in order, like `await_until`.',
    done: 'the time is over',
    throws: ['E_NEVER', 'E_CONDITION', 'E_ARGUMENT'],
    example:
      'never(() => assert(bob.state).equals(State.Ringing), "2s");\nnever("bob rings again", () => bob.calls.length > 1, "2s");\nconst before = alice.sip.sent("REGISTER").length;\nnever(() => assert(alice.sip.sent("REGISTER").length).greater_than(before), "3s");',
  },
  await_sequence: {
    on: 'global',
    side: 'guest',
    effect: 'block',
    generics: 'const T extends readonly LabelledCondition[]',
    params: [
      {
        name: 'conditions',
        kind: 'conditions',
        type: 'T',
        doc: 'Conditions as those of `await_until`, in the order in which they must come true; each alone or as `[label, condition]`.',
      },
      { ...WITHIN, doc: 'How long to wait at most, for all of them together.' },
    ],
    returns: '{ -readonly [K in keyof T]: HeldValue<T[K]> }',
    doc: 'Waits until the conditions have held one after another, and returns their values. Each condition is evaluated from the event at which the previous one passed: earlier events do not count for it any more. One event can satisfy several conditions.',
    done: 'the last condition held',
    limit: '5s',
    default_timeout: true,
    throws: ['E_AWAIT_TIMEOUT', 'E_CONDITION', 'E_ARGUMENT'],
    example:
      'await_sequence([\n  () => assert(alice.provisional).contains(181),\n  () => assert(alice.state).equals(State.Ringing),\n  ["alice is connected", () => assert(alice.state).equals(State.Established)],\n], "10s");',
  },
  wait: {
    on: 'global',
    side: 'guest',
    effect: 'block',
    params: [
      { name: 'duration', kind: 'duration', doc: 'How long.' },
      {
        name: 'options',
        kind: 'wait_options',
        optional: true,
        doc: 'What must hold during the wait.',
      },
    ],
    returns: 'void',
    doc: 'Lets time pass. It fails at once if a call that was established at the beginning drops, unless another agent had already hung it up.',
    done: 'the time is over',
    throws: ['E_WAIT_DROPPED', 'E_MEDIA', 'E_ARGUMENT'],
    example: 'wait(3);\nwait("500ms");\nwait("10s", { media: true });',
  },
  parallel: {
    on: 'global',
    side: 'guest',
    effect: 'effect',
    params: [
      {
        name: 'verbs',
        kind: 'function',
        type: '() => void',
        doc: 'A function that calls the verbs. They start together after it has returned; if it throws, no verb starts. It must not contain anything whose result is needed at once: getters, assertions, waits, steps, `http()`, `agent()`.',
      },
    ],
    returns: 'readonly any[]',
    doc: 'Runs verbs of several agents at the same time, waits until all have ended, and returns their values in the order of the calls (`undefined` for a verb without a value). If verbs fail, the earliest failure is thrown, with its place, after all have ended; its hint names the others. An agent does one thing at a time: only one of its verbs may act, but verbs that only listen (`verify_audio` and the like) may run beside it. Those begin first, so they miss nothing of what the others send. Each time limit counts from the common start. For conditions after `parallel()`, each agent is where its verb alone would have left it: nothing from before `parallel()` makes a condition pass for the agents of its verbs and their targets, and everything that happened while other verbs were running is still seen, however short it was.',
    done: 'every verb has ended',
    throws: ['E_PARALLEL', 'E_CONDITION', 'E_ARGUMENT'],
    example:
      'const [, , heard] = parallel(() => {\n  alice.dtmf("1");\n  bob.dtmf("2");\n  carol.verify_audio(440);\n});\nlog(heard.level);',
  },
  default_timeout: {
    on: 'global',
    side: 'guest',
    effect: 'none',
    params: [{ name: 'duration', kind: 'duration', doc: 'The new limit.' }],
    returns: 'void',
    doc: 'Sets the default time limit of `await_until`, `await_sequence`, `expect`, `verify_media`, `verify_audio`, `verify_silence` and `verify_audio_connection` for the rest of the scenario.',
    throws: ['E_ARGUMENT'],
    example: 'default_timeout("15s");',
  },
  step: {
    on: 'global',
    side: 'guest',
    effect: 'none',
    generics: 'T',
    params: [
      { name: 'name', kind: 'text', doc: 'Name of the step in the reports.' },
      { name: 'body', kind: 'function', type: '() => T', doc: 'Runs at once.' },
    ],
    returns: 'T',
    doc: 'Groups what happens inside under a name in every report.',
    throws: ['E_ARGUMENT'],
    example: 'step("alice calls bob", () => {\n  alice.dial(bob);\n});',
  },
  skip: {
    on: 'global',
    side: 'thread',
    effect: 'block',
    params: [
      {
        name: 'reason',
        kind: 'string',
        optional: true,
        doc: 'Shown in the reports.',
      },
    ],
    returns: 'never',
    doc: 'Ends the scenario here as skipped; teardown still runs.',
    throws: [],
    example: 'if (env("PBX", "") === "") skip("no PBX configured");',
  },
  log: {
    on: 'global',
    side: 'thread',
    effect: 'none',
    params: [
      {
        name: 'values',
        kind: 'any',
        rest: true,
        type: 'unknown[]',
        doc: 'Anything.',
      },
    ],
    returns: 'void',
    doc: 'Writes to the report. `console.log` is the same function.',
    throws: [],
    example: 'log("ended", alice.ended);',
  },
  uuid: {
    on: 'global',
    side: 'thread',
    effect: 'none',
    params: [],
    returns: 'string',
    doc: 'A random UUID.',
    throws: [],
    example: 'const room = uuid();',
    source: 'RFC 9562, 5.4',
  },
  env: {
    on: 'global',
    side: 'thread',
    effect: 'none',
    params: [
      { name: 'name', kind: 'text', doc: 'Name of the variable.' },
      {
        name: 'default',
        kind: 'string',
        optional: true,
        doc: 'Returned if the variable is not set.',
      },
    ],
    returns: 'string',
    doc: 'Returns the value of a variable. It is looked up in this order: --set, --lab, load_env(), `call.env` beside the scenario `call.js`, --vars (or --env-file), the environment, .env in the folder of the scenario, .env of the project.',
    throws: ['E_ENV_MISSING', 'E_ENV_DENIED', 'E_ARGUMENT'],
    example: 'const domain = env("SIP_DOMAIN");',
  },
  load_env: {
    on: 'global',
    side: 'thread',
    effect: 'none',
    params: [{ name: 'path', kind: 'text', doc: 'Relative to the scenario file.' }],
    returns: 'Readonly<Record<string, string>>',
    doc: 'Reads a .env file and returns its values; env() finds them from now on.',
    throws: ['E_READ_DENIED', 'E_READ_FAILED'],
    example: 'load_env("staging.env");',
  },
  file_text: {
    on: 'global',
    side: 'thread',
    effect: 'none',
    params: [{ name: 'path', kind: 'text', doc: 'Relative to the scenario file.' }],
    returns: 'string',
    doc: 'Returns the text of a UTF-8 file of up to 8 MiB. The file must be below the folder that a scenario may read, or below a folder of --allow-read.',
    throws: ['E_READ_DENIED', 'E_READ_FAILED', 'E_ARGUMENT'],
    example: 'const greeting = file_text("data/greeting.txt").trim();',
  },
  file_json: {
    on: 'global',
    side: 'thread',
    effect: 'none',
    params: [{ name: 'path', kind: 'text', doc: 'Relative to the scenario file.' }],
    returns: 'any',
    doc: 'Returns the value that a JSON file holds. See file_text() for where the file may be.',
    throws: ['E_READ_DENIED', 'E_READ_FAILED', 'E_ARGUMENT'],
    example: 'for (const { user, code } of file_json("users.json")) log(user, code);',
  },
  ...IDENTITY_GLOBALS,
  ...HTTP_GLOBALS,
  ...SUITE_GLOBALS,
} as const satisfies Record<string, FunctionRow>;

type Globals = typeof GLOBALS;
type On<Side> = {
  [Name in keyof Globals]: Globals[Name]['side'] extends Side ? Name : never;
}[keyof Globals];
/** Global functions that need agents: the runner carries them out. */
export type GlobalVerb = Exclude<On<'host'>, keyof typeof HTTP_GLOBALS>;

/** `scenario` is a function with a member: both forms share the parameters. */
export const SCENARIO = {
  scenario: {
    on: 'global',
    side: 'guest',
    effect: 'declare',
    params: [
      ...SCENARIO_PARAMS,
      {
        name: 'body',
        kind: 'function',
        type: '(context: any) => unknown',
        doc: 'The test. Gets the value of `setup`, or that of `setup_file` where the file has no `setup`.',
      },
    ],
    returns: 'void',
    doc: 'Declares a scenario of a suite file. Each one runs in a fresh VM with fresh agents.',
    throws: ['E_SCRIPT_STRUCTURE', 'E_ARGUMENT'],
    example:
      'scenario("bob is busy", { tags: ["smoke"] }, ({ alice, bob }) => {\n  alice.dial(bob);\n  bob.reject();\n});',
  },
  each: {
    on: 'scenario',
    side: 'guest',
    effect: 'declare',
    generics: 'const R',
    params: [
      {
        name: 'rows',
        kind: 'rows',
        type: 'readonly R[]',
        doc: 'One scenario is declared for each row.',
      },
    ],
    returns:
      '(name: string, ...rest: [options: ScenarioOptions, body: (row: R, context: any) => unknown] | [body: (row: R, context: any) => unknown]) => void',
    doc: 'Declares one scenario for each row. `$key` in the name stands for a field of the row, `$row` for the row itself; a name with neither gets a number.',
    throws: ['E_SCRIPT_STRUCTURE', 'E_ARGUMENT'],
    example:
      'scenario.each([{ user: "busy", code: 486 }, { user: "gone", code: 410 }])("$user answers $code", (row) => {\n  const alice = agent("alice", { domain: env("SIP_DOMAIN") });\n  alice.dial(row.user);\n  await_until(() => assert(alice.status_code).equals(row.code));\n});',
  },
} as const satisfies Record<string, FunctionRow>;
