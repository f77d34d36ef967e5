// Signed identities of callers (STIR/SHAKEN, RFC 8224): what a platform gets, what it refuses, and how it checks.
import { wherePossible } from '../lib/agents.js';

suite({ tags: ['peer'], timeout: '30s' });

const CALLER = '+12155550121';
const CALLEE = '+12155550131';
const X5U = 'https://cert.example.org/shaken.pem';

setup(() => ({ caller: peer('caller'), platform: peer('platform'), keys: generate_key('1234') }));

const seconds = () => Math.floor(Date.now() / 1000);

/** The value of an Identity header for a call from CALLER to CALLEE. */
function signed(keys, more = {}) {
  const { private_key } = keys;
  return sign_identity({ private_key, x5u: X5U, orig: CALLER, dest: CALLEE, attest: 'A', ...more });
}

/** What a platform does with an INVITE: it reads the header and answers. */
function judged(platform, keys) {
  const invite = platform.expect('INVITE');
  const number = (name) => /<(sip:[^>]*)>/.exec(invite.header(name))[1];
  const date = invite.header('Date');
  const identity = read_identity(invite.header('Identity'), {
    certificate: keys.certificate,
    orig: number('From'),
    dest: number('To'),
    ...(date === undefined ? {} : { iat: Date.parse(date) / 1000 }),
  });
  platform.respond(identity.code ?? 200);
  return identity;
}

/** A call with these header fields, and what the platform came to. */
function called({ caller, platform, keys }, headers) {
  const call = caller.dial(platform, {
    from: `<sip:${CALLER}@carrier.example>`,
    to: `<sip:${CALLEE}@platform.example>`,
    headers,
  });
  const identity = judged(platform, keys);
  const answer = await_until(() => assert(call.final).is_present().value());
  return { identity, answer };
}

scenario('a signed call is taken', (all) => {
  const { identity, answer } = called(all, { Identity: signed(all.keys) });
  assert(answer.code).equals(200);
  assert(identity.reason).is_absent();
  assert(identity).contains({ valid: true, info: X5U, alg: 'ES256', ppt: 'shaken' });
  assert(identity.header).equals({ alg: 'ES256', ppt: 'shaken', typ: 'passport', x5u: X5U });
  assert(identity.payload).contains({
    attest: 'A',
    orig: { tn: '12155550121' },
    dest: { tn: ['12155550131'] },
  });
  assert(identity.payload.origid).matches(/^[\da-f-]{36}$/);
  all.caller.hangup();
});

scenario('a call without an identity is refused with 428', (all) => {
  const { identity, answer } = called(all, {});
  assert(identity).contains({ valid: false, code: 428 });
  assert(answer).contains({ code: 428, reason: 'Use Identity Header' });
});

scenario.each([
  { what: 'an old iat', code: 403, reason: 'limit 60 s', more: () => ({ iat: seconds() - 120 }) },
  { what: 'another callee', code: 438, reason: 'dest is', more: () => ({ dest: '+12155550132' }) },
  { what: 'another caller', code: 438, reason: 'orig is', more: () => ({ orig: '+12155550122' }) },
  { what: 'no attest', code: 438, reason: 'attest', more: () => ({ claims: { attest: null } }) },
  {
    what: 'another algorithm',
    code: 437,
    reason: 'RS256',
    more: () => ({ header: { alg: 'RS256' } }),
  },
  {
    what: 'another typ',
    code: 438,
    reason: 'typ of the token is "jwt"',
    more: () => ({ header: { typ: 'jwt' } }),
  },
])('a bad token is refused: $what, $code', ({ code, reason, more }, all) => {
  const { identity, answer } = called(all, { Identity: signed(all.keys, more()) });
  assert(answer.code).equals(code);
  assert(identity.valid).is_false();
  assert(identity.reason).contains(reason);
});

scenario('a signature of another key, and one that was changed, are refused with 438', (all) => {
  const others = called(all, { Identity: signed(generate_key()) });
  assert(others.answer).contains({ code: 438, reason: 'Invalid Identity Header' });
  assert(others.identity.reason).contains('signature');
  const value = signed(all.keys);
  const changed = value.replace(/.(?=.{9};info)/, (one) => (one === 'A' ? 'B' : 'A'));
  assert(changed).not_equals(value);
  assert(called(all, { Identity: changed }).answer.code).equals(438);
});

scenario('the compact form: the platform puts the token together', (all) => {
  const iat = seconds();
  const compact = { compact: true, iat, attest: undefined };
  const Date_ = new Date(iat * 1000).toUTCString();
  const good = called(all, { Identity: signed(all.keys, compact), Date: Date_ });
  assert(good.answer.code).equals(200);
  assert(good.identity).contains({ compact: true, valid: true });
  all.caller.hangup();
  const later = new Date((iat - 1) * 1000).toUTCString();
  const bad = called(all, { Identity: signed(all.keys, compact), Date: later });
  assert(bad.answer.code).equals(438);
});

scenario('in any request, and in a message as text', ({ caller, platform, keys }) => {
  caller.request('MESSAGE', platform, { headers: { Identity: signed(keys) }, body: 'hello' });
  const { public_key } = keys;
  const first = read_identity(platform.expect('MESSAGE').header('Identity'), { public_key });
  assert(first.valid).is_true();
  const text = caller.message_text({
    start: `OPTIONS ${platform.aor} SIP/2.0`,
    headers: [
      ['Via', `SIP/2.0/UDP ${caller.aor.replace(/^.*@/, '')};branch=z9hG4bK${uuid()}`],
      ['From', '<sip:a@b>;tag=1'],
      ['To', '<sip:c@d>'],
      ['Call-ID', uuid()],
      ['CSeq', '1 OPTIONS'],
      // the compact name of Identity
      ['y', signed(keys, { dest: [CALLEE, 'sip:bob@example.com'] })],
    ],
  });
  caller.send(text, platform);
  const second = read_identity(platform.expect('OPTIONS').header('Identity'), { public_key });
  assert(second.valid).is_true();
  assert(second.payload.dest).equals({ tn: ['12155550131'], uri: ['sip:bob@example.com'] });
});

scenario('an agent calls with a signed identity', ({ platform, keys }) => {
  const headers = { Identity: signed(keys, { orig: CALLER }) };
  const alice = wherePossible(() => agent('alice', { headers, headers_compat: true }));
  alice.dial(platform);
  const identity = read_identity(platform.expect('INVITE').header('Identity'), {
    certificate: keys.certificate,
    dest: CALLEE,
  });
  assert(identity.reason).is_absent();
  assert(identity.valid).is_true();
  platform.respond(486);
  await_until(() => assert(alice.status_code).equals(486));
});

scenario('the certificate is fetched from where the token says', ({ caller, platform, keys }) => {
  const mock = mock_server();
  mock.respond('GET', '/shaken.pem', text_response(keys.certificate));
  const x5u = `${mock.url}/shaken.pem`;
  caller.request('INVITE', platform, { headers: { Identity: signed(keys, { x5u }) } });
  const value = platform.expect('INVITE').header('Identity');
  // a first look without a key tells where the certificate is
  const { info, valid } = read_identity(value);
  assert(valid).is_absent();
  const certificate = http('GET', info).expect_status(200).body;
  assert(read_identity(value, { certificate }).valid).is_true();
  assert(read_identity(value, { certificate, trusted: certificate }).valid).is_true();
  const trusted = generate_key().certificate; // an authority that did not issue it
  assert(read_identity(value, { certificate, trusted })).contains({ valid: false, code: 437 });
  platform.respond(486);
});

scenario('an identity that cannot be signed is a clear error', ({ keys }) => {
  const thrown = (act) => {
    try {
      act();
    } catch (error) {
      return `${error.code} ${error.message}`;
    }
    return 'nothing';
  };
  const wrong = (more) => thrown(() => signed(keys, more));
  assert(thrown(() => sign_identity())).contains('"options" is missing');
  assert(thrown(() => sign_identity({ private_key: 'x' }))).contains('option "x5u" is missing');
  assert(wrong({ private_key: 'hello' })).matches(/^E_ARGUMENT .* on the curve P-256, as PEM/);
  assert(wrong({ private_key: keys.public_key })).matches(/^E_ARGUMENT .*not a private key/);
  assert(wrong({ attest: 'D' })).matches(/^E_ARGUMENT .*"A", "B" or "C"/);
  assert(wrong({ x5u: 'https://a\r\nX: y' })).matches(/^E_ARGUMENT .*the URI of a certificate/);
  assert(wrong({ iat: '1' })).matches(/^E_ARGUMENT .*"iat" must be a whole number/);
  assert(wrong({ dest: [] })).matches(/^E_ARGUMENT .*"dest" must be/);
  assert(wrong({ ppt: 'a b' })).matches(/^E_ARGUMENT .*"ppt" must be/);
  assert(wrong({ key: 'x' })).contains('there is no option "key"');
  const read = (options) => thrown(() => read_identity('x', options));
  assert(read({ certificate: 'x' })).matches(/^E_ARGUMENT .*must be a certificate, as PEM/);
  assert(read({ public_key: keys.private_key.slice(0, 60) })).matches(/^E_ARGUMENT .*a public key/);
  assert(thrown(() => read_identity(5))).matches(/^E_ARGUMENT .*"value" must be text/);
  assert(thrown(() => generate_key(5))).matches(/^E_ARGUMENT .*"common_name" must be text/);
});
