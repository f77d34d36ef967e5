// Agents with a proxy of Offhook in front: what baresip cannot say itself, on every version.
import {
  call,
  connected,
  errorOf,
  established,
  fails,
  idle,
  labUser,
  ringing,
} from './lib/agents.js';

const PROXY = { proxy: true };
const last = (messages) => messages[messages.length - 1];
const headerOf = (one, method, name) => last(one.sip.received(method))?.header(name);

scenario.each([{ transport: 'udp' }, { transport: 'tcp' }, { transport: 'tls' }])(
  'nobody sees it over $transport',
  { tags: ['serverless'] },
  ({ transport }) => {
    const [alice, bob] = connected({ transport, ...PROXY }, { transport });
    alice.verify_media();
    bob.verify_media();
    alice.dtmf('7#');
    await_until(() => assert(bob.received_digits).equals('7#'));
    bob.hold();
    await_until(() => assert(alice.held).equals('remote'));
    bob.resume();
    await_until(() => assert(alice.held).equals('none'));
    for (const message of [...alice.sip.all(), ...bob.sip.all()]) {
      assert(message.headers('Via').length).equals(1);
      assert(message.header('Record-Route')).is_absent();
      assert(message.header('Route')).is_absent();
    }
    // the Contact leads to where the agent is known
    if (transport === 'udp') {
      const contact = bob.sip.received('INVITE')[0].header('Contact');
      assert(contact).contains(alice.aor.replace(/^.*@/, '@'));
    }
    alice.hangup();
    idle(bob);
    assert(bob.ended).contains({ by: 'remote', how: 'bye' });
    // and the other way round
    call(bob, alice);
    bob.hangup();
    idle(alice);
    assert(alice.ended).contains({ by: 'remote', how: 'bye' });
  },
);

scenario('headers of all calls and of one', { tags: ['serverless'] }, () => {
  const alice = agent('alice', {
    ...PROXY,
    headers: { 'X-Tenant': 'blue "sky"', Diversion: ['<sip:1@a>', '<sip:2@a>'] },
  });
  const bob = agent('bob');
  alice.dial(bob, {
    headers: { 'X-Campaign': 'Frühling', Subject: ['a', 'b'], 'X-Tenant': 'red' },
  });
  bob.accept();
  established(alice, bob);
  const [first] = bob.sip.received('INVITE');
  assert(first.header('X-Campaign')).equals('Frühling');
  assert(first.headers('Subject')).equals(['a', 'b']);
  assert(first.headers('Diversion')).equals(['<sip:1@a>', '<sip:2@a>']);
  assert(first.headers('X-Tenant')).equals(['red']);
  alice.hold({ headers: { 'X-Hold': 'lunch' } });
  assert(headerOf(bob, 'INVITE', 'X-Hold')).equals('lunch');
  assert(headerOf(bob, 'INVITE', 'X-Campaign')).is_absent();
  alice.resume({ headers: { 'X-Resume': '1' } });
  assert(headerOf(bob, 'INVITE', 'X-Resume')).equals('1');
  alice.hangup({ headers: { Reason: 'Q.850;cause=16;text="Normal call clearing"' } });
  idle(bob);
  assert(bob.ended.cause).contains('cause=16');
  // the next call has none of them but those of the agent
  call(alice, bob);
  assert(headerOf(bob, 'INVITE', 'X-Campaign')).is_absent();
  assert(headerOf(bob, 'INVITE', 'X-Tenant')).equals('blue "sky"');
});

scenario('headers of CANCEL, REFER, OPTIONS and MESSAGE', { tags: ['serverless'] }, () => {
  const alice = agent('alice', PROXY);
  const [bob, carol] = [agent('bob'), agent('carol')];
  alice.dial(bob);
  ringing(bob);
  alice.hangup({ headers: { Reason: 'SIP;cause=200;text="Call completed elsewhere"' } });
  idle(bob);
  assert(bob.ended.cause).contains('completed elsewhere');
  call(alice, bob);
  alice.transfer(carol, { headers: { 'X-Why': 'desk' } });
  assert(headerOf(bob, 'REFER', 'X-Why')).equals('desk');
  carol.accept();
  await_until(() => assert(alice.ended).contains({ how: 'transferred' }));
  assert(alice.ping(bob, { headers: { 'X-Probe': '1' } }).status).equals(200);
  assert(headerOf(bob, 'OPTIONS', 'X-Probe')).equals('1');
  const home = peer('home');
  alice.message(home, '<alarm/>', {
    content_type: 'application/scaip+xml',
    headers: { 'X-Priority': 'high' },
  });
  const received = last(home.sip.received('MESSAGE'));
  assert(received.header('Content-Type')).equals('application/scaip+xml');
  assert(received.header('X-Priority')).equals('high');
  assert(received.body).equals('<alarm/>');
});

scenario('any refusal, with headers', { tags: ['serverless'] }, () => {
  const [alice, bob] = [agent('alice'), agent('bob', PROXY)];
  bob.respond_incoming(503, 'Overloaded', { headers: { 'Retry-After': '30' } });
  for (let round = 0; round < 3; round += 1) {
    alice.dial(bob);
    await_until(() => assert(alice.status_code).equals(503));
  }
  // a call that is refused at once does not ring
  assert(alice.sip.received(180).length).equals(0);
  assert(last(alice.sip.received(503)).reason).equals('Overloaded');
  assert(last(alice.sip.received(503)).header('Retry-After')).equals('30');
  assert(bob.ended).contains({ by: 'local', how: 'rejected', code: 503 });
  bob.stop_responding();
  alice.dial(bob);
  ringing(bob);
  bob.reject(603, { headers: { 'X-Why': 'never' } });
  await_until(() => assert(alice.status_code).equals(603));
  assert(last(alice.sip.received(603)).reason).equals('Decline');
  assert(last(alice.sip.received(603)).header('X-Why')).equals('never');
  assert(alice.sip.received(180).length).equals(1);
  alice.dial(bob);
  ringing(bob);
  bob.hangup({ headers: { 'X-Why': 'busy' } });
  await_until(() => assert(alice.status_code).equals(486));
  assert(last(alice.sip.received(486)).header('X-Why')).equals('busy');
  call(alice, bob);
});

scenario('deflected to two contacts', { tags: ['serverless'] }, () => {
  const [alice, bob, carol] = [agent('alice'), agent('bob', PROXY), agent('carol')];
  bob.deflect(carol, { contacts: ['<sip:bob@127.0.0.1:9>;q=0.1'], headers: { 'X-Away': 'lunch' } });
  alice.dial(bob);
  carol.accept();
  established(alice, carol);
  const [redirection] = alice.sip.received(302);
  assert(redirection.headers('Contact').length).equals(2);
  assert(redirection.header('X-Away')).equals('lunch');
  alice.hangup();
  idle(carol);
  bob.deflect(carol, { code: 301 });
  alice.dial(bob);
  carol.accept();
  established(alice, carol);
  assert(last(alice.sip.received(301)).reason).equals('Moved Permanently');
  alice.hangup();
  bob.stop_responding();
  call(alice, bob);
});

scenario('requests in a call and outside', { tags: ['serverless'] }, () => {
  const alice = agent('alice', PROXY);
  const p = peer('p');
  alice.dial(p);
  p.answer();
  established(alice, p);
  const numbers = [];
  for (const [method, body] of [
    ['INFO', 'Signal=5'],
    ['NOTIFY', ''],
    ['UPDATE', ''],
  ]) {
    const sent = alice.request(method, { body, headers: { Event: 'x', 'X-Own': '1' } });
    await_until(() => assert(sent.final?.code).equals(200));
    const received = last(p.sip.received(method));
    assert(received.header('X-Own')).equals('1');
    assert(received.body).equals(body);
    numbers.push(Number.parseInt(received.header('CSeq'), 10));
  }
  // baresip's own requests go on behind them
  alice.hold();
  alice.hangup();
  idle(p);
  numbers.push(
    Number.parseInt(headerOf(p, 'INVITE', 'CSeq'), 10),
    Number.parseInt(headerOf(p, 'BYE', 'CSeq'), 10),
  );
  for (let at = 1; at < numbers.length; at += 1) assert(numbers[at]).greater_than(numbers[at - 1]);
  const options = alice.request('OPTIONS', p, { headers: { Accept: 'application/sdp' } });
  await_until(() => assert(options.final?.code).equals(200));
  // the callee's side of a call has a dialog as well
  p.dial(alice);
  alice.accept();
  established(alice, p);
  const info = alice.request('INFO', { body: 'x', content_type: 'text/x' });
  await_until(() => assert(info.final?.code).equals(200));
  alice.hangup();
  idle(p);
});

scenario('a busy lamp: SUBSCRIBE, and what its NOTIFY says', { tags: ['serverless'] }, () => {
  const [alice, pbx] = [agent('alice', PROXY), peer('pbx')];
  const asked = alice.subscribe('dialog', pbx, { expires: 60, headers: { 'X-Lamp': '1' } });
  const subscribe = pbx.expect('SUBSCRIBE', { header: { Event: 'dialog', Expires: '60' } });
  assert(subscribe.header('X-Lamp')).equals('1');
  await_until(() => assert(asked.final?.code).equals(200));
  for (const state of ['early', 'confirmed']) {
    const told = pbx.notify({
      in: subscribe,
      event: 'dialog',
      headers: { 'Subscription-State': 'active;expires=60' },
      body: `<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="1" state="full" entity="sip:b@h"><dialog id="1"><state>${state}</state></dialog></dialog-info>`,
      content_type: 'application/dialog-info+xml',
    });
    await_until(() => assert(told.final?.code).equals(200));
    await_until(() =>
      assert(last(alice.sip.received('NOTIFY'))?.dialog_info?.dialogs[0].state).equals(state),
    );
  }
  const published = alice.publish('presence', pbx, {
    body: '<presence/>',
    content_type: 'application/pidf+xml',
  });
  await_until(() => assert(published.final?.code).equals(200));
  assert(pbx.expect('PUBLISH', { header: { Event: 'presence' } }).body).equals('<presence/>');
});

scenario.each([{ qop: true }, { qop: false }])(
  'a login by SHA-256, qop: $qop',
  { tags: ['serverless'] },
  ({ qop }) => {
    const challenge = {
      username: 'bob',
      password: 'open sesame',
      realm: 'pbx.example',
      algorithm: 'SHA-256',
      qop,
    };
    const registrar = peer('registrar', { challenge });
    const domain = registrar.aor.replace(/^.*@/, '');
    const bob = agent('bob', { domain, password: 'open sesame', ...PROXY });
    bob.register();
    await_until(() => assert(bob.registered).is_true());
    assert(headerOf(registrar, 'REGISTER', 'Authorization')).contains('algorithm=SHA-256');
    bob.dial('600');
    registrar.answer();
    established(bob, registrar);
    bob.hangup();
    idle(registrar);
    bob.unregister();
    await_until(() => assert(bob.registered).is_false());
    const eve = agent('eve', { domain, password: 'wrong', ...PROXY });
    eve.register();
    await_until(() => assert(eve.registration.state).equals('failed'));
  },
);

scenario('an attended transfer between three agents', { tags: ['serverless'] }, () => {
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => agent(name, PROXY));
  call(alice, bob);
  alice.attended_transfer(carol);
  carol.accept();
  established(alice, carol);
  alice.complete_transfer();
  await_until(() => assert(carol.peer?.number).equals('bob'));
  carol.accept();
  await_until(() => assert(alice.transfer_state).contains({ final: 200, done: true }));
  idle(alice);
  await_until(() => assert(bob.peer?.number).equals('carol'));
  established(bob, carol);
  assert(last(carol.sip.received('INVITE')).header('Replaces')).is_present();
  bob.hangup();
  idle(carol);
});

scenario('early media, then the answer', { tags: ['serverless'] }, () => {
  const [alice, bob] = [
    agent('alice'),
    agent('bob', { ...PROXY, answer: { after: '4s', code: 183 } }),
  ];
  bob.send_audio(tone(440));
  alice.dial(bob);
  alice.verify_audio(440, { within: '4s' });
  assert(alice.sip.received(183)[0].sdp).is_present();
  assert(alice.sip.received(200).length).equals(0);
  assert(bob.state).equals(State.Ringing);
  established(alice, bob);
  assert(alice.timing.setup_ms).between(3800, 10_000);
  alice.hangup();
  idle(bob);
  assert(bob.ended).contains({ by: 'remote', how: 'bye' });
});

scenario.each([{ end: 'given up' }, { end: 'refused' }, { end: 'accepted' }, { end: 'hung up' }])(
  'early media, then $end',
  { tags: ['serverless'] },
  ({ end }) => {
    const [alice, bob] = [agent('alice'), agent('bob', { ...PROXY, answer: { code: 183 } })];
    alice.dial(bob);
    await_until(() => assert(alice.sip.received(183).length).equals(1));
    if (end === 'given up') {
      alice.hangup();
      idle(bob);
      assert(alice.status_code).equals(487);
      assert(bob.ended).contains({ by: 'remote', how: 'cancel' });
    } else if (end === 'refused') {
      bob.reject(480, 'Later', { headers: { 'Retry-After': '5' } });
      await_until(() => assert(alice.status_code).equals(480));
      assert(last(alice.sip.received(480)).header('Retry-After')).equals('5');
      assert(bob.ended).contains({ by: 'local', how: 'rejected', code: 480 });
    } else if (end === 'hung up') {
      bob.hangup();
      await_until(() => assert(alice.status_code).equals(486));
    } else {
      bob.accept();
      established(alice, bob);
      bob.hangup();
      idle(alice);
      assert(alice.ended).contains({ by: 'remote', how: 'bye' });
    }
    // and the next call is as the first
    alice.dial(bob);
    await_until(() => assert(alice.sip.received(183).length).equals(2));
    bob.accept();
    established(alice, bob);
  },
);

scenario('an answer after a while needs no proxy', { tags: ['serverless'] }, () => {
  const [alice, bob] = [agent('alice'), agent('bob', { answer: { after: '700ms' } })];
  alice.dial(bob);
  ringing(bob);
  established(alice, bob);
  assert(alice.timing.ring_ms).between(600, 10_000);
  alice.hangup();
  idle(bob);
  alice.dial(bob);
  bob.reject();
  await_until(() => assert(alice.status_code).equals(486));
});

scenario('through a registrar and its proxy', { tags: ['lab'] }, () => {
  const alice = agent('alice', labUser('A', PROXY));
  const bob = agent('bob', labUser('B', { ...PROXY, transport: 'tcp' }));
  alice.register();
  bob.register();
  await_until(() => [alice, bob].forEach((one) => assert(one.registered).is_true()));
  alice.dial(env('B_USER'), { headers: { 'X-Campaign': '42' } });
  bob.accept();
  established(alice, bob);
  assert(headerOf(bob, 'INVITE', 'X-Campaign')).equals('42');
  alice.verify_media();
  const info = bob.request('INFO', { body: 'Signal=1', content_type: 'application/dtmf-relay' });
  await_until(() => assert(info.final).is_present());
  bob.hold();
  bob.resume();
  bob.hangup();
  idle(alice);
  bob.deflect('9486');
  alice.dial(env('B_USER'));
  await_until(() => assert(alice.ended).is_present());
  alice.unregister();
  await_until(() => assert(alice.registered).is_false());
});

scenario.each([{ transport: 'tcp' }, { transport: 'udp' }])(
  'a silent server over $transport: sent again only where a datagram may be lost',
  { tags: ['serverless'] },
  ({ transport }) => {
    const server = peer('server', { transport, automatic: { trying: false } });
    const alice = agent('alice', { ...PROXY, transport });
    alice.dial(server);
    server.expect('INVITE');
    wait('1.2s'); // T1 is 500 ms
    const { length } = server.sip.received('INVITE');
    if (transport === 'tcp') assert(length).equals(1);
    else assert(length).at_least(2);
    server.answer();
    established(alice, server);
  },
);

scenario('switched off and on', { tags: ['serverless'] }, () => {
  const [alice, bob] = [agent('alice'), agent('bob', PROXY)];
  call(alice, bob);
  bob.kill();
  bob.start();
  alice.hangup();
  idle(alice);
  call(alice, bob);
  bob.stop();
  idle(alice);
  bob.start();
  call(alice, bob);
});

/** verb, arguments of it, code, words of the message; without a proxy */
const WITHOUT = [
  [
    'dial',
    ['sip:x@127.0.0.1:9', { headers: { a: 'b' } }],
    'E_CAPABILITY',
    'a proxy in front of the agent can',
  ],
  [
    'message',
    ['sip:x@127.0.0.1:9', 'x', { content_type: 'a/b' }],
    'E_CAPABILITY',
    'a proxy in front',
  ],
  ['ping', ['sip:x@127.0.0.1:9', { headers: { a: 'b' } }], 'E_CAPABILITY', 'a proxy in front'],
  ['request', ['OPTIONS', 'sip:x@127.0.0.1:9'], 'E_CAPABILITY', 'a request of the script'],
  ['deflect', ['sip:x@127.0.0.1:9'], 'E_CAPABILITY', 'a redirection (3xx)'],
  ['subscribe', ['dialog', 'sip:x@127.0.0.1:9'], 'E_CAPABILITY', 'a SUBSCRIBE of the script'],
  ['publish', ['presence', 'sip:x@127.0.0.1:9'], 'E_CAPABILITY', 'a PUBLISH of the script'],
  [
    'respond_incoming',
    [486, { headers: { a: 'b' } }],
    'E_CAPABILITY',
    'headers for a single response',
  ],
];

/** The same, for agents with a proxy. */
const WITH = [
  [
    'dial',
    ['sip:x@127.0.0.1:9', { headers: { Via: 'b' } }],
    'E_ARGUMENT',
    '"Via" is written by the agent itself',
  ],
  ['dial', ['sip:x@127.0.0.1:9', { headers: { a: 'b\r\nc: d' } }], 'E_ARGUMENT', 'line break'],
  ['dial', ['sip:x@127.0.0.1:9', { header: {} }], 'E_ARGUMENT', 'there is no option "header"'],
  ['dial', ['sip:x@127.0.0.1:9', 7], 'E_ARGUMENT', '"options" must be'],
  ['hangup', [{ headers: 'x' }], 'E_ARGUMENT', 'option "headers" must be'],
  [
    'message',
    ['sip:x@127.0.0.1:9', 'x', { content_type: '' }],
    'E_ARGUMENT',
    'option "content_type" must be',
  ],
  ['request', [], 'E_ARGUMENT', '"method" is missing'],
  ['request', ['A B'], 'E_ARGUMENT', '"method" must be'],
  ['request', ['BYE'], 'E_ARGUMENT', 'BYE is sent by baresip alone'],
  ['request', ['INFO'], 'E_CALL_STATE', 'has no call'],
  ['request', ['OPTIONS', 'sip:x@127.0.0.1:9;transport=tcp'], 'E_PEER', 'nothing could be sent'],
  ['request', ['OPTIONS', 'sip:x@127.0.0.1:9', { body: 7 }], 'E_ARGUMENT', 'option "body" must be'],
  ['deflect', [], 'E_ARGUMENT', '"target" is missing'],
  ['subscribe', ['dialog'], 'E_ARGUMENT', '"target" is missing'],
  ['subscribe', ['a\r\nb', 'sip:x@127.0.0.1:9'], 'E_ARGUMENT', 'an event package'],
  [
    'publish',
    ['presence', 'sip:x@127.0.0.1:9', { expires: -1 }],
    'E_ARGUMENT',
    'option "expires" must be',
  ],
  ['deflect', ['sip:x@127.0.0.1:9', { contacts: 'x' }], 'E_ARGUMENT', 'option "contacts" must be'],
  ['deflect', ['sip:x@127.0.0.1:9', { code: 486 }], 'E_ARGUMENT', 'option "code" must be'],
  ['respond_incoming', [200], 'E_ARGUMENT', 'final response that refuses: got 200'],
  ['reject', [603, { headers: { Contact: '<sip:x@h>' } }], 'E_ARGUMENT', '"Contact" is written'],
];

scenario('what needs it says so; what is wrong with it too', { tags: ['serverless'] }, () => {
  const [plain, one] = [agent('plain'), agent('one', PROXY)];
  for (const [verb, args, code, words] of WITHOUT) fails(code, words, () => plain[verb](...args));
  for (const [verb, args, code, words] of WITH) fails(code, words, () => one[verb](...args));
  for (const [options, words] of [
    [{ proxy: 'sip:proxy' }, 'option "proxy" must be true or false'],
    [{ answer: { after: '0s' } }, 'must be a duration'],
    [{ answer: { code: 486 } }, '180 or 183'],
    [{ answer: { delay: '1s' } }, 'answer'],
    [{ answer: 'early' }, 'option "answer" must be "manual", "auto" or an object'],
  ])
    fails('E_ARGUMENT', words, () => agent('wrong', options));
  fails('E_CAPABILITY', 'proxy', () => agent('early', { answer: { code: 183 } }));
  assert(errorOf(() => one.reject(302))?.code).equals('E_CALL_TIMEOUT');
});
