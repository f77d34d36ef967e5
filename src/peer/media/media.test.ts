import { describe, expect, it } from 'vitest';
import { audioOf, parseSdp } from '../../sip/sdp.js';
import { readClip, type Clip } from '../../rtp/video/h264.js';
import { byteStream, CLIP } from '../../testing/samples/h264.js';
import { Description, Media, sdpProblem } from './media.js';
import { PortPool } from './ports.js';
import { VideoDescription } from './video-description.js';

const CODECS = [
  { name: 'PCMU', payload: 0, rate: 8000 },
  { name: 'PCMA', payload: 8, rate: 8000 },
];

function described() {
  const description = new Description('127.0.0.1', () => 4000, CODECS);
  const version = (text: string) => Number(/^o=- \d+ (\d+) /m.exec(text)?.[1]);
  const session = (text: string) => /^o=- (\d+) /m.exec(text)?.[1];
  const audio = (text: string) => {
    const sdp = parseSdp(text);
    return sdp === undefined ? undefined : audioOf(sdp);
  };
  return { description, version, session, audio };
}

const offered = (formats: string, ...more: string[]) =>
  ['v=0', 'c=IN IP4 127.0.0.1', `m=audio 9 RTP/AVP ${formats}`, ...more].join('\r\n');

describe('Description', () => {
  it('has a version that grows only with a change, and one session id (RFC 3264, 8)', () => {
    const { description, version, session } = described();
    const first = description.offer(undefined);
    expect(description.offer(undefined)).toBe(first);
    const held = description.offer({ direction: 'sendonly' });
    expect(version(held)).toBe(version(first) + 1);
    expect(description.offer({ direction: 'sendonly' })).toBe(held);
    expect(version(description.offer(undefined))).toBe(version(first) + 2);
    expect(session(held)).toBe(session(first));
  });

  it.each([
    ['sendrecv', 'sendrecv'],
    ['sendonly', 'recvonly'],
    ['recvonly', 'sendonly'],
    ['inactive', 'inactive'],
  ])('answers an offer with %s by %s (RFC 3264, 6.1)', (direction, answer) => {
    const { description, audio } = described();
    const text = description.answer(offered('0', `a=${direction}`), undefined);
    expect(audio(text)).toMatchObject({ port: 4000, direction: answer });
    expect(audio(text)?.codecs).toHaveLength(1);
  });

  it('answers a hold in the old style, with the address 0.0.0.0', () => {
    const { description, audio } = described();
    const text = description.answer(
      offered('0').replace('127.0.0.1', '0.0.0.0').replace(' 9 ', ' 4444 '),
      undefined,
    );
    expect(audio(text)?.direction).toBe('recvonly');
  });

  it('refuses a stream without a common codec by port 0', () => {
    const { description, audio } = described();
    expect(audio(description.answer(offered('18'), undefined))?.port).toBe(0);
  });

  it('answers with as many streams as were offered, and offers them again (RFC 3264, 6 and 8)', () => {
    const { description } = described();
    const video = 'm=video 5000 RTP/AVP 31';
    const two = `v=0\r\n${video}\r\n${offered('8').replace('v=0\r\n', '')}\r\nm=image 5 udptl t38`;
    const kinds = (text: string) => parseSdp(text)?.media.map(({ kind, port }) => [kind, port]);
    const wanted = [
      ['video', 0],
      ['audio', 4000],
      ['image', 0],
    ];
    expect(kinds(description.answer(two, undefined))).toEqual(wanted);
    expect(kinds(description.offer(undefined))).toEqual(wanted);
  });

  it('takes the wishes of the script', () => {
    const { description, audio } = described();
    const text = description.offer({
      codecs: ['G722'],
      ptime: 30,
      address: '127.0.0.9',
      port: 6,
      lines: ['a=x:1'],
    });
    expect(audio(text)).toMatchObject({ port: 6, ptime: 30, address: '127.0.0.9' });
    expect(text).toContain('a=x:1');
    expect(audio(text)?.codecs.map(({ name }) => name)).toEqual(['G722', 'telephone-event']);
    expect(description.offer('as it is')).toBe('as it is');
    expect(description.offer(false)).toBe('');
    expect(description.answer(offered('0'), false)).toBe('');
    expect(description.answer('no SDP', undefined)).toBe('');
    expect(description.answer('v=0\r\nm=video 1 RTP/AVP 31', undefined)).toBe('');
  });
});

describe('Description with video', () => {
  const clip = readClip(byteStream(CLIP));
  const ours = (video: Clip | undefined) =>
    new Description(
      '127.0.0.1',
      () => 4000,
      CODECS,
      undefined,
      new VideoDescription(video, () => 4002, undefined),
    );
  const shown = (text: string) =>
    parseSdp(text)?.media.map(({ kind, port, direction, codecs }) => [
      kind,
      port,
      port === 0 ? '' : direction,
      codecs[0]?.payload,
    ]);
  const video = (payload: number, mode: string, direction = 'sendrecv') => [
    `m=video 9 RTP/AVP ${payload}`,
    `a=rtpmap:${payload} H264/90000`,
    `a=fmtp:${payload} profile-level-id=64001f${mode}`,
    `a=${direction}`,
  ];
  const MODE_1 = ';packetization-mode=1';

  it('offers the clip with its parameter sets, and nothing but receiving without one', () => {
    const text = ours(clip).offer(undefined);
    expect(shown(text)).toEqual([
      ['audio', 4000, 'sendrecv', 0],
      ['video', 4002, 'sendrecv', 99],
    ]);
    expect(text).toContain(
      'a=fmtp:99 profile-level-id=42c01f;level-asymmetry-allowed=1;packetization-mode=1;sprop-parameter-sets=Z0LAH4yNQA==,aM48gA==\r\n',
    );
    expect(shown(ours(undefined).offer(undefined))?.[1]).toEqual(['video', 4002, 'recvonly', 99]);
    expect(shown(ours(undefined).offer({ direction: 'sendonly' }))?.[1]?.[2]).toBe('inactive');
  });

  it('leaves it out, and switches off what is there', () => {
    const description = ours(clip);
    expect(shown(description.offer({ video: false }))).toHaveLength(1);
    description.offer(undefined);
    expect(shown(description.offer({ video: false }))?.[1]).toEqual(['video', 0, '', 99]);
  });

  it.each<[string, readonly string[], readonly unknown[] | undefined]>([
    ['takes mode 1 with its payload type', video(120, MODE_1), ['video', 4002, 'sendrecv', 120]],
    [
      'what the other only sends is received',
      video(120, MODE_1, 'sendonly'),
      ['video', 4002, 'recvonly', 120],
    ],
    ['refuses single packets', video(120, ''), ['video', 0, '', 120]],
    ['refuses other codecs', ['m=video 9 RTP/AVP 31'], ['video', 0, '', 31]],
    [
      'refuses SRTP without keys',
      video(120, MODE_1).map((line) => line.replace('AVP', 'SAVP')),
      ['video', 0, '', 120],
    ],
  ])('%s', (_, lines, expected) => {
    const description = ours(clip);
    const text = description.answer(offered('0', ...lines), undefined);
    expect(shown(text)?.[1]).toEqual(expected);
    if (expected?.[1] === 4002) expect(text).toContain('profile-level-id=64001f');
    // the own offer that follows has the stream in the same place, once
    expect(shown(description.offer(undefined))).toHaveLength(2);
    expect(shown(description.answer(offered('0', ...lines), { video: false }))?.[1]?.[1]).toBe(0);
  });

  it('answers video in front of the audio there', () => {
    const text = ours(clip).answer(
      offered('0').replace('m=audio', `${video(97, MODE_1).join('\r\n')}\r\nm=audio`),
      undefined,
    );
    expect(shown(text)?.map(([kind]) => kind)).toEqual(['video', 'audio']);
    expect(shown(text)?.[0]?.[1]).toBe(4002);
  });
});

describe('Media', () => {
  const mediaOf = (recorder = false) =>
    new Media('127.0.0.1', new PortPool('127.0.0.1', [4000, 4005]), { recorder });
  const ports = (text: string) =>
    parseSdp(text)?.media.map(({ port, direction, label }) => [port, direction, label]);

  it('gives each call a pair of ports of its own, and others that pair when the call is over', async () => {
    const media = mediaOf();
    const portOf = async (call: string) =>
      ports((await media.reserve(call)).offer(undefined))?.[0]?.[0];
    expect([await portOf('a'), await portOf('b')]).toEqual([4000, 4002]);
    expect(await portOf('a')).toBe(4000);
    media.forget('a');
    expect(await portOf('c')).toBe(4004);
    expect(await portOf('d')).toBe(4000);
  });

  it('offers a stream for each label of a recording client, each with ports of its own', async () => {
    const client = await mediaOf().reserve('a', { labels: ['x', 'y'] });
    expect(ports(client.offer(undefined))).toEqual([
      [4000, 'sendonly', 'x'],
      [4002, 'sendonly', 'y'],
    ]);
    const paused = client.offer({ streams: [{ label: 'y', direction: 'inactive', port: 6 }] });
    expect(ports(paused)).toEqual([
      [4000, 'sendonly', 'x'],
      [6, 'inactive', 'y'],
    ]);
    expect(paused).toMatch(/^o=- \d+ 1 /m);
    expect(client.offer({ streams: [{ label: 'y', direction: 'inactive', port: 6 }] })).toBe(
      paused,
    );
    expect(() => client.offer({ streams: [{ label: 'z' }] })).toThrow(
      'has a stream with the label "z", which the session does not have: its labels are "x", "y"',
    );
    const answer = client.answer(offered('0', 'a=recvonly', 'm=audio 9 RTP/AVP 0'), undefined);
    expect(ports(answer)).toEqual([
      [4000, 'sendonly', 'x'],
      [4002, 'sendonly', 'y'],
    ]);
  });

  it('answers each stream of audio as a recorder, in the places of the offer', async () => {
    const offer = [
      ...['v=0', 'c=IN IP4 127.0.0.1', 'm=video 9 RTP/AVP 31'],
      ...['m=audio 9 RTP/AVP 8 0', 'a=label:x', 'a=sendonly', 'm=audio 0 RTP/AVP 0', 'a=sendonly'],
      ...['m=audio 9 RTP/AVP 18', 'a=sendonly', 'm=audio 9 RTP/AVP 0', 'a=inactive'],
    ].join('\r\n');
    const pool = new PortPool('127.0.0.1', [4000, 4007]);
    const recorder = await new Media('127.0.0.1', pool, { recorder: true }).reserve('a', {
      offered: 4,
    });
    const answer = recorder.answer(offer, undefined);
    expect(ports(answer)?.map(([port, direction]) => [port, direction])).toEqual([
      [0, 'sendrecv'],
      [4000, 'recvonly'],
      [0, 'sendrecv'],
      [0, 'sendrecv'],
      [4006, 'inactive'],
    ]);
    expect(parseSdp(answer)?.media[1]?.codecs.map(({ name }) => name)).toEqual(['PCMA']);
    const paused = recorder.answer(offer, { streams: [{ label: 'x', direction: 'inactive' }] });
    expect(ports(paused)?.[1]?.[1]).toBe('inactive');
  });

  it('has streams in a recording session only', async () => {
    const plain = await mediaOf().reserve('a');
    expect(() => plain.offer({ streams: [] })).toThrow('has streams, but the call has one stream');
  });
});

describe('sdpProblem', () => {
  it.each([
    undefined,
    false,
    '',
    {},
    { codecs: ['PCMA'], direction: 'inactive', ptime: 200, port: 0, address: '::1', lines: [] },
  ])('%j is good', (choice) => {
    expect(sdpProblem(choice)).toBeUndefined();
  });

  it.each([
    [true, 'false, a text or an object'],
    [{ codec: 'PCMA' }, 'has no "codec"'],
    [{ codecs: ['constructor'] }, 'codecs'],
    [{ codecs: ['G729'] }, 'codecs'],
    [{ codecs: [] }, 'codecs'],
    [{ codecs: 'PCMA' }, 'codecs'],
    [{ direction: 'both' }, 'direction'],
    [{ ptime: 0 }, 'ptime'],
    [{ ptime: 1.5 }, 'ptime'],
    [{ port: 65_536 }, 'port'],
    [{ address: '' }, 'address'],
    [{ address: 'a b' }, 'address'],
    [{ lines: ['a=x\r\nb'] }, 'lines'],
    [{ lines: 'a=x' }, 'lines'],
    [{ video: 'clip.h264' }, 'video'],
    [{ streams: {} }, 'streams that are not an array'],
    [{ streams: ['x'] }, 'streams, of which number 1 is not an object'],
    [{ streams: [{ label: 'x' }, {}] }, 'streams, of which number 2 has no label'],
    [{ streams: [{ label: 'x', lines: [] }] }, 'has "lines"'],
    [{ streams: [{ label: 'x', direction: 'off' }] }, 'has a direction'],
  ])('%j is not', (choice, what) => {
    expect(sdpProblem(choice)).toContain(what);
  });
});
