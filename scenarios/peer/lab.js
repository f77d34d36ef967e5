// Raw SIP peers behind a real registrar and proxy, caller and callee in one file. Needs the lab: offhook run --lab.
import { challenges, labUser, registered } from '../lib/agents.js';

suite({ tags: ['peer', 'lab'], timeout: '30s' });

/** Peers for these users of the lab, registered. */
function registeredPeers(options, ...letters) {
  const peers = letters.map((letter) => peer('peer-' + letter, labUser(letter, options)));
  peers.forEach((one) => one.register({ expires: 60 }));
  registered(...peers);
  return peers;
}

/** A call from one to the other that is up. */
function called(from, to, options) {
  const call = from.dial(to, options);
  await_until(() => assert(from.state).equals(State.Established));
  await_until(() => assert(to.state).equals(State.Established));
  assert(call.final?.code).equals(200);
  return call;
}

/** The number in CSeq. */
const number = (message) => Number.parseInt(message.header('CSeq'), 10);
/** The Route fields of a request. */
const routes = (message) => message.headers('Route');

scenario.each([{ transport: 'udp' }, { transport: 'tcp' }, { transport: 'tls' }])(
  'a login and a call over $transport, through the proxy',
  ({ transport }) => {
    const [alice, bob] = registeredPeers({ transport }, 'A', 'B');
    const [first, second] = alice.sip.sent('REGISTER');
    assert(first.header('Authorization')).is_absent();
    assert(second.header('Authorization')).contains('response=');
    assert(number(second)).equals(number(first) + 1);
    assert(second.call_id).equals(first.call_id);
    assert(alice.registration).contains({ state: 'registered', code: 200 });
    assert(alice.registration.expires).greater_than(0).at_most(60);
    bob.on_invite([[180], [200]]);
    called(alice, bob, { headers: { 'X-Campaign': '42' } });
    const invite = bob.sip.received('INVITE')[0];
    assert(invite?.header('X-Campaign')).equals('42');
    assert(invite?.headers('Via').length).equals(2);
    assert(invite?.header('Via')).contains(`SIP/2.0/${transport.toUpperCase()}`);
    verify_audio_connection(alice, bob);
    const bye = bob.bye();
    await_until(() => assert(alice.ended).contains({ by: 'remote', how: 'bye' }));
    await_until(() => assert(bye.final?.code).equals(200));
    alice.unregister();
    await_until(() => assert(alice.registered).is_false());
    const again = bob.dial(alice);
    await_until(() => assert(again.final?.code).equals(480));
  },
);

scenario('an INVITE that is asked for a login: 407, ACK, the same call with CSeq + 1', () => {
  const [alice, bob] = registeredPeers({}, 'A', 'B');
  bob.on_invite([[200]]);
  const call = called(alice, bob);
  const [first, second] = alice.sip.sent('INVITE');
  assert(challenges(alice, 407).size).equals(1);
  assert(number(second)).equals(number(first) + 1);
  assert(second.header('From')).equals(first.header('From'));
  assert(second.header('Proxy-Authorization')).contains('response=');
  const [refused, accepted] = alice.sip.sent('ACK');
  assert(number(refused)).equals(number(first));
  assert(refused.header('Via')).equals(first.header('Via'));
  assert(number(accepted)).equals(number(second));
  alice.hangup();
});

scenario('a wrong password', () => {
  const alice = peer('alice', labUser('A', { password: 'wrong' }));
  const register = alice.register();
  await_until(() => assert(alice.registration).contains({ state: 'failed', code: 403 }));
  assert(register.final?.code).equals(403);
  assert(challenges(alice, 401).size).equals(1);
});

scenario('requests in a call follow the Record-Route, from both sides', () => {
  const [alice, bob] = registeredPeers({}, 'A', 'B');
  bob.on_invite([[180], [200]]);
  called(alice, bob);
  const hold = alice.reinvite({ sdp: { direction: 'sendonly' } });
  await_until(() => assert(hold.final?.code).equals(200));
  await_until(() => assert(bob.held).equals('remote'));
  const update = bob.update({ headers: { 'X-From': 'bob' } });
  await_until(() => assert(update.final?.code).equals(200));
  const resume = bob.reinvite();
  await_until(() => assert(resume.final?.code).equals(200));
  await_until(() => assert(alice.held).equals('none'));
  const info = alice.info({ body: 'Signal=5', content_type: 'application/dtmf-relay' });
  await_until(() => assert(info.final?.code).equals(200));
  alice.bye();
  await_until(() => assert(bob.ended).contains({ by: 'remote', how: 'bye' }));
  const proxy = env('SIP_DOMAIN');
  const inside = [
    ...['INFO', 'BYE'].flatMap((method) => alice.sip.sent(method)),
    ...alice.sip.sent('ACK').slice(1),
    ...['INVITE', 'UPDATE', 'ACK'].flatMap((method) => bob.sip.sent(method)),
  ];
  assert(inside.length).equals(7);
  for (const request of inside) {
    assert(routes(request).length).equals(1);
    assert(routes(request)[0]).contains(proxy);
  }
  // the Request-URI is the contact of the other side, not the proxy
  const contact = alice.sip.sent('INVITE')[0]?.header('Contact');
  assert(`<${bob.sip.sent('UPDATE')[0]?.uri}>`).equals(contact);
});

scenario('two hops record their route: UDP here, TCP there', () => {
  const [alice] = registeredPeers({}, 'A');
  const [bob] = registeredPeers({ transport: 'tcp' }, 'B');
  bob.on_invite([[200]]);
  const call = called(alice, bob);
  // the proxy is two hops here, RFC 5658: each side meets its own transport first
  const recorded = call.final?.headers('Record-Route');
  assert(recorded.length).equals(2);
  const uris = (values) => values.map((one) => /<([^>]*)>/.exec(one)[1]);
  const update = bob.update();
  await_until(() => assert(update.final?.code).equals(200));
  assert(uris(routes(bob.sip.sent('UPDATE')[0]))).equals(uris(recorded));
  assert(routes(bob.sip.sent('UPDATE')[0])[0]).contains('transport=tcp');
  assert(uris(routes(alice.sip.sent('ACK').at(-1)))).equals(uris(recorded).reverse());
  alice.bye();
  await_until(() => assert(bob.ended).contains({ by: 'remote', how: 'bye' }));
});

scenario('a second hop, played by a peer, stands in the route of both sides', () => {
  const [alice, bob] = registeredPeers({}, 'A', 'B');
  const hop = peer('hop');
  bob.on_invite([[200]]);
  // what the hop would have added, had the INVITE come through it
  const own = `<${hop.aor};lr>`;
  const call = alice.dial(bob, { headers: { 'Record-Route': own } });
  await_until(() => assert(call.final?.code).equals(200));
  const recorded = bob.sip.received('INVITE')[0]?.headers('Record-Route');
  assert(recorded.length).equals(2);
  assert(recorded[1]).equals(own);
  // of the caller the hop is the first one: it takes its own Route away and passes the ACK on
  const ack = hop.expect('ACK');
  const [first, second] = routes(ack);
  assert(first).equals(own);
  assert(second).contains(env('SIP_DOMAIN'));
  const via = `SIP/2.0/UDP ${hop.aor.replace(/^.*@/, '')};branch=z9hG4bK${uuid()}`;
  const same = ['Via', 'Max-Forwards', 'From', 'To', 'Call-ID', 'CSeq'];
  const passed = hop.message_text({
    start: `ACK ${ack.uri} SIP/2.0`,
    headers: [['Via', via], ['Route', second], ...same.map((name) => [name, ack.header(name)])],
  });
  hop.send(passed, env('SIP_PROXY'));
  await_until(() => assert(bob.state).equals(State.Established));
  // of the callee it is the last one
  bob.info({ body: 'x' });
  const info = hop.expect('INFO');
  assert(routes(bob.sip.sent('INFO')[0]).length).equals(2);
  assert(routes(info)).equals([own]);
  assert(`<${info.uri}>`).equals(alice.sip.sent('INVITE')[0]?.header('Contact'));
});

scenario('a call from a peer to an agent, and back', () => {
  const [alice] = registeredPeers({}, 'A');
  const bob = agent('bob', labUser('B'));
  bob.register();
  registered(bob);
  const call = alice.dial(bob);
  await_until(() => assert(bob.state).equals(State.Ringing));
  assert(bob.peer).contains({ number: env('A_USER') });
  bob.accept();
  await_until(() => assert(call.final?.code).equals(200));
  verify_audio_connection(alice, bob);
  bob.hold();
  await_until(() => assert(alice.held).equals('remote'));
  bob.hangup();
  await_until(() => assert(alice.ended).contains({ by: 'remote', how: 'bye' }));
  bob.dial(alice);
  alice.respond(180);
  await_until(() => assert(bob.state).equals(State.Ringing));
  alice.answer();
  await_until(() => assert(bob.state).equals(State.Established));
  alice.hangup();
  await_until(() => assert(bob.ended).contains({ by: 'remote', how: 'bye' }));
});

scenario('CANCEL goes the way of its INVITE', () => {
  const [alice, bob] = registeredPeers({}, 'A', 'B');
  bob.on_invite([[180]]);
  const call = alice.dial(bob);
  await_until(() => assert(alice.state).equals(State.Ringing));
  const cancel = alice.cancel();
  await_until(() => assert(call.final?.code).equals(487));
  assert(cancel.final?.code).equals(200);
  const invite = alice.sip.sent('INVITE').at(-1);
  assert(cancel.request?.header('Via')).equals(invite?.header('Via'));
  assert(number(cancel.request)).equals(number(invite));
  assert(cancel.request?.header('Route')).equals(invite?.header('Route'));
  await_until(() => assert(alice.ended).contains({ by: 'local', how: 'cancel', code: 487 }));
  await_until(() => assert(bob.ended).contains({ by: 'remote', how: 'cancel' }));
});

scenario('one user, two contacts: the proxy forks, one branch answers', () => {
  const [alice, desk] = registeredPeers({}, 'A', 'B');
  const mobile = peer('mobile', labUser('B'));
  mobile.register();
  registered(mobile);
  assert(mobile.registration.contacts.length).equals(2);
  desk.on_invite([[180, { tag: 'desk' }]]);
  mobile.on_invite([
    [180, { tag: 'mobile' }],
    ['300ms', 200, { tag: 'mobile' }],
  ]);
  const call = alice.dial(desk);
  await_until(() => assert(alice.state).equals(State.Established));
  const tags = call.provisional.map((one) => one.header('To')).join();
  assert(tags).contains(';tag=desk');
  assert(tags).contains(';tag=mobile');
  assert(alice.sip.sent('ACK').at(-1)?.header('To')).contains(';tag=mobile');
  await_until(() => assert(desk.ended).contains({ by: 'remote', how: 'cancel' }));
  await_until(() => assert(mobile.state).equals(State.Established));
  alice.hangup();
  await_until(() => assert(mobile.state).equals(State.Idle));
});

scenario('a 302 of the callee reaches the caller', () => {
  const [alice, bob] = registeredPeers({}, 'A', 'B');
  const contacts = ['<sip:600@pbx.example>;q=0.9', '<sip:601@pbx.example>;q=0.1'];
  bob.on_invite([[302, { headers: { Contact: contacts } }]]);
  const call = alice.dial(bob);
  await_until(() => assert(call.final?.code).equals(302));
  assert(call.final?.headers('Contact')).equals(contacts);
  await_until(() => assert(alice.ended).contains({ by: 'remote', how: 'rejected', code: 302 }));
});

scenario('a refusal with a header: 503 and Retry-After from the proxy', () => {
  const [alice] = registeredPeers({}, 'A');
  const call = alice.dial('9503');
  await_until(() => assert(call.final?.code).equals(503));
  assert(call.final?.header('Retry-After')).equals('2');
});

scenario('a late offer through the proxy', () => {
  const [alice, bob] = registeredPeers({}, 'A', 'B');
  bob.on_invite([[200]]);
  called(alice, bob, { late_offer: true });
  assert(bob.sip.received('INVITE')[0]?.body).equals('');
  assert(bob.sip.sent(200).at(-1)?.sdp).is_present();
  assert(bob.sip.received('ACK')[0]?.sdp?.media[0]?.kind).equals('audio');
  verify_audio_connection(alice, bob);
  bob.hangup();
});

scenario('a MESSAGE, asked for a login', () => {
  const [alice, bob] = registeredPeers({}, 'A', 'B');
  const sent = alice.message(bob, 'grüße', { content_type: 'text/plain;charset=UTF-8' });
  await_until(() => assert(sent.final?.code).equals(200));
  assert(challenges(alice, 407).size).equals(1);
  assert(bob.messages[0]?.text).equals('grüße');
});
