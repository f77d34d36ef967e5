/** pjsip.conf of the test Asterisk: transports, users, strangers. */

/** Users beside those of the lab; the password of NAME is pw-NAME as there. */
export const SPECIAL_USERS = {
  /** DTMF as SIP INFO. */
  INFO: { name: 'ivan', settings: ['dtmf_mode = info'] },
  /** SRTP with the keys in the SDP; plain RTP is refused. */
  SDES: { name: 'sue', settings: ['media_encryption = sdes'] },
  /** SRTP with the keys by DTLS. */
  DTLS: {
    name: 'dan',
    settings: [
      'media_encryption = dtls',
      'use_avpf = yes',
      'dtls_auto_generate_cert = yes',
      'dtls_setup = actpass',
      'dtls_verify = no',
    ],
  },
  /** Provisional responses are reliable, in calls from and to this user (RFC 3262). */
  REL: { name: 'rex', settings: ['100rel = required'] },
  /** Sessions have a timer of 90 s, the least there may be (RFC 4028). */
  TIMED: {
    name: 'tim',
    settings: ['timers = required', 'timers_min_se = 90', 'timers_sess_expires = 90'],
  },
} as const;

export interface PjsipSettings {
  /** "host:port", for UDP and TCP. */
  address: string;
  /** Said in Server and User-Agent. */
  server: string;
  users: readonly string[];
  password: (user: string) => string;
}

export function pjsipConfig({ address, server, users, password }: PjsipSettings): string {
  return `[global]
type = global
user_agent = ${server}
endpoint_identifier_order = username,anonymous

[udp]
type = transport
protocol = udp
bind = ${address}

[tcp]
type = transport
protocol = tcp
bind = ${address}

; the port is that of http.conf
[ws]
type = transport
protocol = ws
bind = ${address}

[wss]
type = transport
protocol = wss
bind = ${address}

; media through Asterisk in every call, or nothing of it could be tested
[user](!)
type = endpoint
context = users
message_context = messages
disallow = all
allow = ulaw,alaw,g722,opus
direct_media = no
rtp_symmetric = yes
rewrite_contact = yes
send_pai = yes
trust_id_inbound = yes
rtp_timeout = 30

[password](!)
type = auth
auth_type = userpass

; agents are new contacts at each start: the oldest makes room
[contacts](!)
type = aor
max_contacts = 5
remove_existing = yes
minimum_expiration = 5

; strangers get an answer to OPTIONS, and 404 for any number
[anonymous](user)
context = strangers
${users.map((user) => userSections(user, password(user))).join('')}`;
}

function userSections(user: string, password: string): string {
  const special = Object.values(SPECIAL_USERS).find(({ name }) => name === user)?.settings ?? [];
  return `
[${user}](user)
auth = ${user}
aors = ${user}
callerid = "${user.charAt(0).toUpperCase()}${user.slice(1)}" <${user}>
${special.map((line) => `${line}\n`).join('')}
[${user}](password)
username = ${user}
password = ${password}

[${user}](contacts)
mailboxes = ${user}@offhook
`;
}
