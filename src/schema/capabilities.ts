/**
 * Capabilities by baresip version: one table, used by the driver, shown by `offhook doctor` and in the
 * reference. Checked against the source tags of baresip, and by calls on 1.0, 1.1, 2.12, 3.16 and 4.9.
 */

export interface CapabilityRow {
  /** First version that has it. */
  readonly since: string;
  /** First version that lacks it again. */
  readonly until?: string;
  /** What a user can do with it, as words that follow the version. */
  readonly what: string;
  /** Behaviour of an older version when a script asks for it; absent: no effect a script can see. */
  readonly instead?: string;
  /** Verbs and options it is about. */
  readonly verbs?: readonly string[];
}

export const CAPABILITIES = {
  call_ids: {
    since: '1.1.0',
    what: 'commands address a call by its id',
    instead: 'the call is selected first; the same for a script',
    verbs: ['accept', 'hangup', 'hold', 'resume'],
  },
  uri_addresses: {
    since: '1.1.0',
    what: 'a URI that is only an IP address is left as it is',
  },
  verify_tls: {
    since: '1.1.0',
    what: "the server's TLS certificate is verified",
    instead: '`E_CAPABILITY` in `agent()`: any certificate would be taken',
    verbs: ['verify_tls', 'ca_file'],
  },
  dtmf_info: {
    since: '1.1.0',
    what: 'digits are sent by SIP INFO',
    instead: '`E_CAPABILITY` for `dtmf_mode: "info"`; digits go out by RFC 4733',
    verbs: ['dtmf', 'dtmf_mode'],
  },
  keeps_hold: {
    since: '1.1.0',
    what: 'a call on hold stays so when another call ends',
    instead: 'baresip resumes it, and it is held again at once: the other side sees both',
    verbs: ['hold'],
  },
  uareg: {
    since: '2.0.0',
    what: 'an account is registered and unregistered in place',
    instead:
      '`E_CAPABILITY` during a call; else the account is made anew, its old binding removed first',
    verbs: ['register', 'unregister'],
  },
  replaces: {
    since: '2.0.0',
    what: 'an agent can be the target of an attended transfer (Replaces)',
    instead:
      '`E_CAPABILITY`: works against a PBX, and between such agents only where all have `proxy: true`',
    verbs: ['complete_transfer'],
  },
  replaces_tags: {
    since: '3.21.0',
    what: 'Replaces is understood with the tags of the dialog',
    instead:
      'such an agent gets Replaces without the tags, every other side with them; the same for a script',
    verbs: ['complete_transfer'],
  },
  dtmf_auto: {
    since: '2.0.0',
    what: 'digits are sent by SIP INFO where the other side takes no other',
    instead: '`E_CAPABILITY` for `dtmf_mode: "auto"`',
    verbs: ['dtmf_mode'],
  },
  message_transport: {
    since: '3.0.0',
    what: 'a MESSAGE is sent over the transport of its URI',
    instead: '`E_CAPABILITY` for a target with `;transport=tcp` or `tls`',
    verbs: ['message'],
  },
  digest_sha256: {
    since: '3.12.0',
    what: 'challenges with SHA-256 are answered (RFC 8760)',
    instead:
      'a warning, and `registration.reason` says so; MD5 alone is answered. With `proxy: true` the same for a script',
    verbs: ['register', 'dial'],
  },
  dtmf_info_capitals: {
    since: '3.13.0',
    what: 'A to D are sent by INFO as such',
    instead: 'sent as a to d',
    verbs: ['dtmf'],
  },
  failed_transfer_keeps_call: {
    since: '2.0.0',
    what: 'a call survives a transfer that fails',
    instead: 'it ends: `ended` says `how: "transferred"`, with the reason',
    verbs: ['transfer', 'complete_transfer'],
  },
  comfort_noise: {
    since: '2.0.0',
    what: 'comfort noise is distinguished from audio',
    instead: '1.0 distinguishes it, too; 1.1 takes it for audio',
    verbs: ['rtp'],
  },
  telephone_events: {
    since: '2.0.0',
    what: 'every digit that comes by RTP is reported',
    instead:
      'by 1.0 too; of digits without audio between them 1.1 reports only the first: the others are read from the audio it records, where the codec is PCMU or PCMA, else there is a warning',
    verbs: ['received_dtmf'],
  },
  converters: { since: '2.0.0', what: 'audio formats are converted by modules' },
  held_audio_stops: { since: '2.0.0', what: 'the audio of a call that is held is stopped' },
  filters_after_hold: {
    since: '2.0.0',
    what: 'audio filters are set up again after a hold',
    instead: 'sent audio is not recorded, so that received audio is still recorded after a hold',
    verbs: ['--save-audio'],
  },
  ice_loopback: {
    since: '1.0.0',
    until: '2.0.0',
    what: 'ICE for an agent that listens on loopback',
    instead: '`E_CAPABILITY` in `agent()`: there would be no candidate',
    verbs: ['nat'],
  },
  uri_without_user: {
    since: '2.9.0',
    what: 'OPTIONS to a URI without a user part is sent to it unchanged',
    instead:
      '`E_CAPABILITY`, except for an IP address (1.1 and later: any; 1.0: IPv4 without a port). `dial` and `message` accept every URI',
    verbs: ['ping'],
  },
  uaaddheader: {
    since: '2.3.0',
    what: 'a command adds headers of your own',
    instead:
      '`E_CAPABILITY` in `agent()`, unless it has `proxy: true`, or `headers_compat` allows the way that adds a Route too',
    verbs: ['headers'],
  },
  headers_in_register: {
    since: '3.0.0',
    what: 'headers of your own are in REGISTER, too',
    instead: 'in INVITE only, except with `headers_compat`',
    verbs: ['headers'],
  },
  header_blanks: {
    since: '3.8.0',
    what: 'headers of your own may hold blanks',
    instead:
      '`E_CAPABILITY` in `agent()`, unless it has `proxy: true`, or `headers_compat` allows the other way',
    verbs: ['headers'],
  },
  redirect_choice: {
    since: '3.3.0',
    what: 'a 3xx is followed by Offhook, in a call with a Call-ID of its own',
    instead:
      'followed by baresip in the same call; the same for a script, but `E_CAPABILITY` in `agent()` under `--untrusted` with an `--allow-sip`, unless it has `proxy: true`',
    verbs: ['dial'],
  },
  hold_events: {
    since: '3.7.0',
    what: 'being held is reported by an event',
    instead: 'it is read from the SDP of the trace; the same for a script',
    verbs: ['held'],
  },
  registers_once: {
    since: '3.14.0',
    what: 'a password that a registrar has refused is not sent to it again at once',
    instead:
      'baresip would send it 15 times within milliseconds; it is stopped after the first few, and does not try again by itself',
    verbs: ['register'],
  },
  dumps_announced: {
    since: '3.16.0',
    what: 'a file of received audio is announced when the media start, and made with the first frame',
  },
  reject_codes: {
    since: '3.19.0',
    what: 'a call is rejected with any code from 400 on',
    instead: '`E_CAPABILITY` for every code but 486, unless the agent has `proxy: true`',
    verbs: ['reject', 'respond_incoming'],
  },
  mute_states: {
    since: '3.19.0',
    what: 'mute is set, not toggled',
    instead: 'toggled where it has to be; the same for a script',
    verbs: ['mute', 'unmute'],
  },
  addcontact: {
    since: '3.21.0',
    what: 'a contact is added by a command',
    instead: 'the contacts are read anew; the same for a script',
    verbs: ['message'],
  },
  jitter_buffer_ms: {
    since: '4.1.0',
    what: 'the jitter buffer counts milliseconds',
    instead: 'rounded to packets of 20 ms',
    verbs: ['jitter_buffer'],
  },
} as const satisfies Record<string, CapabilityRow>;

export type CapabilityName = keyof typeof CAPABILITIES;
