// SRTP of a raw SIP peer, with keys in the session description: to peers and agents, kept, changed, missing and wrong.
import { errorOf, established, wherePossible } from '../lib/agents.js';

suite({ tags: ['peer'], timeout: '40s' });

// The octets 1, 2, 3, ... and 101, 102, ... as Base64, of the length each suite needs.
const KEYS = {
  AES_CM_128_HMAC_SHA1_80: 'AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0e',
  AES_CM_128_HMAC_SHA1_32: 'ZWZnaGlqa2xtbm9wcXJzdHV2d3h5ent8fX5/gIGC',
  AEAD_AES_128_GCM: 'AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHA==',
  AEAD_AES_256_GCM: 'AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKyw=',
};
const SUITE = 'AES_CM_128_HMAC_SHA1_80';
const cryptoLine = (suite, tag = 1) => `a=crypto:${tag} ${suite} inline:${KEYS[suite]}`;
const lines = (...suites) => ({
  sdp: { lines: suites.map((suite, i) => cryptoLine(suite, i + 1)) },
});
const cryptoOf = (message) => message.body.match(/^a=crypto:.*$/gm) ?? [];

const isAgent = ({ name }) => name === 'bob';

/** One calls the other, who is a peer or the agent bob. */
function up(caller, callee, options) {
  if (!isAgent(callee)) callee.on_invite([[180], [200]]);
  if (isAgent(caller)) caller.dial(callee);
  else caller.dial(callee, options);
  if (isAgent(callee)) callee.accept();
  established(caller, callee);
}

function digits(from, to, text) {
  from.dtmf(text);
  await_until(() => assert(to.received_digits).equals(text));
}

const ENCRYPTIONS = [{ enc: 'srtp' }, { enc: 'srtp-mand' }];
const PROTOCOL = { srtp: 'RTP/AVP', 'srtp-mand': 'RTP/SAVP' };

scenario.each(ENCRYPTIONS)('$enc between peers', ({ enc }) => {
  const [p, q] = ['p', 'q'].map((name) => peer(name, { media_enc: enc }));
  up(p, q);
  const offer = p.sip.sent('INVITE')[0];
  const answer = q.sip.sent(200)[0];
  assert(offer.sdp.media[0].protocol).equals(PROTOCOL[enc]);
  assert(answer.sdp.media[0].protocol).equals(PROTOCOL[enc]);
  assert(cryptoOf(offer).length).equals(4);
  assert(cryptoOf(answer).length).equals(1);
  assert(cryptoOf(answer)[0]).matches(/^a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:/);
  assert(cryptoOf(offer).includes(cryptoOf(answer)[0])).is_false();
  assert(p.media).contains({ encryption: 'srtp', suite: SUITE });
  assert(q.media).contains({ encryption: 'srtp', suite: SUITE });
  verify_audio_connection(p, q);
  digits(p, q, '42#');
  digits(q, p, '17');
  p.hangup();
});

scenario.each(ENCRYPTIONS)('$enc: a peer calls an agent', ({ enc }) => {
  const p = peer('p', { media_enc: enc });
  const bob = wherePossible(() => agent('bob', { media_enc: enc }));
  up(p, bob);
  assert(bob.media).contains({ encryption: 'srtp', suite: SUITE });
  verify_audio_connection(p, bob);
  digits(p, bob, '42#');
  digits(bob, p, '17');
  p.hangup();
});

scenario.each(ENCRYPTIONS)('$enc: an agent calls a peer', ({ enc }) => {
  const p = peer('p', { media_enc: enc });
  const bob = wherePossible(() => agent('bob', { media_enc: enc }));
  up(bob, p);
  assert(p.sip.sent(200)[0].sdp.media[0].protocol).equals(PROTOCOL[enc]);
  assert(p.media?.encryption).equals('srtp');
  verify_audio_connection(p, bob);
  digits(p, bob, '42#');
  digits(bob, p, '17');
  bob.hangup();
});

scenario.each(Object.keys(KEYS))('$row between peers, by keys of the script', (suite) => {
  const [p, q] = ['p', 'q'].map((name) => peer(name, { media_enc: 'srtp-mand' }));
  up(p, q, { sdp: { lines: [cryptoLine(suite, 7)] } });
  assert(cryptoOf(p.sip.sent('INVITE')[0])).equals([cryptoLine(suite, 7)]);
  assert(cryptoOf(q.sip.sent(200)[0])[0]).matches(new RegExp(`^a=crypto:7 ${suite} inline:`));
  assert(p.media?.suite).equals(suite);
  verify_audio_connection(p, q);
  digits(p, q, '5');
  p.hangup();
});

scenario.each(Object.keys(KEYS))('$row to an agent', (suite) => {
  const p = peer('p', { media_enc: 'srtp-mand' });
  const bob = wherePossible(() => agent('bob', { media_enc: 'srtp-mand' }));
  up(p, bob, lines(suite));
  assert(bob.media?.suite).equals(suite);
  verify_audio_connection(p, bob);
  digits(p, bob, '5');
  p.hangup();
});

scenario('the first offered suite that can be used is taken', () => {
  const [p, q] = ['p', 'q'].map((name) => peer(name, { media_enc: 'srtp-mand' }));
  const offered = [
    'a=crypto:1 F8_128_HMAC_SHA1_80 inline:' + KEYS[SUITE],
    'a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:tooshort',
    'a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:' + KEYS[SUITE] + '|2^20|1:4',
    'a=crypto:4 AES_CM_128_HMAC_SHA1_80 inline:' + KEYS[SUITE] + ' UNENCRYPTED_SRTCP',
    'a=crypto:5 AES_CM_128_HMAC_SHA1_32 inline:' + KEYS[SUITE] + '|2^20 WSH=128',
    cryptoLine(SUITE, 6),
  ];
  up(p, q, { sdp: { lines: offered } });
  assert(cryptoOf(q.sip.sent(200)[0])[0]).matches(/^a=crypto:5 AES_CM_128_HMAC_SHA1_32 /);
  verify_audio_connection(p, q);
  p.hangup();
});

scenario('srtp takes plain RTP where the other side has none, either way', () => {
  const [p, q] = [peer('p', { media_enc: 'srtp' }), peer('q')];
  for (const [caller, callee] of [
    [p, q],
    [q, p],
  ]) {
    up(caller, callee);
    assert(caller.media?.encryption).equals('none');
    verify_audio_connection(p, q);
    caller.hangup();
    await_until(() => assert(callee.state).equals(State.Idle));
  }
});

scenario('srtp-mand: an agent without it refuses; the offer of one is refused', () => {
  const [p, bob] = [peer('p', { media_enc: 'srtp-mand' }), agent('bob')];
  const call = p.dial(bob);
  await_until(() => assert(call.final?.code).equals(488));
  p.on_invite([[200]]);
  bob.dial(p);
  const answer = await_until(() => assert(p.sip.sent(200)[0]).is_present().value());
  assert(answer.sdp.media[0]).contains({ port: 0, protocol: 'RTP/AVP' });
});

scenario('a peer without media_enc refuses RTP/SAVP', () => {
  const [p, q] = [peer('p', { media_enc: 'srtp-mand' }), peer('q')];
  q.on_invite([[200]]);
  p.dial(q);
  const answer = await_until(() => assert(q.sip.sent(200)[0]).is_present().value());
  assert(answer.sdp.media[0]).contains({ port: 0, protocol: 'RTP/SAVP' });
  assert(cryptoOf(answer)).is_empty();
  established(p, q);
  p.hangup();
});

scenario('a late offer is answered with keys in the ACK', () => {
  const [p, q] = ['p', 'q'].map((name) => peer(name, { media_enc: 'srtp-mand' }));
  up(p, q, { late_offer: true });
  assert(cryptoOf(q.sip.sent(200)[0]).length).equals(4);
  assert(cryptoOf(p.sip.sent('ACK')[0]).length).equals(1);
  verify_audio_connection(p, q);
  p.hangup();
});

const settled = (reinvite) => await_until(() => assert(reinvite.final?.code).equals(200));

scenario.each([{ who: 'a peer' }, { who: 'an agent' }])(
  'with $who, a re-INVITE keeps the keys',
  ({ who }) => {
    const options = { media_enc: 'srtp-mand' };
    const p = peer('p', options);
    const other =
      who === 'a peer' ? peer('q', options) : wherePossible(() => agent('bob', options));
    up(p, other);
    other.send_audio(tone(700));
    p.verify_audio(700);
    settled(p.reinvite({ sdp: { direction: 'inactive' } }));
    settled(p.reinvite({ sdp: { direction: 'sendrecv' } }));
    const [first, held, resumed] = p.sip.sent('INVITE').map(cryptoOf);
    assert(held).equals(first);
    assert(resumed).equals(first);
    p.verify_audio(700);
    p.send_audio(tone(440));
    other.verify_audio(440);
    p.hangup();
  },
);

// Not with an agent: baresip 1.0 and 1.1 answer such an offer, but hear nothing that is sent with the second key.
scenario('a re-INVITE changes keys and suite', () => {
  const [p, q] = ['p', 'q'].map((name) => peer(name, { media_enc: 'srtp-mand' }));
  up(p, q);
  q.send_audio(tone(700));
  for (const [i, suite] of Object.keys(KEYS).entries()) {
    settled(p.reinvite(lines(suite)));
    p.verify_audio(700);
    p.send_audio(tone(400 + 150 * i));
    q.verify_audio(400 + 150 * i);
  }
  assert(q.media?.suite).equals('AEAD_AES_256_GCM');
  digits(p, q, '8');
  p.hangup();
});

const sdpText = (port, protocol, ...more) =>
  [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} ${protocol} 0 101`,
    'a=rtpmap:101 telephone-event/8000',
    ...more,
    '',
  ].join('\r\n');

scenario('a session description as text: its keys hold, whatever media_enc says', () => {
  const [p, q] = [peer('p'), peer('q', { media_enc: 'srtp' })];
  up(p, q);
  verify_audio_connection(p, q);
  const { port } = p.sip.sent('INVITE')[0].sdp.media[0];
  const text = sdpText(port, 'RTP/SAVP', cryptoLine('AES_CM_128_HMAC_SHA1_32', 3));
  const reinvite = p.reinvite({ sdp: text });
  settled(reinvite);
  assert(reinvite.final.sdp.media[0].protocol).equals('RTP/SAVP');
  assert(cryptoOf(reinvite.final)[0]).matches(/^a=crypto:3 AES_CM_128_HMAC_SHA1_32 /);
  verify_audio_connection(p, q);
  digits(p, q, '3');
  p.hangup();
});

scenario.each([
  { what: 'no key', line: 'a=ptime:20' },
  { what: 'a tag that was not offered', line: cryptoLine(SUITE, 9) },
  { what: 'a key that is too short', line: `a=crypto:1 ${SUITE} inline:AQID` },
])('an answer with $what: the call is up, without audio', ({ line }) => {
  const [p, q] = ['p', 'q'].map((name) => peer(name, { media_enc: 'srtp-mand' }));
  // any port: nothing is to come there
  q.on_invite([[200, { sdp: sdpText(9, 'RTP/SAVP', line) }]]);
  p.dial(q);
  established(p, q);
  p.verify_no_media('500ms');
  assert(errorOf(() => p.dtmf('1'))?.code).equals('E_CALL_STATE');
  p.hangup();
});

scenario('a wrong key: nothing is heard until the description that ends it', () => {
  const [p, q] = ['p', 'q'].map((name) => peer(name, { media_enc: 'srtp-mand' }));
  up(p, q, { sdp: { undecipherable: true } });
  assert(q.media?.encryption).equals('srtp');
  p.send_audio(tone(440));
  q.send_audio(tone(700));
  p.verify_audio(700);
  q.verify_no_media('1s');
  p.reinvite();
  q.verify_audio(440);
  p.hangup();
});
