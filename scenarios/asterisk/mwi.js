// The state of a mailbox. Needs a PBX and its variables (see src/testing/asterisk.ts), or is skipped.
import { needsPbx, registered, user } from '../lib/agents.js';

setup(() => needsPbx('PBX_MAILBOX_EMPTY'));

/** Dials a number that sets the mailbox of the caller. */
const set = (who, number) => {
  who.dial(env(number));
  await_until(() => assert(who.ended).contains({ by: 'remote', how: 'bye' }));
};

scenario('new and old messages, then none', { tags: ['pbx', 'mwi'] }, () => {
  const alice = agent('alice', user('A', { mwi: true }));
  set(alice, 'PBX_MAILBOX_EMPTY');
  assert(alice.mwi).is_absent();
  alice.register();
  await_until(() => assert(alice.mwi).equals({ waiting: false, new: 0, old: 0 }));
  set(alice, 'PBX_MAILBOX_2_NEW_1_OLD');
  await_until(() => assert(alice.mwi).equals({ waiting: true, new: 2, old: 1 }));
  set(alice, 'PBX_MAILBOX_EMPTY');
  await_until(() => assert(alice.mwi).equals({ waiting: false, new: 0, old: 0 }));
});

scenario('it subscribes again with a new registration', { tags: ['pbx', 'mwi'] }, () => {
  const bob = agent('bob', user('B', { mwi: true }));
  for (let turn = 1; turn <= 2; turn += 1) {
    bob.register();
    registered(bob);
    set(bob, 'PBX_MAILBOX_2_NEW_1_OLD');
    await_until(() => assert(bob.mwi?.new).equals(2));
    set(bob, 'PBX_MAILBOX_EMPTY');
    await_until(() => assert(bob.mwi?.new).equals(0));
    bob.unregister();
    await_until(() => assert(bob.registration.state).equals('none'));
  }
});

scenario('without the option nothing is told', { tags: ['pbx', 'mwi'] }, () => {
  const carol = agent('carol', user('C'));
  carol.register();
  registered(carol);
  set(carol, 'PBX_MAILBOX_2_NEW_1_OLD');
  wait('300ms');
  assert(carol.mwi).is_absent();
  set(carol, 'PBX_MAILBOX_EMPTY');
});
