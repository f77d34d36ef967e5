/**
 * Words people know from other tools and languages, and Offhook's words for them: one table for names in
 * scripts, options, modules, flags and commands. It goes before the nearest spelling, which knows no meaning.
 */
import { nearest } from './nearest.js';
import type { FunctionRow } from './rows.js';

/**
 * Words, separated by spaces, and what they mean: the name of one thing, or a sentence that begins with a verb. Words are
 * compared without case, `_` and `-`: "send_dtmf" also stands for "sendDTMF".
 */
type Habits = readonly (readonly [words: string, meant: string])[];

type Where =
  | FunctionRow['on']
  | 'agentOptions'
  | 'peerOptions'
  | 'registerOptions'
  | 'callOptions'
  | 'recordOptions'
  | 'requestOptions'
  | 'responseOptions'
  | 'headerOptions'
  | 'textOptions'
  | 'deflectOptions'
  | 'outgoingOptions'
  | 'scenarioOptions'
  | 'waitOptions'
  | 'identityOptions'
  | 'identityCheck'
  | 'httpOptions'
  | 'mockOptions'
  | 'mockResponse'
  | 'projectFile'
  | 'module'
  | 'flag'
  | 'command';

const AGENT: Habits = [
  ['call invite place_call make_call start_call ring phone connect originate', 'dial'],
  ['answer pick_up take accept_call answer_call receive', 'accept'],
  ['hang_up end end_call disconnect bye terminate drop close cancel release', 'hangup'],
  ['decline busy refuse deny reject_call', 'reject'],
  ['play play_audio play_file play_wav play_sound play_tone say speak send_tone', 'send_audio'],
  ['send_dtmf send_digits press press_key keypress digits type tones', 'dtmf'],
  ['unhold off_hold retrieve resume_call continue', 'resume'],
  ['on_hold put_on_hold pause hold_call', 'hold'],
  ['silence mic_off', 'mute'],
  ['mic_on', 'unmute'],
  ['blind_transfer refer forward transfer_call redirect', 'transfer'],
  ['consult warm_transfer start_transfer consultative_transfer', 'attended_transfer'],
  ['finish_transfer end_transfer', 'complete_transfer'],
  ['cancel_transfer', 'abort_transfer'],
  ['send_message sms text im send_text chat', 'message'],
  ['options qualify send_options', 'ping'],
  ['login sign_in reg enroll', 'register'],
  ['logout sign_out deregister unreg', 'unregister'],
  ['is_registered registration_state', 'registered'],
  ['status call_state call_status get_state in_call is_connected connected', 'state'],
  ['dtmf_received received_tones get_digits get_dtmf', 'received_digits'],
  ['uri address contact sip_uri', 'aor'],
  ['caller caller_id from remote remote_party', 'peer'],
  ['codec sdp', 'media'],
  ['mos jitter loss packet_loss', 'quality'],
  ['hear listen is_hearing', 'hears'],
  ['expect_audio assert_audio check_audio wait_for_audio verify_tone', 'verify_audio'],
  ['volume level loudness', 'received_level'],
  ['sip_messages trace requests', 'sip'],
  ['hangup_cause cause end_reason disconnect_reason', 'ended'],
  [
    'wait_for wait_until await_until until on once',
    'write await_until(() => assert(agent.state).equals(State.Ringing))',
  ],
  ['wait sleep delay', 'write wait("500ms"): it is for the whole scenario'],
  ['destroy dispose shutdown power_off switch_off turn_off quit', 'stop'],
  ['crash unplug pull_plug power_cut terminate_process die', 'kill'],
  ['restart reboot boot power_on switch_on turn_on launch', 'start'],
];

const MATCHERS: Habits = [
  [
    'to_be to_equal to_strict_equal equal eq strict_equal deep_equal deep_strict_equal is be eql same',
    'equals',
  ],
  ['not_equal to_not_equal ne not_strict_equal not_deep_equal is_not isnt not_to_be', 'not_equals'],
  ['to_be_truthy be_true true truthy ok is_truthy is_ok', 'is_true'],
  ['to_be_falsy be_false false falsy not_ok is_falsy', 'is_false'],
  [
    'to_be_defined exists exist is_defined not_null is_not_null not_to_be_null defined is_some',
    'is_present',
  ],
  ['to_be_undefined to_be_null is_null is_undefined null undefined is_none is_nil', 'is_absent'],
  [
    'to_contain to_contain_equal to_match_object includes include contain has has_item have_string to_include',
    'contains',
  ],
  ['to_match match regex like matches_regex', 'matches'],
  ['to_be_greater_than gt above is_greater_than is_above more_than', 'greater_than'],
  ['to_be_less_than lt below is_less_than is_below fewer_than', 'less_than'],
  ['to_be_greater_than_or_equal gte is_at_least min least', 'at_least'],
  ['to_be_less_than_or_equal lte is_at_most max most', 'at_most'],
  ['empty to_be_empty be_empty', 'is_empty'],
  ['not_empty to_not_be_empty', 'is_not_empty'],
  ['as because message label named with_message', 'describe'],
  [
    'to_have_length length size has_length has_size count',
    'write assert(value.length).equals(expected)',
  ],
  [
    'not to_not never',
    'use not_equals, is_false, is_absent or is_empty: there is no general "not"',
  ],
  ['to_be_between in_range within is_between is_in_range from_to', 'between'],
  ['to_be_close_to close_to approx approximately almost_equal near', 'about'],
  ['to_be_one_of one_of any_of is_in is_any_of', 'is_one_of'],
  [
    'to_throw throws rejects resolves',
    'write try { ... } catch (error) { assert(error.code).equals("E_...") }',
  ],
  ['to_have_property property has_property', 'write assert(value.name).is_present()'],
];

const GLOBALS: Habits = [
  [
    'set_timeout set_interval set_immediate',
    'wait with wait() or await_until(): a scenario has no timers',
  ],
  ['sleep delay pause', 'write wait("500ms")'],
  ['concurrently concurrent simultaneously in_parallel at_once together spawn gather', 'parallel'],
  ['wait_for wait_until until eventually poll wait_for_state', 'await_until'],
  ['require', 'import files of your own by a relative path: import { x } from "./lib/x.js"'],
  ['module exports', 'write export in front of what other files import'],
  ['process', 'read variables with env("NAME")'],
  ['getenv environ', 'env'],
  [
    'fetch axios got request xml_http_request curl',
    'send requests with http(method, url, options)',
  ],
  [
    'expect should assert_equal assert_equals assert_true verify check',
    'write assert(value).equals(expected)',
  ],
  ['describe it test feature context', 'declare scenarios with scenario(name, body)'],
  ['before before_each', 'prepare each scenario in setup()'],
  ['before_all setup_all setup_module setup_class', 'prepare the file once in setup_file()'],
  ['after after_each', 'clean up after each scenario in teardown()'],
  ['after_all teardown_all teardown_module', 'clean up once in teardown_file()'],
  ['given when then and', 'group lines with step(name, () => { ... })'],
  ['print echo puts debug info warn printf alert', 'log'],
  ['create_agent make_agent new_agent user_agent ua phone endpoint softphone', 'agent'],
  ['mock webhook create_server http_server nock', 'mock_server'],
  ['sine beep', 'tone'],
  ['wav sound audio', 'file'],
  ['silence', 'silent'],
  ['read_file read_file_sync fs', 'file_text'],
  ['read_json', 'file_json'],
  ['dotenv', 'load_env'],
  ['crypto random_uuid guid', 'uuid'],
  ['states call_state', 'State'],
  ['set_default_timeout jest vi', 'default_timeout'],
  [
    'buffer url url_search_params text_encoder text_decoder atob btoa',
    'use plain text and JSON: a script has the language itself, not what Node adds to it',
  ],
  ['window document', 'leave it out: a scenario runs in no browser'],
  [
    'dial accept hangup register call answer invite send_dtmf play',
    'write it behind an agent: alice.dial(bob)',
  ],
];

const SCENARIO: Habits = [
  ['only', 'write scenario(name, { only: true }, body)'],
  ['skip todo fixme', 'write scenario(name, { skip: "why" }, body)'],
  ['for for_each table', 'each'],
  ['before_each before_all before setup', 'prepare each scenario in setup()'],
  ['after_each after_all after teardown', 'clean up after each scenario in teardown()'],
  ['timeout set_timeout slow', 'write scenario(name, { timeout: "2m" }, body)'],
];

const SIP_LOG: Habits = [
  ['incoming in inbound got', 'received'],
  ['outgoing out outbound', 'sent'],
  ['messages list log filter', 'all'],
];

const MOCK_SERVER: Habits = [
  ['address uri base_url', 'url'],
  ['close end shutdown', 'stop'],
  ['get post put route when handle use', 'on'],
  ['reply return json stub', 'respond'],
  ['calls count hits called', 'request_count'],
  ['last', 'last_request'],
  ['received history journal', 'requests'],
];

const SIP_MESSAGE: Habits = [
  ['status status_code', 'code'],
  ['text data content payload', 'body'],
  ['get get_header', 'header'],
  ['request_uri to', 'uri'],
];

const HTTP_RESPONSE: Habits = [
  ['status_code code', 'status'],
  ['text data content', 'body'],
  ['parse to_json', 'json'],
  ['get get_header', 'header'],
];

const MOCK_REQUEST: Habits = [
  ['text data content', 'body'],
  ['parse to_json', 'json'],
  ['get get_header', 'header'],
  ['url uri', 'path'],
  ['params search_params', 'query'],
];

const AGENT_OPTIONS: Habits = [
  ['user name extension number login account sip_user uid', 'username'],
  ['pass pwd secret passwd auth_pass auth_password credentials', 'password'],
  ['host server registrar realm sip_domain sip_server address pbx uri', 'domain'],
  ['sip_proxy outbound_proxy route sbc', 'outbound'],
  [
    'port',
    'write the port behind the host: domain: "pbx.example:5070"; the agent\'s own is local_port',
  ],
  ['auth_name auth_username auth_id authorization_user', 'auth_user'],
  ['display caller_id from_name full_name caller_name', 'display_name'],
  ['protocol proto', 'transport'],
  ['codec audio_codecs', 'codecs'],
  ['srtp encryption media_encryption', 'media_enc'],
  ['tls', 'write transport: "tls"'],
  ['expires expiry reg_interval register_interval', 'regint'],
  ['auto_answer answer_mode', 'answer'],
  ['dtmf dtmf_type', 'dtmf_mode'],
  ['bind listen ip local_ip', 'local_address'],
  ['sip_port', 'local_port'],
  ['stun ice_servers turn', 'stun_server'],
  ['custom_headers extra_headers sip_headers', 'headers'],
  ['insecure verify rejectunauthorized tls_verify', 'verify_tls'],
  ['ca cafile', 'ca_file'],
  ['voicemail mailbox', 'mwi'],
  ['meta data tags', 'metadata'],
  ['register', 'call register() once the agent is there'],
];

const SCENARIO_OPTIONS: Habits = [
  ['tag label labels groups', 'tags'],
  ['time_limit max_duration timeout_ms', 'timeout'],
  ['focus solo', 'only'],
  ['skipped disabled todo ignore', 'skip'],
];

const HTTP_OPTIONS: Habits = [
  ['json data payload form', 'body'],
  ['header', 'headers'],
  ['params search_params', 'query'],
  ['timeout_ms time_out', 'timeout'],
  ['method', 'write it in front: http("POST", url, options)'],
];

const PEER: Habits = [
  ['invite_siprec siprec record start_recording start_siprec record_call', 'record_session'],
];

const MODULES: Habits = [
  ['fs', 'read files with file_text(path) or file_json(path)'],
  [
    'assert chai expect vitest jest mocha @playwright/test',
    'leave the import out: assert, scenario and all the others are there without one',
  ],
  [
    'axios got nodefetch undici http https request',
    'leave the import out: http(method, url) is there without one',
  ],
  ['uuid crypto', 'leave the import out: uuid() is there without one'],
  ['dotenv process', 'read variables with env("NAME") or load_env(path)'],
  ['timers', 'wait with wait() or await_until()'],
  ['express fastify nock msw', 'leave the import out: mock_server() is there without one'],
  [
    'path os util events stream childprocess net dgram',
    'leave it out: a script has the language itself and what the reference lists',
  ],
];

const FLAGS: Habits = [
  ['--grep -g -t --test --name --filter --test-name-pattern --test-name', '--scenario'],
  ['--tags --include-tag --only-tag', '--tag'],
  ['--skip-tag --not-tag', '--exclude-tag'],
  ['--env --dotenv --envfile', '--env-file'],
  ['-e -D --var --define --variable', '--set'],
  ['--reporters --format --output --formatter', '--reporter'],
  ['--junit', 'write --reporter junit=FILE'],
  ['--ndjson', '--json'],
  ['--test-timeout --time-limit --max-time', '--timeout'],
  ['--silent', '--quiet'],
  ['--debug', '--verbose'],
  ['--log', '--logs'],
  ['--trace --pcap --sip', '--sip-trace'],
  ['--record --wav --audio', '--save-audio'],
  ['--binary --baresip-path', '--baresip'],
  ['--no-colors --nocolor --no-ansi', '--no-color'],
  ['--memory --mem', '--memory-limit'],
  ['--insecure -k', '--insecure-http'],
  ['--ver', '--version'],
  ['--registrar --server', '--lab'],
  ['--workers --parallel --concurrency -j', '--jobs'],
  ['--retry --reruns', '--retries'],
  ['-w', '--watch'],
  ['--repeat-each --times', '--repeat'],
  ['--only-failures --only-failed --rerun', '--last-failed'],
  ['--changed --since', '--only-changed'],
  ['--headed --headless --ui', 'leave it out: there is no window'],
  ['--config -c', 'put settings into offhook.config.json in the folder you are in, or above it'],
  ['--fail-fast --max-failures -x', '--bail'],
];

const COMMANDS: Habits = [
  ['test exec execute start play go call', 'run'],
  ['validate lint verify compile parse', 'check'],
  ['ls scenarios tests', 'list'],
  ['types typings dts', 'definitions'],
  ['reference doc man api', 'docs'],
  ['diagnose info env status install setup', 'doctor'],
  ['server serve registrar pbx sandbox', 'lab'],
  ['new create scaffold quickstart', 'init'],
  ['completions autocomplete', 'completion'],
  ['version', 'write offhook --version'],
  ['merge-reports merge', 'report'],
  ['show-report open view browse', 'show'],
];

const TABLE: Readonly<Partial<Record<Where, Habits>>> = {
  Agent: AGENT,
  SipPeer: PEER,
  Assertion: MATCHERS,
  global: GLOBALS,
  scenario: SCENARIO,
  SipLog: SIP_LOG,
  SipMessage: SIP_MESSAGE,
  MockServer: MOCK_SERVER,
  HttpResponse: HTTP_RESPONSE,
  MockRequest: MOCK_REQUEST,
  agentOptions: AGENT_OPTIONS,
  scenarioOptions: SCENARIO_OPTIONS,
  httpOptions: HTTP_OPTIONS,
  module: MODULES,
  flag: FLAGS,
  command: COMMANDS,
};

/**
 * What to do about a word that is not one of `valid`: what is meant by habit, else the nearest spelling. `shown` is how
 * a name stands in the hint.
 */
export function suggestion(
  where: Where,
  word: string,
  valid: readonly string[],
  shown: (name: string) => string = (name) => `"${name}"`,
): string | undefined {
  const meant = habit(where, word);
  if (meant?.includes(' ') === true) return meant;
  const name = meant !== undefined && valid.includes(meant) ? meant : nearest(word, valid);
  return name === undefined ? undefined : `did you mean ${shown(name)}?`;
}

/** What the table says a word means, a name or a sentence; undefined for a word that it does not have. */
function habit(where: Where, word: string): string | undefined {
  const wanted = normal(word);
  return TABLE[where]?.find(([words]) =>
    words.split(' ').some((one) => normal(one) === wanted),
  )?.[1];
}

/** Every word of the table with its place and meaning: for tests. */
export function allHabits(): readonly { where: Where; word: string; meant: string }[] {
  return (Object.keys(TABLE) as Where[]).flatMap((where) =>
    (TABLE[where] ?? []).flatMap(([words, meant]) =>
      words.split(' ').map((word) => ({ where, word, meant })),
    ),
  );
}

/** Ignores case, `_` and `-`, but keeps leading dashes, which tell a flag from a word. */
function normal(word: string): string {
  const lower = word.slice(0, 60).toLowerCase();
  const dashes = /^-*/.exec(lower)?.[0] ?? '';
  return dashes + lower.slice(dashes.length).replace(/[_-]/g, '');
}
