import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { byteStream, CLIP, CLIP_PICTURES } from '../../testing/samples/h264.js';
import { folder, HOST, portOf, rawSocket, withRtp } from '../../testing/agents/rtp-sessions.js';
import { randomBytes } from 'node:crypto';
import { nalUnits, readClip } from './h264.js';
import { VideoSession, type VideoParameters } from './session.js';

withRtp();

const clip = readClip(byteStream(CLIP));

async function session(n: number, sends: boolean): Promise<VideoSession> {
  return VideoSession.open({
    address: HOST,
    port: portOf(n),
    ...(sends ? { clip } : { path: join(folder, `video-${n}.h264`) }),
    fps: 50,
    unauthentic: () => undefined,
    problem: (text) => expect.unreachable(text),
  });
}

const agreed = (to: number, more: Partial<VideoParameters> = {}): VideoParameters => ({
  remote: { address: HOST, port: portOf(to) },
  payloadType: 99,
  accepts: [99],
  sends: true,
  receives: true,
  ...more,
});

/** Until so many pictures have come. */
async function pictures(receiver: VideoSession, count: number): Promise<void> {
  await expect
    .poll(() => receiver.counts().received, { interval: 5 })
    .toBeGreaterThanOrEqual(count);
}

/** The first units of the clip that is sent over and over. */
const repeated = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, i) => Buffer.from(CLIP[i % CLIP.length]!));

test.each([
  ['plain', false],
  ['by SRTP', true],
])('a clip comes octet by octet, over and over, %s', async (_, isSecure) => {
  const key = { suite: 'AES_CM_128_HMAC_SHA1_80', master: randomBytes(30) } as const;
  const srtp = isSecure ? { srtp: { sends: key, receives: key } } : {};
  const [camera, screen] = [await session(0, true), await session(1, false)];
  screen.start(agreed(0, srtp));
  camera.start(agreed(1, srtp));
  await pictures(screen, 2 * CLIP_PICTURES + 1);
  await Promise.all([camera.close(), screen.close()]);
  const nals = nalUnits(readFileSync(join(folder, 'video-1.h264')));
  expect(nals.length).toBeGreaterThan(2 * CLIP.length);
  expect(nals).toEqual(repeated(nals.length));
  const { sent, received, lost } = { ...screen.counts(), sent: camera.counts().sent };
  expect(lost).toBe(0);
  expect(sent - received).toBeLessThan(2);
});

test('a fragment that is lost takes its unit along, and only that', async () => {
  const [camera, screen] = [await session(0, true), await session(1, false)];
  const middle = await rawSocket(2);
  let packets = 0;
  middle.on('message', (bytes) => {
    packets += 1;
    // the third of the five fragments of the key picture
    if (packets !== 5) middle.send(bytes, portOf(1), HOST);
  });
  screen.start(agreed(0));
  camera.start(agreed(2));
  await pictures(screen, CLIP_PICTURES + 1);
  await Promise.all([camera.close(), screen.close()]);
  const nals = nalUnits(readFileSync(join(folder, 'video-1.h264')));
  expect(nals).toEqual(repeated(nals.length + 1).filter((_, i) => i !== 2));
  expect(screen.counts().lost).toBe(1);
});

test('a stream without parameter sets gets those of the description in its file; held, nothing is sent', async () => {
  const parameterSets = clip.parameterSets;
  const bare = {
    ...clip,
    units: clip.units.map((unit) => unit.filter(([one = 0]) => (one & 0x1f) < 6)),
  };
  const screen = await session(1, false);
  const camera = await VideoSession.open({
    address: HOST,
    port: portOf(0),
    clip: bare,
    fps: 50,
    unauthentic: () => undefined,
    problem: () => undefined,
  });
  screen.start(agreed(0, { parameterSets }));
  camera.start(agreed(1));
  await pictures(screen, 2);
  camera.start(agreed(1, { sends: false }));
  const { sent } = camera.counts();
  screen.start(agreed(0, { parameterSets, receives: false }));
  camera.start(agreed(1));
  await expect.poll(() => camera.counts().sent, { interval: 5 }).toBeGreaterThan(sent + 2);
  expect(screen.counts().received).toBeLessThanOrEqual(sent);
  await Promise.all([camera.close(), screen.close()]);
  const nals = nalUnits(readFileSync(join(folder, 'video-1.h264')));
  expect(nals.slice(0, 4)).toEqual(repeated(4));
});
