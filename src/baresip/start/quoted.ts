/**
 * Values between double quotes, as baresip reads them from an account line or a command. Its search for a
 * parameter ignores quotes: it finds ";name=" inside a quoted value, too. Pure text.
 */

/**
 * Parameters of an account that baresip looks for, 1.0 to 4.10 (src/account.c). An outbound proxy may carry
 * parameters of its own URI (RFC 3261, 19.1.1), so only these names are refused there.
 */
const ACCOUNT_PARAMETERS = [
  '100rel',
  'answerdelay',
  'answermode',
  'audio_codecs',
  'audio_player',
  'audio_source',
  'auth_pass',
  'auth_user',
  'autelev_pt',
  'call_transfer',
  'catchall',
  'cert',
  'check_origin',
  'dtmfmode',
  'extra',
  'fbregint',
  'inreq_allowed',
  'mediaenc',
  'medianat',
  'mwi',
  'natpinhole',
  'outbound',
  'outbound1',
  'outbound2',
  'prio',
  'ptime',
  'pubint',
  'regint',
  'regq',
  'rtcp_mux',
  'rwait',
  'sip_autoanswer',
  'sip_autoanswer_beep',
  'sip_autoredirect',
  'sipnat',
  'stunpass',
  'stunserver',
  'stunuser',
  'tcpsrcport',
  'uas_pass',
  'uas_user',
  'video_codecs',
  'video_display',
  'video_source',
];

/** A known name counts without a value, too: for some parameters baresip only checks that they are present. */
const KNOWN = new RegExp(
  `;[ \\t\\r\\n]*(?:${ACCOUNT_PARAMETERS.join('|')})(?=[ \\t\\r\\n;=]|$)`,
  'i',
);
const ANY = /;[ \t\r\n]*[\w.-]+[ \t\r\n]*=/;

/** Text in a URI or header field that baresip would take for a parameter of the account: ";outbound". */
export function accountParameterIn(value: string): string | undefined {
  return KNOWN.exec(value)?.[0];
}

/** What in a text cannot stand between double quotes, worded to follow "cannot express". */
export function unquotable(value: string): string | undefined {
  if (value.includes('"')) return 'a double quote';
  if (/[\x00-\x1f\x7f]/.test(value)) return 'a control character';
  if (/[\ud800-\udfff]/u.test(value)) return 'half a character (a lone surrogate)';
  // A backslash escapes the quote behind it; a pair is read as two backslashes.
  if (/(?<!\\)(?:\\\\)*\\$/.test(value)) return 'a backslash at the end';
  return undefined;
}

/** The same for a value of an account line. Any ";name=" counts: a later baresip may know more parameters. */
export function unquotableInAccount(value: string): string | undefined {
  const parameter = ANY.exec(value)?.[0] ?? accountParameterIn(value);
  const what = unquotable(value);
  if (what !== undefined || parameter === undefined) return what;
  return `${JSON.stringify(parameter)}, which it would read as a parameter of its own,`;
}
