/** What an agent shows: plain values, read at any time. */
import type { FunctionRow, GetterRow } from '../rows.js';

export const AGENT_GETTERS = {
  name: { type: 'string', doc: 'The name given to `agent()`.' },
  aor: {
    type: 'string',
    doc: 'Address of record: `sip:user@domain`, for a serverless agent `sip:user@127.0.0.1:port`.',
    source: 'RFC 3261, 6',
  },
  registered: {
    type: 'boolean',
    doc: 'True while the registrar holds a binding of the agent: from its 200 to a REGISTER until it answers the un-REGISTER, or until the granted time is over.',
    source: 'RFC 3261, 10',
  },
  registration: {
    type: 'Registration',
    doc: 'State of the registration, with the last response and what the registrar granted.',
  },
  state: {
    type: 'State',
    doc: 'State of the current call: `Calling` dialled and no 18x yet, `Ringing` 18x received or an INVITE waiting, `Established` answered and acknowledged; `Idle` when every call is closed.',
    source: 'RFC 3261, 12 and 13',
  },
  ended: {
    type: '(Ended & { readonly message?: SipMessage }) | undefined',
    doc: 'How the last call ended; absent until a call has closed since the last dial or accept. Its `message` is the BYE, CANCEL or final response that ended the call, if there was one: `alice.ended?.message?.header("Retry-After")`. `equals`, `log` and JSON leave `message` out.',
    source: 'RFC 3261, 21; RFC 3326',
  },
  calls: { type: 'readonly Call[]', doc: 'The open calls, oldest first.' },
  peer: {
    type: 'CallPeer | undefined',
    doc: 'The other side of the current or last call.',
  },
  reason: { type: 'string | undefined', doc: 'Reason phrase of `ended`.' },
  status_code: {
    type: 'number | undefined',
    doc: 'Final response code of `ended`: 486 when busy, 487 when cancelled; absent after a BYE.',
    source: 'RFC 3261, 21',
  },
  headers: {
    type: 'Readonly<Record<string, readonly string[]>>',
    doc: 'Headers of the INVITE received for the current or last call, by lower-case long name. Comma-separated lists are split into their values.',
    source: 'RFC 3261, 7.3.1',
  },
  sip: {
    type: 'SipLog',
    doc: 'The SIP messages this agent has sent and received, as values.',
  },
  provisional: {
    type: 'readonly number[]',
    doc: 'Codes of the provisional responses above 100 that this agent received to its INVITE, in order: `[181, 183]`. Retransmissions are left out.',
    source: 'RFC 3261, 21.1',
  },
  early_media: {
    type: 'boolean',
    doc: 'True once a provisional response with a session description came: the caller hears the other side before the answer.',
    source: 'RFC 3960, 1',
  },
  quality: {
    type: 'Quality | undefined',
    doc: 'Quality of the audio that this agent receives, as measured by RTCP. Absent until it is known: reports come every 5 s. The value of the last call stays until the next one.',
    source: 'ITU-T G.107, RFC 3550, 6.4',
  },
  timing: {
    type: 'Timing',
    doc: 'How long registering took, and how long the phases of the current or last call took.',
    source: 'RFC 6076',
  },
  held: {
    type: 'Held',
    doc: 'Who has the current or last call on hold, according to the last offer and answer: `local` (this agent), `remote` (the other side), `both` or `none`.',
    source: 'RFC 3264, 8.4',
  },
  muted: { type: 'boolean', doc: 'Whether `mute()` is in force on the current or last call.' },
  media: {
    type: 'Media | undefined',
    doc: 'The audio that the last offer and answer of the current or last call agreed on; absent until there was an answer, and if no audio was agreed on.',
    source: 'RFC 3264, 6 and 7',
  },
  streams: {
    type: 'readonly MediaStream[]',
    doc: 'Every stream of the last offer of the current or last call, with the outcome of its answer; includes refused and switched-off streams, video and T.38 (`image`).',
    source: 'RFC 3264, 6 and 8',
  },
  rtp: {
    type: 'Rtp | undefined',
    doc: 'RTP packets of the current or last call, polled every 100 ms from the first time this value is read; absent until there is media.',
    source: 'RFC 3550, 6.4',
  },
  sending: {
    type: 'string',
    doc: 'What `send_audio` makes the agent send, in words: `"tone(440)"`, `"silent()"`. It is `"silent()"` again when a file has ended.',
  },
  received_level: {
    type: 'number | undefined',
    doc: 'Level of the audio received in the current call, in dBFS, over the last 200 ms of samples. 0 is the RMS of a full-scale sine; silence is -60 or less. Absent until 200 ms were received.',
    source: 'AES17',
  },
  speech: {
    type: 'Speech',
    doc: 'Timing of the conversation in the current call, since its answer: what the agent sends, and when the other side sounds. Told at every beginning and end of sound, and twice a second.',
    source: 'ITU-T P.59; P.56',
  },
  received_dtmf: {
    type: 'readonly ReceivedDigit[]',
    doc: 'The DTMF digits received in the current or last call, in order. If the sender stops its audio for the digits, as some PBXs do, baresip 1.1 reports only the first of them; Offhook reads the others from the recorded audio if the codec is PCMU or PCMA, and otherwise warns.',
    source: 'RFC 4733; RFC 6086',
  },
  received_digits: {
    type: 'string',
    doc: 'The digits of `received_dtmf` as text.',
  },
  messages: {
    type: 'readonly ReceivedMessage[]',
    doc: 'The text messages this agent received and accepted, oldest first.',
    source: 'RFC 3428',
  },
  mwi: {
    type: 'Mwi | undefined',
    doc: 'State of the mailbox of this agent; absent until the server has reported it. Needs the option `mwi: true` and a registration.',
    source: 'RFC 3842',
  },
  transfer_state: {
    type: 'TransferState | undefined',
    doc: 'Outcome of the transfer of the current or last call, or of another call that was up beside it.',
    source: 'RFC 3515, 2.4',
  },
  metadata: {
    type: 'Readonly<Record<string, unknown>>',
    doc: 'The `metadata` option given to `agent()`.',
  },
} as const satisfies Record<string, GetterRow>;

/** What a call of `calls` shows beside its data: the values of that call, whichever is the current one. */
export const CALL_GETTERS = {
  peer: { type: 'CallPeer', doc: 'The other side of this call.' },
  timing: {
    type: 'Omit<Timing, "register_ms">',
    doc: 'How long the phases of this call took.',
    source: 'RFC 6076',
  },
  media: {
    type: 'Media | undefined',
    doc: 'The audio that the last offer and answer of this call agreed on; absent until there was an answer.',
    source: 'RFC 3264, 6 and 7',
  },
  rtp: {
    type: 'Rtp | undefined',
    doc: 'RTP packets of this call, polled every 100 ms from the first time this value is read; absent until there is media.',
    source: 'RFC 3550, 6.4',
  },
  recording: {
    type: 'Recording | undefined',
    doc: 'The session that this call records: the metadata of the newest message that has any, sent or received. Absent if no message has any.',
    source: 'RFC 7865; RFC 7866, 9',
  },
} as const satisfies Record<string, GetterRow>;

/** Methods of the other side of a call, beside its data. */
export const CALL_PEER_METHODS = {
  is: {
    on: 'CallPeer',
    side: 'guest',
    effect: 'none',
    params: [{ name: 'agent', kind: 'agent', doc: 'An agent of the scenario.' }],
    returns: 'boolean',
    doc: 'Whether the other side is that agent: its user, host and port are those of the address of record of the agent, or its user and address are those at which the agent listens. For an agent with a `domain` the user part is enough, because a server may write a host of its own, unless the URI is the address of another agent. If a server rewrites the number, `is` cannot recognize the agent: compare `number` instead.',
    throws: ['E_ARGUMENT'],
    example: 'assert(bob.peer?.is(alice)).is_true();',
    source: 'RFC 3261, 19.1.4',
  },
} as const satisfies Record<string, FunctionRow>;
