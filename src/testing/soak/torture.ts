/**
 * SIP messages in the manner of RFC 4475 ("SIP Torture Test Messages"), each named by its section there, addressed
 * to an agent and from a peer on loopback. @CALL@ stands for a Call-ID and branch of its own.
 */

/** Both ends as "address:port". */
interface Ends {
  readonly agent: string;
  readonly peer: string;
}

const OFFER = [
  'v=0',
  'o=mhandley 29739 7272939 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 9 RTP/AVP 0 101',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:101 telephone-event/8000',
  '',
].join('\r\n');

type Field = string | ((value: string) => string) | undefined;

/** Header lines in their usual order; a name of `change` replaces the line, or takes it away. */
function message(
  { agent, peer }: Ends,
  start: string,
  change: Readonly<Record<string, Field>> = {},
  body = '',
): string {
  const method = start.startsWith('SIP/') ? 'OPTIONS' : (start.split(' ')[0] ?? '');
  const lines: Record<string, string> = {
    Via: `Via: SIP/2.0/UDP ${peer};branch=z9hG4bK@CALL@;rport`,
    Max: 'Max-Forwards: 70',
    From: `From: "A. Peer" <sip:peer@${peer}>;tag=f@CALL@`,
    To: `To: <sip:agent@${agent}>`,
    Call: 'Call-ID: @CALL@',
    CSeq: `CSeq: 7 ${method}`,
    Contact: `Contact: <sip:peer@${peer}>`,
    Type: body === '' ? '' : 'Content-Type: application/sdp',
    More: '',
    Length: `Content-Length: ${Buffer.byteLength(body)}`,
  };
  const text = Object.entries(lines).flatMap(([name, line]) => {
    if (!(name in change)) return line === '' ? [] : [line];
    const to = change[name];
    if (to === undefined) return [];
    return [typeof to === 'string' ? to : to(line)];
  });
  return [start, ...text, '', body].join('\r\n');
}

export function tortureMessages(ends: Ends): readonly string[] {
  const { agent, peer } = ends;
  const uri = `sip:agent@${agent}`;
  const of = (start: string, change?: Record<string, Field>, body?: string) =>
    message(ends, start, change, body);
  const invite = (change?: Record<string, Field>, body = OFFER) =>
    of(`INVITE ${uri} SIP/2.0`, change, body);
  const options = (change?: Record<string, Field>, body = '') =>
    of(`OPTIONS ${uri} SIP/2.0`, change, body);
  const answer = (line: string, change?: Record<string, Field>, body = '') =>
    of(line, { Contact: undefined, ...change }, body);
  return [
    // 3.1.1.1: white space, folding, compact names
    invite({
      To: `TO :\r\n <sip:agent@${agent}>  ;   tag    = 1918181833n`,
      Max: 'Max-Forwards: 0068',
      CSeq: 'cseq: 0009\r\n  INVITE',
      Via: `v:  SIP  / 2.0  /\r\n   UDP\r\n    ${peer} ; branch = z9hG4bK@CALL@ ; rport`,
      Call: 'Call-ID: @CALL@',
      From: `f: "J Rosenberg \\\\\\""       <sip:peer@${peer}>\r\n  ;\r\n  tag = 98asjd8`,
      More: 'Subject:\r\ns :\r\nNewFangledHeader:   newfangled value\r\n continued newfangled value\r\nUnknownHeaderWithUnusualValue: ;;,,;;,;',
      Length: (line) => line.replace('Content-Length', 'l'),
    }),
    // 3.1.1.2: the widest range of characters
    of(
      `!interesting-Method0123456789_*+\`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@${agent} SIP/2.0`,
      {
        More: "extensionHeader-!.%*+_`'~:\u{fe}\u{fd}\u5927\u96fb",
      },
    ),
    // 3.1.1.3, 3.1.1.4, 3.1.1.5: escapes, an escaped NUL, a percent sign that is none
    of(`INVITE sip:sips%3Auser%40example.com@${agent} SIP/2.0`, {}, OFFER),
    options({
      To: `To: sip:null-%00-null@${agent}`,
      From: `From: sip:null-%00-null@${peer};tag=1`,
    }),
    of(`RE%47IST%45R sip:${agent} SIP/2.0`, { More: `Contact: <sip:alias%31@${peer}>` }),
    // 3.1.1.6: no blank between display name and <
    options({ From: `From: caller<sip:caller@${peer}>;tag=323` }),
    // 3.1.1.7: long values
    invite({
      To: `To: "I have a user name of ${'extreme '.repeat(30)}proportion" <sip:user@${agent}:6000;unknownparam1=very${'long'.repeat(50)}value>`,
      More: `Unknown-${'Long'.repeat(40)}-Name: unknown-${'long'.repeat(60)}-value; p=${'x'.repeat(400)}`,
    }),
    // 3.1.1.8: a second request behind the first
    options() + invite({ Via: `Via: SIP/2.0/UDP ${peer};branch=z9hG4bKsecond@CALL@` }),
    // 3.1.1.9: semicolons in the user part
    of(`OPTIONS sip:user;par=u%40example.net@${agent} SIP/2.0`),
    // 3.1.1.10: many transports
    options({
      Via: (line) =>
        `${line}\r\nVia: SIP/2.0/SCTP ${peer};branch=z9hG4bK2\r\nVia: SIP/2.0/UNKNOWN ${peer};branch=z9hG4bK3`,
    }),
    // 3.1.1.11: two parts, one of them bytes
    of(
      `MESSAGE ${uri} SIP/2.0`,
      { Type: 'Content-Type: multipart/mixed;boundary=7a9cbec02ceef655' },
      '--7a9cbec02ceef655\r\nContent-Type: text/plain\r\n\r\nHello\r\n--7a9cbec02ceef655\r\nContent-Type: application/octet-stream\r\n\r\n0\x82\x01R\x06\x09*\x86H\r\n--7a9cbec02ceef655--\r\n',
    ),
    // 3.1.1.12, 3.1.1.13: an unusual reason phrase, and none
    answer('SIP/2.0 200 = 2**3 * 5**2 \u043d\u043e \u0441\u0442\u043e'),
    answer('SIP/2.0 100 '),
    // 3.1.2.1: separators that should not be there
    invite({
      Via: `Via: SIP/2.0/UDP ${peer};branch=z9hG4bK@CALL@;;,;,,`,
      To: `To: "Agent" <sip:agent@${agent}> ;;;;`,
    }),
    // 3.1.2.2, 3.1.2.3: Content-Length too large, and negative
    invite({ Length: 'Content-Length: 9999' }),
    invite({ Length: 'Content-Length: -999' }),
    // 3.1.2.4, 3.1.2.5: scalars out of range
    of(`REGISTER sip:${agent} SIP/2.0`, {
      CSeq: 'CSeq: 36893488147419103232 REGISTER',
      Max: 'Max-Forwards: 300',
      More: 'Expires: 1000000000000000000000',
    }),
    answer('SIP/2.0 503 Service Unavailable', {
      CSeq: 'CSeq: 9292394834772304023312 OPTIONS',
      More: 'Retry-After: 949302838503028349304023988',
    }),
    // 3.1.2.6, 3.1.2.7: a quote or a bracket without its other half
    invite({ To: `To: "Mr. J. User <sip:j.user@${agent}>` }),
    of(`INVITE <${uri}> SIP/2.0`, {}, OFFER),
    // 3.1.2.8 to 3.1.2.10: blanks in and around the start line
    of(`INVITE ${uri}; lr SIP/2.0`, {}, OFFER),
    of(`INVITE  ${uri}  SIP/2.0`, {}, OFFER),
    of(`OPTIONS ${uri} SIP/2.0  `),
    // 3.1.2.11, 3.1.2.12: headers in the URI, a date of another zone
    of(`INVITE ${uri}?Route=%3Csip:${agent}%3E SIP/2.0`, {}, OFFER),
    invite({ More: 'Date: Fri, 01 Jan 2010 16:00:00 EST' }),
    // 3.1.2.13, 3.1.2.14: a Contact with a header part, an address without brackets
    of(`REGISTER sip:${agent} SIP/2.0`, {
      Contact: `Contact: sip:user@${peer}?Route=%3Csip:${agent}%3E`,
    }),
    options({ To: `To: "Watson, Thomas" < sip:t.watson@${agent} >` }),
    // 3.1.2.15, 3.1.2.16: a display name that needs quotes, an unknown version
    options({ From: `From: Bell, Alexander <sip:a.g.bell@${peer}>;tag=43` }),
    of(`OPTIONS ${uri} SIP/7.0`, { Via: `Via: SIP/7.0/UDP ${peer};branch=z9hG4bK@CALL@` }),
    // 3.1.2.17, 3.1.2.18: the method of CSeq is another one
    options({ CSeq: 'CSeq: 8 INVITE' }),
    of(`NEWMETHOD ${uri} SIP/2.0`, { CSeq: 'CSeq: 34 INVITE' }, OFFER),
    // 3.1.2.19: a status that fits nowhere
    answer('SIP/2.0 4294967301 better not break the receiver'),
    // 3.2.1: a branch with nothing behind its cookie
    options({ Via: `Via: SIP/2.0/UDP ${peer};branch=z9hG4bK;rport` }),
    // 3.3.1: too few header fields
    of(`INVITE ${uri} SIP/2.0`, { To: undefined, From: undefined, Call: undefined }, OFFER),
    // 3.3.2 to 3.3.4: unknown schemes
    of('OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0'),
    of('OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0'),
    of(`REGISTER sip:${agent} SIP/2.0`, {
      To: 'To: isbn:2983792873',
      Contact: 'Contact: <name:John_Smith>',
    }),
    // 3.3.5, 3.3.6: an extension nobody has, a type nobody has
    options({
      More: 'Require: nothingSupportsThis, nothingSupportsThisEither\r\nProxy-Require: noProxiesSupportThis',
    }),
    invite(
      { Type: 'Content-Type: application/unknownformat' },
      '<audio>\n <pcmu port="443"/>\n</audio>\n',
    ),
    // 3.3.7: an unknown scheme of credentials
    of(`REGISTER sip:${agent} SIP/2.0`, {
      More: 'Authorization: NoOneKnowsThisScheme opaque-data=here',
    }),
    // 3.3.8, 3.3.9: fields there may be only one of
    invite({
      More: `CSeq: 59 OPTIONS\r\nFrom: <sip:x@${peer}>;tag=2\r\nTo: <sip:x@${agent}>\r\nCall-ID: other`,
    }),
    options(
      { Length: 'Content-Length: 13\r\nContent-Length: 5' },
      'There is no way to know how many',
    ),
    // 3.3.10: a response whose Via names somebody else
    answer('SIP/2.0 200 OK', { Via: 'Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK@CALL@' }),
    // 3.3.11 to 3.3.14: no hops left, parameters of Contact, an escaped Route
    options({ Max: 'Max-Forwards: 0' }),
    of(`REGISTER sip:${agent} SIP/2.0`, {
      Contact: `Contact: sip:+19725552222@${peer};unknownparam`,
    }),
    of(`REGISTER sip:${agent} SIP/2.0`, {
      Contact: `Contact: <sip:user@${peer}?Route=%3Csip:sip.example.com%3E>`,
    }),
    // 3.3.15: only application/sdp in a body nobody accepts
    invite({ More: 'Accept: text/nobodyKnowsThis' }),
    // 3.4.1: as RFC 2543 had it
    of(
      `INVITE ${uri} SIP/2.0`,
      {
        Via: `Via: SIP/2.0/UDP ${peer}`,
        Max: undefined,
        Contact: undefined,
        From: `From: <sip:peer@${peer}>`,
        Length: undefined,
      },
      OFFER,
    ),
    // beyond RFC 4475: what usually comes
    options(),
    of(
      `MESSAGE ${uri} SIP/2.0`,
      { Type: 'Content-Type: text/plain;charset=utf-8' },
      'gr\u00fcn \ufffd \u{1f4de}',
    ),
    of(`CANCEL ${uri} SIP/2.0`),
    of(`BYE ${uri} SIP/2.0`, { To: `To: <sip:agent@${agent}>;tag=nobody` }),
    of(`ACK ${uri} SIP/2.0`),
    of(`NOTIFY ${uri} SIP/2.0`, { More: 'Event: keep-alive' }),
    of(`REFER ${uri} SIP/2.0`, { More: `Refer-To: <sip:x@${peer}>` }),
    answer('SIP/2.0 180 Ringing', { CSeq: 'CSeq: 7 INVITE' }),
  ];
}
