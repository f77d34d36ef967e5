/** Signed identities of callers (STIR/SHAKEN): functions that make keys, sign and check. */
import type { FunctionRow } from '../rows.js';

export const IDENTITY_GLOBALS = {
  generate_key: {
    on: 'global',
    side: 'host',
    effect: 'block',
    params: [
      {
        name: 'common_name',
        kind: 'text',
        optional: true,
        default: '"offhook"',
        doc: 'Common name of the certificate.',
      },
    ],
    returns: 'KeyPair',
    doc: 'Makes a key pair on the curve P-256, and a self-signed certificate for it that is valid for a month.',
    done: 'the key pair and the certificate are made',
    limit: '5s',
    throws: ['E_ARGUMENT'],
    example:
      'const carrier_key = generate_key("SHAKEN 1234");\nconst mock = mock_server();\nmock.respond("GET", "/carrier.pem", text_response(carrier_key.certificate));',
    source: 'RFC 8226; RFC 7518, 3.4',
  },
  sign_identity: {
    on: 'global',
    side: 'thread',
    effect: 'none',
    params: [
      {
        name: 'options',
        kind: 'identity_options',
        doc: 'Key, caller, called party and claims.',
      },
    ],
    returns: 'string',
    doc: 'Signs the identity of a caller and returns the value of an Identity header, for `headers` of a peer or an agent and for `message_text`. It signs whatever the options say: they can also make a token that is too old, names other parties or is signed with another key.',
    throws: ['E_ARGUMENT'],
    example:
      'const carrier_key = generate_key();\nconst Identity = sign_identity({\n  private_key: carrier_key.private_key,\n  x5u: "https://cert.example.org/shaken.pem",\n  orig: "+12155550121",\n  dest: "+12155550131",\n  attest: "A",\n});\npeer("carrier").dial("sip:+12155550131@pbx.example", { from: "<sip:+12155550121@carrier.example>", headers: { Identity } });',
    source: 'RFC 8224, 4; RFC 8225; RFC 8588',
  },
  read_identity: {
    on: 'global',
    side: 'thread',
    effect: 'none',
    params: [
      {
        name: 'value',
        kind: 'string',
        type: 'string | undefined',
        optional: true,
        doc: 'One value of an Identity header; without a value, the result has `code` 428.',
      },
      {
        name: 'options',
        kind: 'identity_check',
        optional: true,
        doc: 'The key or certificate, and the caller and called party in the message. Without a key, everything but the signature is checked.',
      },
    ],
    returns: 'Identity',
    doc: 'Reads an Identity header and checks it as a verification service does. A problem is returned as a value, not thrown as an error: `valid` is false, `code` is the response to give, and `reason` says what is wrong.',
    throws: ['E_ARGUMENT'],
    example:
      'const invite = peer("platform").expect("INVITE");\nconst identity = read_identity(invite.header("Identity"), {\n  certificate: file_text("shaken.pem"),\n  orig: "+12155550121",\n  dest: "+12155550131",\n});\nassert(identity).contains({ valid: true, ppt: "shaken" });\nassert(identity.payload?.attest).equals("A");',
    source: 'RFC 8224, 6.2',
  },
} as const satisfies Record<string, FunctionRow>;
