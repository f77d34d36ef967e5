// What an agent knows of its media: codec, addresses, directions, RTP packets.
import { connected, established, pair, ringing } from './lib/agents.js';

scenario('what offer and answer settled', { tags: ['serverless'] }, () => {
  const [alice, bob] = pair();
  assert(alice.media).is_absent();
  assert(alice.rtp).is_absent();
  assert(alice.held).equals('none');
  alice.dial(bob);
  ringing(bob);
  assert(bob.media).is_absent();
  bob.accept();
  assert(bob.media).is_present();
  established(alice, bob);
  assert(alice.media).contains({
    codec: 'PCMU',
    rate: 8000,
    direction: 'sendrecv',
    encryption: 'none',
  });
  assert(alice.media.local_address).matches(/^127\.0\.0\.1:\d+$/);
  assert(alice.media.local_address).equals(bob.media.remote_address);
  assert(alice.media.remote_address).equals(bob.media.local_address);
  const { media } = alice;
  alice.hangup();
  assert(alice.media).equals(media);
});

scenario('RTP is counted in both directions', { tags: ['serverless'] }, () => {
  const [alice, bob] = connected();
  await_until(() => assert(alice.rtp?.received).greater_than(10));
  await_until(() => assert(bob.rtp?.received).greater_than(10));
  for (const one of [alice, bob]) {
    await_until(() => assert(one.rtp?.sent).greater_than(10));
    await_until(() => assert(one.rtp).contains({ flowing: true }));
    await_until(() => assert(one.rtp.last_received_ms).less_than(500));
  }
});

scenario('media is there, and not while held', { tags: ['serverless'] }, () => {
  const [alice, bob] = connected();
  alice.verify_media();
  bob.verify_media('10s');
  wait('1.5s', { media: true });
  bob.hold();
  await_until(() => assert(alice.held).equals('remote'));
  alice.verify_no_media('500ms');
  bob.verify_no_media('500ms');
  // a call on hold may be silent
  wait('1.5s', { media: true });
  bob.resume();
  alice.verify_media();
  bob.verify_media();
});
