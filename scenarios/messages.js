// Text messages and OPTIONS: direct, and through the lab's proxy where there is one.
import { established, fails, labUser, pair, register, wherePossible } from './lib/agents.js';

const throughProxy = () => {
  if (env('SIP_PROXY', '') === '') skip('needs the lab: SIP_PROXY is not set');
  return register(labUser('A'), labUser('B'));
};

const WAYS = [
  { way: 'direct', agents: () => pair() },
  { way: 'through the proxy', agents: throughProxy },
];

scenario.each(WAYS)('messages both ways, $way', { tags: ['message'] }, ({ agents }) => {
  const [alice, bob] = agents();
  assert(bob.messages).equals([]);
  alice.message(bob, 'hello');
  await_until(() => assert(bob.messages.length).equals(1));
  assert(bob.messages[0]).contains({ text: 'hello', content_type: 'text/plain' });
  assert(bob.messages[0].from.number).equals(alice.aor.split(/[:@]/)[1]);
  const texts = ['100 %s %d "quoted" \\ back', 'two\r\nlines\nand three\t.', 'größer € 😀', 'x '];
  texts.forEach((text) => alice.message(bob, text));
  bob.message(alice, 'back');
  await_until(() => assert(bob.messages.length).equals(1 + texts.length));
  assert(bob.messages.slice(1).map(({ text }) => text)).equals(texts);
  await_until(() => assert(alice.messages.map(({ text }) => text)).equals(['back']));
});

scenario('over tcp', { tags: ['message'] }, () => {
  const [alice, bob] = pair({ transport: 'tcp' });
  // before 3.0 it could only go over UDP
  wherePossible(() => alice.message(bob, 'hello'));
  await_until(() => assert(bob.messages.length).equals(1));
  fails('E_MESSAGE', 'refused', () => alice.message('sip:x@127.0.0.1:9;transport=tcp', 'a'));
});

scenario('several targets, in turns', { tags: ['message'] }, () => {
  const [alice, bob] = pair();
  const carol = agent('carol');
  for (let turn = 1; turn <= 3; turn += 1) {
    alice.message(bob, `bob ${turn}`);
    alice.message(carol, `carol ${turn}`);
  }
  const all = (name) => [1, 2, 3].map((turn) => `${name} ${turn}`);
  await_until(() => assert(bob.messages.map(({ text }) => text)).equals(all('bob')));
  await_until(() => assert(carol.messages.map(({ text }) => text)).equals(all('carol')));
});

scenario('during a call', { tags: ['message'] }, () => {
  const [alice, bob] = pair();
  alice.dial(bob);
  bob.accept();
  established(alice);
  alice.message(bob, 'can you hear me?');
  await_until(() => assert(bob.messages.length).equals(1));
  assert(alice.state).equals(State.Established);
  alice.hangup();
});

scenario('messages that cannot be sent', { tags: ['message'] }, () => {
  const [alice, bob] = pair();
  fails('E_ARGUMENT', '"text" must be text, not empty', () => alice.message(bob, ''));
  fails('E_ARGUMENT', 'begins with a blank', () => alice.message(bob, ' x'));
  fails('E_ARGUMENT', 'NUL', () => alice.message(bob, 'a\0b'));
  fails('E_ARGUMENT', 'too long for baresip: 1016 bytes (at most 1015)', () =>
    alice.message(bob, 'x'.repeat(1016)),
  );
  fails('E_TARGET', 'message', () => alice.message('sip:bob\r\nX: y@127.0.0.1', 'x'));
  fails('E_TARGET', 'needs a domain', () => alice.message('600', 'x'));
  alice.message(bob, 'x'.repeat(1015));
  await_until(() => assert(bob.messages[0]?.text.length).equals(1015));
});

scenario('no answer', { tags: ['message'] }, () => {
  const [alice, bob] = pair();
  fails('E_MESSAGE', 'no answer from sip:x@127.0.0.1:9', () =>
    alice.message('sip:x@127.0.0.1:9', 'a'),
  );
  // old versions can write to one target at a time: they say so, or it arrives
  try {
    alice.message(bob, 'b');
    await_until(() => assert(bob.messages.map(({ text }) => text)).equals(['b']));
  } catch (error) {
    assert(error.message).contains('an earlier message has no response yet');
  }
});

scenario.each(WAYS)('a ping, $way', { tags: ['ping'] }, ({ agents }) => {
  const [alice, bob] = agents();
  for (let i = 0; i < 3; i += 1) {
    const { status, ms } = alice.ping(bob);
    assert(status).equals(200);
    assert(ms).greater_than(0);
    assert(ms).less_than(1000);
  }
});

scenario('pings without a 200', { tags: ['ping'] }, () => {
  const [alice, bob] = pair();
  // baresip 1.1 answers for any user
  assert([200, 404]).contains(alice.ping(bob.aor.replace('bob', 'nobody')).status);
  fails('E_PING', 'refused', () => alice.ping('sip:x@127.0.0.1:9;transport=tcp'));
  fails('E_PING', 'no answer from', () => alice.ping('sip:x@127.0.0.1:9'));
  fails('E_TARGET', 'ping', () => alice.ping('600'));
  fails('E_ARGUMENT', '"target" must be', () => alice.ping(600));
  assert(alice.ping(bob).status).equals(200);
});

scenario('refused by the server', { tags: ['message', 'ping'] }, () => {
  const [alice] = throughProxy();
  fails('E_MESSAGE', 'answered 480 Not Registered', () => alice.message(env('D_USER'), 'x'));
  fails('E_MESSAGE', 'answered 404 Not Found', () => alice.message('nobody', 'x'));
  assert(alice.ping(env('D_USER')).status).equals(480);
  assert(alice.ping('nobody').status).equals(404);
});
