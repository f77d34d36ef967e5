import { describe, expect, test } from 'vitest';
import { audioOf, parseSdp, type SdpMedia } from './sdp.js';

const lines = (...all: string[]): string => all.map((line) => `${line}\r\n`).join('');
const HEAD = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-'];
const sdp = (...all: string[]): string => lines(...HEAD, 'c=IN IP4 127.0.0.1', 't=0 0', ...all);

function only(body: string): SdpMedia {
  const media = parseSdp(body)?.media;
  expect(media).toHaveLength(1);
  return media![0]!;
}

test('an offer as baresip writes it', () => {
  const body = sdp(
    'a=tool:baresip 1.0.0',
    'm=audio 20000 RTP/AVP 96 0 8 101',
    'b=AS:64',
    'a=rtpmap:96 opus/48000/2',
    'a=fmtp:96 stereo=1;sprop-stereo=1',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-15',
    'a=rtcp:20001',
    'a=sendrecv',
    'a=label:1',
    'a=ptime:20',
  );
  expect(parseSdp(body)).toEqual({
    address: '127.0.0.1',
    media: [
      {
        kind: 'audio',
        port: 20000,
        protocol: 'RTP/AVP',
        codecs: [
          {
            payload: 96,
            name: 'opus',
            rate: 48000,
            channels: 2,
            fmtp: 'stereo=1;sprop-stereo=1',
          },
          { payload: 0, name: 'PCMU', rate: 8000, channels: 1 },
          { payload: 8, name: 'PCMA', rate: 8000, channels: 1 },
          { payload: 101, name: 'telephone-event', rate: 8000, channels: 1, fmtp: '0-15' },
        ],
        direction: 'sendrecv',
        ptime: 20,
        address: '127.0.0.1',
        label: '1',
      },
    ],
  });
});

describe('direction', () => {
  test.each([
    ['nothing said', [], [], 'sendrecv'],
    ['of the session', ['a=sendonly'], [], 'sendonly'],
    ['of the stream, before that of the session', ['a=sendonly'], ['a=recvonly'], 'recvonly'],
    ['in capitals', [], ['a=INACTIVE'], 'inactive'],
    ['old-style hold', [], ['c=IN IP4 0.0.0.0'], 'sendonly'],
    ['old-style hold of one who only receives', [], ['c=IN IP4 0.0.0.0', 'a=recvonly'], 'inactive'],
    ['old-style hold beside the new one', [], ['c=IN IP4 0.0.0.0', 'a=inactive'], 'inactive'],
    ['old-style hold, IPv6', [], ['c=IN IP6 ::'], 'sendonly'],
  ])('%s', (_, session, stream, direction) => {
    expect(only(sdp(...session, 'm=audio 4000 RTP/AVP 0', ...stream)).direction).toBe(direction);
  });

  test('0.0.0.0 with port 9 is trickle ICE, no hold', () => {
    const body = sdp('m=audio 9 RTP/AVP 0', 'c=IN IP4 0.0.0.0');
    expect(only(body).direction).toBe('sendrecv');
  });
});

describe('address', () => {
  test('of the stream, else of the session, without time to live', () => {
    const media = parseSdp(
      sdp('m=audio 1000 RTP/AVP 0', 'c=IN IP4 192.0.2.7/127', 'm=video 2000 RTP/AVP 31'),
    )?.media;
    expect(media?.map((one) => one.address)).toEqual(['192.0.2.7', '127.0.0.1']);
  });

  test('IPv6, and none at all', () => {
    expect(parseSdp(lines(...HEAD, 'c=IN IP6 ::1'))?.address).toBe('::1');
    expect(parseSdp(lines(...HEAD, 'm=audio 1 RTP/AVP 0'))).not.toHaveProperty('address');
  });
});

test('encryption: SDES suites without their keys, DTLS of the session', () => {
  const sdes = sdp(
    'm=audio 1000 RTP/SAVP 8',
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0',
    'a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:c2VjcmV0',
  );
  expect(only(sdes).crypto).toEqual([
    { suite: 'AES_CM_128_HMAC_SHA1_80' },
    { suite: 'AES_CM_128_HMAC_SHA1_32' },
  ]);
  expect(JSON.stringify(parseSdp(sdes))).not.toContain('c2VjcmV0');
  const dtls = sdp(
    'a=fingerprint:SHA-256 AB:CD',
    'a=setup:actpass',
    'm=audio 1000 UDP/TLS/RTP/SAVPF 0',
  );
  expect(only(dtls)).toMatchObject({ fingerprint: 'SHA-256 AB:CD', setup: 'actpass' });
});

describe('leniency', () => {
  test('line ends of any kind', () => {
    const body = sdp('m=audio 1000 RTP/AVP 0', 'a=sendonly');
    for (const eol of ['\n', '\r', '\r\n']) {
      expect(only(body.replaceAll('\r\n', eol)).direction).toBe('sendonly');
    }
  });

  test('one part of a multipart body', () => {
    const body = `--b1\r\nContent-Type: application/sdp\r\n\r\n${sdp('m=audio 1000 RTP/AVP 0')}\r\n--b1\r\nm=audio 5 RTP/AVP 8\r\n--b1--\r\n`;
    expect(only(body).port).toBe(1000);
  });

  test.each([
    ['empty', ''],
    ['text', 'Hello'],
    ['XML', '<?xml version="1.0"?><presence/>'],
  ])('no description: %s', (_, body) => {
    expect(parseSdp(body)).toBeUndefined();
  });

  test('a broken m= line is left out, a broken attribute ignored', () => {
    const body = sdp(
      'm=audio',
      'm=audio 1000 RTP/AVP 0 x 97',
      'a=rtpmap:zero PCMU/8000',
      'a=rtpmap:97',
      'a=ptime:soon',
      'a=crypto:1',
      'nonsense',
    );
    expect(only(body)).toEqual({
      kind: 'audio',
      port: 1000,
      protocol: 'RTP/AVP',
      codecs: [
        { payload: 0, name: 'PCMU', rate: 8000, channels: 1 },
        { payload: 97, name: '', rate: 0, channels: 1 },
      ],
      direction: 'sendrecv',
      address: '127.0.0.1',
    });
  });

  test('a fax stream has no codecs', () => {
    expect(only(sdp('m=image 4000 udptl t38'))).toMatchObject({ kind: 'image', codecs: [] });
  });

  test('an rtpmap wins over the static meaning', () => {
    expect(only(sdp('m=audio 1 RTP/AVP 3', 'a=rtpmap:3 iLBC/8000')).codecs[0]?.name).toBe('iLBC');
  });
});

test('the audio stream is the first that was not refused', () => {
  const both = parseSdp(
    sdp('m=audio 0 RTP/AVP 0', 'm=video 1 RTP/AVP 31', 'm=audio 7/2 RTP/AVP 8'),
  );
  expect(audioOf(both!)?.port).toBe(7);
  expect(audioOf(parseSdp(sdp('m=audio 0 RTP/AVP 0'))!)?.port).toBe(0);
  expect(audioOf(parseSdp(sdp('m=video 1 RTP/AVP 31'))!)).toBeUndefined();
});
