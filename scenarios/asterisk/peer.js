// A raw SIP peer at a PBX. Needs its variables (see src/testing/asterisk.ts), or is skipped.
import { challenges, needsPbx, registered, user } from '../lib/agents.js';

suite({ tags: ['pbx', 'peer'], timeout: '30s' });

setup(() => needsPbx('PBX_ECHO'));

const up = (...peers) =>
  await_until(() => peers.forEach((one) => assert(one.state).equals(State.Established)));

/** A peer of this user, registered. */
function registeredPeer(letter, more = {}) {
  const one = peer('peer-' + letter, user(letter, more));
  one.register({ expires: 60 });
  registered(one);
  return one;
}

scenario('a login, a tone heard, and the end', () => {
  const alice = registeredPeer('A');
  assert(challenges(alice, 401).size).equals(1);
  const call = alice.dial(env('PBX_TONE'));
  up(alice);
  assert(call.final?.header('Server')).is_present();
  alice.verify_audio(1004);
  alice.bye();
  await_until(() => assert(alice.state).equals(State.Idle));
  alice.unregister();
  await_until(() => assert(alice.registered).is_false());
});

scenario('a tel URI is dialled', () => {
  const alice = registeredPeer('A');
  const call = alice.dial(`sip:${env('SIP_DOMAIN')}`, {
    request_uri: `tel:${env('PBX_ECHO')}`,
    to: `<tel:${env('PBX_ECHO')}>`,
  });
  up(alice);
  assert(call.request?.uri).equals(`tel:${env('PBX_ECHO')}`);
  alice.send_audio(tone(440));
  alice.verify_audio(440);
  alice.hangup();
  await_until(() => assert(alice.ended).contains({ by: 'local', how: 'bye' }));
});

scenario('digits into the menu', () => {
  const alice = registeredPeer('A');
  alice.dial(env('PBX_IVR'));
  up(alice);
  alice.verify_audio(600);
  alice.dtmf('2');
  alice.verify_audio(1200);
  alice.hangup();
});

scenario('a late offer: the echo is heard', () => {
  const alice = registeredPeer('A');
  const call = alice.dial(env('PBX_ECHO'), { late_offer: true });
  up(alice);
  assert(alice.sip.sent('INVITE')[0]?.body).equals('');
  assert(call.final?.sdp).is_present();
  assert(alice.sip.sent('ACK').at(-1)?.sdp).is_present();
  alice.send_audio(tone(440));
  alice.verify_audio(440);
  alice.hangup();
});

scenario('provisional responses that want a PRACK, from the PBX', () => {
  const rex = registeredPeer('REL');
  const call = rex.dial(env('PBX_EARLY_MEDIA'), { require: ['100rel'] });
  await_until(() => assert(rex.early_media).is_true());
  const early = call.provisional.at(-1);
  assert(early?.header('Require')).contains('100rel');
  await_until(() => assert(rex.sip.received(200).at(-1)?.method).equals('PRACK'));
  assert(rex.sip.sent('PRACK')[0]?.header('RAck')).matches(
    new RegExp(`^${early?.header('RSeq')} \\d+ INVITE$`),
  );
  rex.verify_audio(700);
  up(rex);
  rex.hangup();
});

scenario('provisional responses that want a PRACK, to the PBX', () => {
  const [alice, rex] = [registeredPeer('A'), registeredPeer('REL')];
  alice.dial(rex);
  const invite = rex.expect('INVITE');
  assert(`${invite.header('Require')} ${invite.header('Supported')}`).contains('100rel');
  rex.respond(183, undefined, { reliable: true, sdp: {} });
  assert(rex.expect('PRACK').header('RAck')).matches(/^1 \d+ INVITE$/);
  rex.answer({ sdp: false });
  up(alice, rex);
  verify_audio_connection(alice, rex);
  alice.hangup();
  await_until(() => assert(rex.state).equals(State.Idle));
});

scenario('a session timer: too short, then granted and refreshed', () => {
  const tim = registeredPeer('TIMED');
  const short = tim.dial(env('PBX_ECHO'), { session_timer: { expires: 30 } });
  await_until(() => assert(short.final?.code).equals(422));
  assert(short.final?.header('Min-SE')).equals('90');
  const call = tim.dial(env('PBX_ECHO'), {
    session_timer: { expires: 90, min_se: 90, refresher: 'uac' },
  });
  up(tim);
  assert(call.final?.header('Session-Expires')).equals('90;refresher=uac');
  assert(call.final?.header('Require')).contains('timer');
  const refresh = tim.update({
    headers: { 'Session-Expires': '90;refresher=uac', Supported: 'timer' },
  });
  await_until(() => assert(refresh.final?.code).equals(200));
  assert(refresh.final?.header('Session-Expires')).contains('90');
  tim.hangup();
});

scenario('a session timer in a call from the PBX', () => {
  const [alice, tim] = [registeredPeer('A'), registeredPeer('TIMED')];
  tim.on_invite([[200, { session_timer: { expires: 90, refresher: 'uac' } }]]);
  alice.dial(tim);
  up(alice, tim);
  assert(tim.sip.received('INVITE')[0]?.header('Session-Expires')).contains('90');
  assert(tim.sip.sent(200).at(-1)?.header('Require')).equals('timer');
  alice.hangup();
  await_until(() => assert(tim.state).equals(State.Idle));
});

scenario('on hold the other side hears music', () => {
  const [alice, bob] = [registeredPeer('A'), registeredPeer('B')];
  bob.on_invite([[180], [200]]);
  alice.dial(bob);
  up(alice, bob);
  const hold = alice.reinvite({ sdp: { direction: 'sendonly' } });
  await_until(() => assert(hold.final?.code).equals(200));
  bob.verify_audio(523);
  bob.verify_audio(659);
  alice.reinvite({ sdp: { direction: 'sendrecv' } });
  alice.send_audio(tone(440));
  bob.verify_audio(440);
  alice.hangup();
});

scenario('the PBX asks a peer to call another number, and redirects', () => {
  const alice = registeredPeer('A');
  const redirected = alice.dial(env('PBX_REDIRECTS_TO_ECHO'));
  await_until(() => assert(redirected.final?.code).equals(302));
  assert(redirected.final?.header('Contact')).contains('600@');
  alice.dial(env('PBX_REFERS_TO_TONE'));
  up(alice);
  const refer = alice.expect('REFER');
  assert(refer.header('Refer-To')).contains('601@');
  const notify = alice.notify({
    in: refer,
    event: 'refer',
    headers: { 'Subscription-State': 'terminated;reason=noresource' },
    body: 'SIP/2.0 200 OK\r\n',
    content_type: 'message/sipfrag',
  });
  await_until(() => assert(notify.final?.code).equals(200));
  alice.hangup();
});

scenario('SRTP with keys in the SDP: calls out and in, digits, other keys', () => {
  const [alice, sue] = [registeredPeer('A'), registeredPeer('SDES', { media_enc: 'srtp-mand' })];
  const call = sue.dial(env('PBX_ECHO'));
  up(sue);
  assert(call.final?.sdp?.media[0]?.protocol).equals('RTP/SAVP');
  assert(sue.media?.encryption).equals('srtp');
  sue.send_audio(tone(440));
  sue.verify_audio(440);
  const key = 'AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0e';
  const line = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}`;
  const reinvite = sue.reinvite({ sdp: { lines: [line] } });
  await_until(() => assert(reinvite.final?.code).equals(200));
  sue.send_audio(tone(900));
  sue.verify_audio(900);
  sue.send_audio(silent());
  sue.hangup();
  sue.dial(env('PBX_IVR'));
  up(sue);
  sue.verify_audio(600);
  sue.dtmf('2');
  sue.verify_audio(1200);
  sue.hangup();
  sue.on_invite([[180], [200]]);
  alice.dial(sue);
  up(alice, sue);
  verify_audio_connection(alice, sue);
  alice.hangup();
  await_until(() => assert(sue.state).equals(State.Idle));
});

scenario('SRTP is demanded: a peer without it is refused', () => {
  const sue = registeredPeer('SDES');
  const call = sue.dial(env('PBX_ECHO'));
  await_until(() => assert(call.final?.code).equals(488));
});

scenario('over a WebSocket: a login, a call out, a call in', () => {
  const way = { transport: 'ws', outbound: env('SIP_PROXY_WS') };
  const alice = registeredPeer('A', way);
  assert(alice.sip.sent('REGISTER')[0]?.header('Via')).contains('SIP/2.0/WS');
  alice.dial(env('PBX_ECHO'));
  up(alice);
  alice.send_audio(tone(440));
  alice.verify_audio(440);
  alice.hangup();
  const bob = registeredPeer('B');
  alice.on_invite([[180], [200]]);
  bob.dial(alice);
  up(alice, bob);
  const info = alice.info({ body: 'Signal=5', content_type: 'application/dtmf-relay' });
  await_until(() => assert(info.final).is_present());
  bob.hangup();
  await_until(() => assert(alice.ended).contains({ by: 'remote', how: 'bye' }));
});

/** The way over a WebSocket with TLS. */
const wss = (more) => ({ transport: 'wss', outbound: env('SIP_PROXY_WSS'), ...more });

scenario.each([
  { verified: 'not verified', options: () => ({ verify_tls: false }) },
  {
    verified: 'verified',
    options: () => {
      const ca_file = env('PBX_CA_FILE', '');
      if (ca_file === '') skip('needs the authority of the PBX: PBX_CA_FILE is not set');
      return { verify_tls: true, ca_file };
    },
  },
])('over a WebSocket with TLS, certificate $verified', ({ options }) => {
  const alice = registeredPeer('A', wss(options()));
  const register = alice.sip.sent('REGISTER')[0];
  assert(register?.header('Via')).contains('SIP/2.0/WSS');
  assert(register?.header('Contact')).contains('transport=ws');
  alice.dial(env('PBX_ECHO'));
  up(alice);
  alice.send_audio(tone(440));
  alice.verify_audio(440);
  alice.hangup();
  const bob = registeredPeer('B');
  alice.on_invite([[180], [200]]);
  bob.dial(alice);
  up(alice, bob);
  bob.hangup();
  await_until(() => assert(alice.ended).contains({ by: 'remote', how: 'bye' }));
  alice.unregister();
  await_until(() => assert(alice.registered).is_false());
});

scenario('a WebSocket server whose certificate nobody vouches for', () => {
  const alice = peer('alice', user('A', wss({ verify_tls: true })));
  try {
    alice.register();
    throw new Error('was sent');
  } catch (error) {
    assert(error.code).equals('E_PEER');
    assert(error.message).contains('self-signed certificate');
  }
});
