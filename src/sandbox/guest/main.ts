/** Puts the script's vocabulary on the global object and hands the thread what it runs. */
import { STATES } from '../../model/agent-state.js';
import type { GLOBALS } from '../../schema/functions.js';
import { agent } from './agent/agent.js';
import { peer } from './peer/peer.js';
import { file, silent, tone, tones, verify_audio_connection } from './agent/audio.js';
import { parallel } from './agent/verbs.js';
import { assert } from './assert/assertion.js';
import { await_until, default_timeout, wait } from './wait/await-until.js';
import { describeThrown } from './failure.js';
import { await_sequence, never } from './wait/expectations.js';
import { env, file_json, file_text, load_env, log, skip, step, uuid } from './flow.js';
import { http, http_all } from './http/http.js';
import { generate_key, read_identity, sign_identity } from './identity.js';
import { constants } from './misspelt.js';
import * as mock from './http/mock-server.js';
import { stringify } from './primordials.js';
import * as suite from './suite.js';
import { watchClock } from './wait/clock.js';

const console = Object.freeze({
  log,
  info: log,
  debug: log,
  warn: log,
  error: log,
});
const State = constants('State', STATES);

const vocabulary = {
  agent,
  peer,
  tone,
  tones,
  file,
  silent,
  verify_audio_connection,
  assert,
  await_until,
  await_sequence,
  never,
  wait,
  parallel,
  default_timeout,
  step,
  suite: suite.suite,
  skip,
  log,
  uuid,
  env,
  load_env,
  file_text,
  file_json,
  generate_key,
  sign_identity,
  read_identity,
  http,
  http_all,
  mock_server: mock.mock_server,
  json_response: mock.json_response,
  text_response: mock.text_response,
  regex: mock.regex,
  scenario: suite.scenario,
  setup: suite.setup,
  teardown: suite.teardown,
  setup_file: suite.setup_file,
  teardown_file: suite.teardown_file,
  State,
  console,
} satisfies Record<keyof typeof GLOBALS | 'scenario' | 'State' | 'console', unknown>;

watchClock();
for (const [name, value] of Object.entries(vocabulary)) {
  if (typeof value === 'function') Object.freeze(value);
  Object.defineProperty(globalThis, name, { value, enumerable: true });
}

export const collected = suite.collected;
export const setup = suite.runSetup;
export const body = suite.runBody;
export const teardown = suite.runTeardown;
export const setup_file = suite.runSetupFile;
export const teardown_file = suite.runTeardownFile;

export { readsClock } from './wait/clock.js';
export { endPhase } from './assert/assertion-scope.js';
export { traceCursor } from './world.js';

export const respond = mock.respond;
export const responded = mock.responded;

export function describe(thrown: unknown): string {
  return stringify(describeThrown(thrown));
}
