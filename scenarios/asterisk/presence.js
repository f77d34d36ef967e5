// Who is on the phone, told by a PBX. Needs its variables (see src/testing/asterisk.ts), or is skipped.
import { needsPbx, registered, user } from '../lib/agents.js';

suite({ tags: ['pbx', 'peer'], timeout: '30s' });

setup(() => needsPbx('PBX_ECHO'));

/** Bob as an agent, who is watched, and a raw SIP peer that logs in as carol to watch him. */
function watching(event, accept) {
  const bob = agent('bob', user('B'));
  bob.register();
  registered(bob);
  const carol = peer('carol', user('C'));
  const asked = carol.subscribe(event, env('B_USER'), { expires: 60, headers: { Accept: accept } });
  await_until(() => assert(asked.final?.code).equals(200));
  assert(asked.request?.header('Authorization')).contains('response=');
  return { bob, carol, asked };
}

/** Alice calls bob, who answers; then she hangs up. `seen` is asked in each state. */
function calledBy(bob, seen) {
  const alice = agent('alice', user('A'));
  alice.register();
  registered(alice);
  alice.dial(bob);
  await_until(() => assert(bob.state).equals(State.Ringing));
  seen('early');
  bob.accept();
  await_until(() => assert(bob.state).equals(State.Established));
  seen('confirmed');
  alice.hangup();
  await_until(() => assert(bob.state).equals(State.Idle));
  seen('terminated');
}

scenario('the calls of an agent: early, confirmed, terminated', () => {
  const { bob, carol, asked } = watching('dialog', 'application/dialog-info+xml');
  const first = carol.expect('NOTIFY', { in: asked });
  assert(first.dialog_info).contains({ version: 0, state: 'full' });
  assert(first.dialog_info.entity).contains(`sip:${env('B_USER')}@`);
  assert(first.dialog_info.dialogs.map((one) => one.state)).equals(['terminated']);
  let version = 0;
  calledBy(bob, (state) => {
    const { dialog_info } = carol.expect('NOTIFY', { in: asked });
    version += 1;
    assert(dialog_info.version).equals(version);
    assert(dialog_info.dialogs.map((one) => one.state)).equals([state]);
    if (state === 'early') assert(dialog_info.dialogs[0].direction).equals('recipient');
  });
  const end = carol.request('SUBSCRIBE', { in: asked, event: 'dialog', expires: 0 });
  await_until(() => assert(end.final?.code).equals(200));
  const last = carol.expect('NOTIFY', { in: asked });
  assert(last.header('Subscription-State')).matches(/^terminated/);
});

scenario('the presence of an agent: open, on the phone, open', () => {
  const { bob, carol, asked } = watching('presence', 'application/pidf+xml');
  const first = carol.expect('NOTIFY', { in: asked }).presence;
  assert(first.tuples.map((one) => one.basic)).equals(['open']);
  assert(first.activities).is_empty();
  calledBy(bob, (state) => {
    const { presence } = carol.expect('NOTIFY', { in: asked });
    assert(presence.entity).contains(`sip:${env('B_USER')}@`);
    assert(presence.activities.includes('on-the-phone')).equals(state !== 'terminated');
  });
});

scenario('a mailbox as a value', () => {
  const carol = peer('carol', user('C'));
  carol.register({ expires: 60 });
  registered(carol);
  const asked = carol.subscribe('message-summary', env('C_USER'), { expires: 60 });
  await_until(() => assert(asked.final?.code).equals(200));
  const { message_summary } = carol.expect('NOTIFY', { in: asked });
  assert(message_summary).contains({ waiting: false, new: 0, old: 0 });
});
