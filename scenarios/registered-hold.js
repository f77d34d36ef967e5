// Hold and several calls through a real proxy. Needs the lab: offhook run --lab.
import { call, held, idle, labUser, register } from './lib/agents.js';

scenario.each([{ transport: 'udp' }, { transport: 'tcp' }, { transport: 'tls' }])(
  'both sides hold and resume over $transport',
  { tags: ['lab'] },
  ({ transport }) => {
    const [alice, bob] = register(labUser('A', { transport }), labUser('B', { transport }));
    call(alice, bob);
    for (const [one, other] of [
      [alice, bob],
      [bob, alice],
    ]) {
      one.hold();
      held(other, 'remote');
      other.verify_no_media('300ms');
      one.resume();
      held(other, 'none');
      other.verify_media();
    }
    bob.hangup();
    idle(alice);
  },
);

scenario('a consultation call, then the first one again', { tags: ['lab'] }, () => {
  const [alice, bob, carol] = register(labUser('A'), labUser('B'), labUser('C'));
  call(alice, bob);
  alice.hold();
  call(alice, carol);
  held(bob, 'remote');
  carol.verify_media();
  carol.hangup();
  await_until(() => assert(alice.calls.length).equals(1));
  alice.resume();
  held(bob, 'none');
  bob.verify_media();
  alice.hangup();
  idle(bob);
});
