/** Audio: what agents send, and proof of what they hear. */
import { SIGNALS } from '../audio-arguments.js';
import { AGENT_THROWS, type FunctionRow, type ParamRow, type VerbRow } from '../rows.js';
import { CALL_PARAM } from './calls.js';

const SOUND = {
  name: 'sound',
  kind: 'sound',
  doc: 'What `tone()`, `tones()`, `file()` or `silent()` returned.',
} as const satisfies ParamRow;

/** Which stream of a call is meant. */
const STREAM =
  '`stream`: the label of the stream to listen to (`a=label`, RFC 4574; default: the first stream of the call).';

const LISTEN = {
  name: 'within',
  kind: 'listen',
  optional: true,
  default: '5s, or what default_timeout set',
  doc: `How long to listen at most: a duration, or an object \`{ for, within, stream }\` with this duration in \`within\`. \`for\`: how long the tone must be heard without a break, counted in received samples (default 100 ms); ${STREAM}`,
} as const satisfies ParamRow;

const LISTEN_THROWS = [
  'E_AUDIO',
  'E_CALL_STATE',
  'E_CONDITION',
  'E_ARGUMENT',
  ...AGENT_THROWS,
] as const;

const SIGNAL_TYPE = SIGNALS.map((name) => `"${name}"`).join(' | ');

/** What is counted, wherever an agent listens. */
const COUNTS = 'Only audio received after the verb was called counts, early media included.';

export const AUDIO_VERBS = {
  send_audio: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    params: [SOUND],
    returns: 'void',
    doc: 'Sends the sound from now on, until the next `send_audio`: a tone without end, a file once and then silence (the event `audio_ended`). All calls of an agent share one source. The sound survives hold, resume and re-INVITEs (a file keeps advancing meanwhile), and a tone is kept for the next calls; it may be set before the first call. Without `send_audio` an agent sends silence, and never what it hears. WAV files of any common sample rate, width and number of channels are converted to 8 kHz mono.',
    done: 'baresip has switched its source',
    limit: '5s',
    throws: [
      'E_AUDIO',
      'E_AUDIO_FILE',
      'E_CALL_STATE',
      'E_READ_DENIED',
      'E_READ_FAILED',
      'E_ARGUMENT',
      ...AGENT_THROWS,
    ],
    example:
      'alice.send_audio(tone(440));\nbob.verify_audio(440);\nalice.send_audio(file("prompts/hello.wav"));\nawait_until(() => assert(alice.sending).equals("silent()"), "10s");\nalice.send_audio(silent());',
  },
  verify_audio: {
    on: 'Agent',
    side: 'host',
    effect: 'block',
    cursor: 'end',
    params: [
      {
        name: 'hz',
        kind: 'hz',
        doc: 'Frequency of the tone. The tolerance is 2 %, but at least 15 Hz and at most 35 Hz; a tone 40 Hz away is a different tone.',
      },
      LISTEN,
      CALL_PARAM,
    ],
    returns: 'HeardTone',
    doc: `Passes as soon as enough of the tone has been received in the call: 100 ms without a break, in which the tone carries 85 % of the energy, at -50 dBFS or more. ${COUNTS} A failure says whether there was silence, a wrong tone or a tone that was too weak. Music and voices may hold one note for 100 ms: where they can be heard, demand 500 ms of the tone (\`for\`).`,
    done: 'the tone was heard',
    limit: '5s',
    default_timeout: true,
    throws: LISTEN_THROWS,
    example:
      'bob.verify_audio(440);\nconst heard = bob.verify_audio(440, { for: "500ms", within: "2s" });\nlog(heard.detected_ms, heard.level);\nfor (const call of bob.calls) bob.verify_audio(440, call);',
    source: 'ITU-T E.180, 5; Q.24',
  },
  verify_silence: {
    on: 'Agent',
    side: 'host',
    effect: 'block',
    cursor: 'end',
    params: [
      {
        ...LISTEN,
        doc: `How long to listen at most: a duration, or an object \`{ for, within, stream }\` with this duration in \`within\`. \`for\`: how long it must be silent without a break (default 500 ms); ${STREAM}`,
      },
      CALL_PARAM,
    ],
    returns: 'HeardSilence',
    doc: `Passes as soon as there has been silence, below -60 dBFS, for long enough in the call. ${COUNTS} If no packets come at all, it fails: see \`verify_no_media\`.`,
    done: 'silence was heard',
    limit: '5s',
    default_timeout: true,
    throws: LISTEN_THROWS,
    example: 'alice.send_audio(silent());\nbob.verify_silence({ for: "1s", within: "3s" });',
  },
  verify_signal: {
    on: 'Agent',
    side: 'host',
    effect: 'block',
    cursor: 'end',
    params: [
      {
        name: 'name',
        kind: 'signal',
        type: SIGNAL_TYPE,
        doc: 'The signal: `dial`, `busy`, `congestion`, `ringback`, `sit` (special information tone), `fax_cng` and `fax_ced` (the tones of a calling and of an answering fax), or `dtmf` (digits sent as sound).',
      },
      {
        name: 'options',
        kind: 'signal_options',
        optional: true,
        doc:
          '`country`: the country whose tones are meant, "us", "uk", "de" or "fr" (default "us"); `digits`: for "dtmf", the digits that must come one after the other (digits before them do not matter); `within`: how long to listen at most (default 15 s: a ringback tone comes every 6 s); ' +
          STREAM,
      },
      CALL_PARAM,
    ],
    returns: 'HeardSignal',
    doc: `Passes as soon as the signal has been received in the call: its frequencies in its cadence, for one whole cycle, or two if a cycle is shorter than 2.5 s; for "dtmf" its digits, each of 40 ms or more with pauses of 40 ms or more. Digits that come by RTP events or SIP INFO are not sound: see \`received_digits\`. ${COUNTS}`,
    done: 'the signal was heard',
    limit: '15s',
    throws: LISTEN_THROWS,
    example:
      'alice.dial("9486");\nconst { detect_ms } = alice.verify_signal("busy", { country: "us" });\nassert(detect_ms).less_than(3000);\nbob.verify_signal("dtmf", { digits: "123#", within: "5s" });',
    source: 'ITU-T E.180 Supplement 2; BT SIN 350; ITU-T T.30, 4; ITU-T Q.23, Q.24',
  },
  verify_recording: {
    on: 'Agent',
    side: 'host',
    effect: 'block',
    cursor: 'end',
    params: [
      {
        name: 'path',
        kind: 'recording',
        doc: 'A WAV file below the read root, relative to the scenario file.',
      },
      {
        name: 'options',
        kind: 'recording_options',
        optional: true,
        doc:
          '`min_similarity`: above 0, at most 1 (default 0.8: a recording sent through G.711 with 2 % loss stays above it, other speech below); `within`: how long to listen at most (default: the length of the recording plus 5 s); ' +
          STREAM,
      },
      CALL_PARAM,
    ],
    returns: 'HeardRecording',
    doc: `Passes as soon as the audio received in the call contains the recording, wherever it begins. Loudness over time is compared in 14 frequency bands: codecs, levels and lost packets hardly matter, different words do. ${COUNTS}`,
    done: 'the recording was heard',
    throws: [...LISTEN_THROWS, 'E_AUDIO_FILE', 'E_READ_DENIED', 'E_READ_FAILED'],
    example:
      'const { similarity, offset_ms } = alice.verify_recording("prompts/welcome.wav", { min_similarity: 0.9 });',
  },
} as const satisfies Record<string, VerbRow>;

export const AUDIO_METHODS = {
  hears: {
    on: 'Agent',
    side: 'guest',
    effect: 'none',
    params: [
      {
        name: 'hz',
        kind: 'hz',
        doc: 'Frequency of the tone. The tolerance is 2 %, but at least 15 Hz and at most 35 Hz.',
      },
      CALL_PARAM,
    ],
    returns: 'boolean',
    doc: 'Whether the tone is being received in the call, alone or among others (with at least a tenth of the energy, for 400 ms): what a member of a conference hears. Audio received before the first `hears` counts; from then on the beginning and the end of the tone are events, and conditions see each of them. 300 ms without a frame, as on hold, end the tone. False may mean "not yet": to prove that a tone is absent, use `never`, for more than 400 ms.',
    throws: ['E_AUDIO', 'E_ARGUMENT', 'E_AGENT_GONE'],
    example:
      'await_until(() => {\n  assert(alice.hears(440)).is_true();\n  assert(bob.hears(620)).is_true();\n});\nnever(() => alice.hears(620), "1s");',
  },
} as const satisfies Record<string, FunctionRow>;

export const AUDIO_GLOBALS = {
  tone: {
    on: 'global',
    side: 'guest',
    effect: 'none',
    params: [{ name: 'hz', kind: 'sent_hz', doc: 'From 20 to 3800 Hz; rounded to a tenth.' }],
    returns: 'Sound',
    doc: 'A sine of -10 dBFS, for `send_audio`.',
    throws: ['E_ARGUMENT'],
    example: 'alice.send_audio(tone(1004));',
    source: 'ITU-T E.180, 5',
  },
  tones: {
    on: 'global',
    side: 'guest',
    effect: 'none',
    params: [{ name: 'hz', kind: 'several_hz', doc: 'Frequencies, at most eight.' }],
    returns: 'Sound',
    doc: 'Several sines at once, for `send_audio`; each at -10 dBFS, or at the highest level that their sum allows.',
    throws: ['E_ARGUMENT'],
    example: 'alice.send_audio(tones([697, 1209]));',
  },
  file: {
    on: 'global',
    side: 'guest',
    effect: 'none',
    params: [
      {
        name: 'path',
        kind: 'text',
        doc: 'A WAV file below the read root, relative to the scenario file.',
      },
    ],
    returns: 'Sound',
    doc: 'A recording, for `send_audio`: PCM of 8 to 32 bits, floating point, A-law or mu-law; 8 to 192 kHz; up to 10 minutes. The file is looked up when it is sent.',
    throws: ['E_ARGUMENT'],
    example: 'alice.send_audio(file("hello.wav"));',
  },
  silent: {
    on: 'global',
    side: 'guest',
    effect: 'none',
    params: [],
    returns: 'Sound',
    doc: 'Silence, for `send_audio`. It is sent as packets, too.',
    throws: ['E_ARGUMENT'],
    example: 'alice.send_audio(silent());',
  },
  verify_audio_connection: {
    on: 'global',
    side: 'host',
    effect: 'block',
    params: [
      { name: 'a', kind: 'agent', doc: 'An agent in a call.' },
      {
        name: 'b',
        kind: 'agent',
        doc: 'The agent at the other end of the call, whatever lies between.',
      },
      {
        name: 'within',
        kind: 'duration',
        optional: true,
        default: '5s, or what default_timeout set',
        doc: 'How long to listen at most.',
      },
    ],
    returns: 'AudioConnection',
    doc: 'Passes as soon as two agents hear each other: both send a tone of their own at the same time; afterwards each sends again what it sent before. A failure names the direction that does not work.',
    done: 'both tones were heard',
    limit: '5s',
    default_timeout: true,
    throws: LISTEN_THROWS,
    example: 'verify_audio_connection(alice, bob);',
  },
} as const satisfies Record<string, FunctionRow>;
