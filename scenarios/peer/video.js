// Video of a raw SIP peer: H.264 from a file (a test picture of ffmpeg's, made for this suite), counted where it comes.
import { fails } from '../lib/agents.js';

suite({ tags: ['peer'], timeout: '30s' });

const CLIP = { file: 'captures/clip.h264', fps: 50 };
const isActive = (one, direction) =>
  await_until(() => assert(one.streams[1]).contains({ kind: 'video', state: 'active', direction }));

function up(camera, screen) {
  screen.on_invite([[200]]);
  camera.dial(screen);
  await_until(() => [camera, screen].forEach((one) => assert(one.state).equals(State.Established)));
}

scenario('a clip is sent over and over; a description switches it off and on again', () => {
  const [camera, screen] = [peer('camera', { video: CLIP }), peer('screen', { video: {} })];
  up(camera, screen);
  assert(camera.streams[1]?.codec).equals('H264');
  isActive(screen, 'recvonly');
  await_until(() => assert(screen.rtp?.video?.received).at_least(60)); // the clip has 25
  assert(screen.rtp?.video?.lost).equals(0);
  verify_audio_connection(camera, screen);

  const off = camera.reinvite({ sdp: { video: false } });
  await_until(() =>
    assert(off.final?.sdp?.media.map(({ port }) => port > 0)).equals([true, false]),
  );
  await_until(() => assert(screen.streams[1]?.state).equals('off'));
  camera.reinvite();
  isActive(screen, 'recvonly');
  const before = screen.rtp?.video?.received ?? 0;
  await_until(() => assert(screen.rtp?.video?.received).at_least(before + 25));
  camera.bye();
});

scenario('both ends send by SRTP; the called one offers next', () => {
  const [one, other] = ['one', 'other'].map((name) =>
    peer(name, { video: CLIP, media_enc: 'srtp-mand' }),
  );
  up(one, other);
  isActive(one, 'sendrecv');
  const hold = other.reinvite({ sdp: { direction: 'sendonly' } });
  await_until(() => assert(hold.final?.sdp?.media[1]).contains({ direction: 'recvonly' }));
  const { sent } = one.rtp?.video ?? { sent: 0 };
  await_until(() => assert(one.rtp?.video?.received).at_least(50));
  assert(one.rtp?.video?.sent).less_than(sent + 5);
  one.bye();
});

scenario('a phone without video refuses it, and the audio is there', () => {
  const [camera, bob] = [peer('camera', { video: CLIP }), agent('bob')];
  camera.dial(bob);
  bob.accept();
  await_until(() => assert(camera.streams.map(({ state }) => state)).equals(['active', 'refused']));
  verify_audio_connection(camera, bob);
  assert(camera.rtp?.video).is_absent();
  camera.bye();
});

scenario('a file that is no clip', () => {
  fails('E_ARGUMENT', 'is no H.264 byte stream', () => {
    peer('camera', { video: { file: 'captures/tone-620.pcap' } });
  });
});
