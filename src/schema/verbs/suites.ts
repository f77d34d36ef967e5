/** THE CONTRACT: functions that say what the scenarios of a file have in common. */
import type { FunctionRow } from '../rows.js';

export const SUITE_GLOBALS = {
  suite: {
    on: 'global',
    side: 'guest',
    effect: 'declare',
    params: [
      {
        name: 'options',
        kind: 'scenario_options',
        doc: 'Options of every scenario of the file. The options of a scenario itself take precedence; tags and locks are added to its own.',
      },
    ],
    returns: 'void',
    doc: 'Gives all scenarios of the file the same options.',
    throws: ['E_SCRIPT_STRUCTURE', 'E_ARGUMENT'],
    example: 'suite({ tags: ["queue"], locks: ["queue:sales"], timeout: "5m" });',
  },
  setup_file: {
    on: 'global',
    side: 'guest',
    effect: 'declare',
    params: [
      {
        name: 'body',
        kind: 'function',
        type: '() => unknown',
        doc: 'Runs once per run, before the first scenario of the file that runs; not at all if all scenarios are skipped or left out. `skip()` in it skips all of them.',
      },
    ],
    returns: 'void',
    doc: 'Prepares what the file needs once, such as users created by HTTP, or a token. Its value must be plain data of up to 1 MiB: each scenario gets a frozen copy, as the argument of `setup()`, or of the scenario if the file has no `setup()`. Agents and mock servers that it starts end with it. If it fails, all scenarios of the file fail, and it is not tried again: retries and repeated scenarios use the same value.',
    limit: 'that of a scenario',
    throws: ['E_SCRIPT_STRUCTURE', 'E_ARGUMENT', 'E_VALUE_LIMIT'],
    example:
      'setup_file(() => {\n  const token = http("POST", `${env("API")}/login`).expect_status(200).json("token");\n  return { token };\n});\nscenario("a user is listed", ({ token }) => {\n  http("GET", `${env("API")}/users`, { headers: { authorization: `Bearer ${token}` } }).expect_status(200);\n});',
  },
  teardown_file: {
    on: 'global',
    side: 'guest',
    effect: 'declare',
    params: [
      {
        name: 'body',
        kind: 'function',
        type: '(value: any) => unknown',
        doc: 'Runs once, after the last attempt of the last scenario of the file, also after Ctrl-C. Gets the value of `setup_file`, or nothing where that failed.',
      },
    ],
    returns: 'void',
    doc: 'Cleans up once for the whole file. It runs whenever `setup_file` was tried; without a `setup_file`, whenever a scenario ran. If it fails, the run fails.',
    limit: 'that of a scenario',
    throws: ['E_SCRIPT_STRUCTURE'],
    example:
      'teardown_file(({ token }) => http("POST", `${env("API")}/logout`, { body: { token } }));',
  },
  setup: {
    on: 'global',
    side: 'guest',
    effect: 'declare',
    generics: 'C',
    params: [
      {
        name: 'body',
        kind: 'function',
        type: '(file: any) => C | Promise<C>',
        doc: 'Runs before every scenario of the file. Gets the value of `setup_file`.',
      },
    ],
    returns: 'void',
    doc: 'Runs at the beginning of each scenario of the file; its value is passed to the scenario and to `teardown`.',
    throws: ['E_SCRIPT_STRUCTURE'],
    example: 'setup(() => ({ alice: agent("alice"), bob: agent("bob") }));',
  },
  teardown: {
    on: 'global',
    side: 'guest',
    effect: 'declare',
    params: [
      {
        name: 'body',
        kind: 'function',
        type: '(context: any) => unknown',
        doc: 'Runs after every scenario of the file: passed, failed, skipped, out of time or interrupted.',
      },
    ],
    returns: 'void',
    doc: 'Runs at the end of each scenario of the file. Agents are stopped afterwards in any case.',
    limit: '10s',
    throws: ['E_SCRIPT_STRUCTURE'],
    example: 'teardown(({ alice }) => log(alice.ended));',
  },
} as const satisfies Record<string, FunctionRow>;
