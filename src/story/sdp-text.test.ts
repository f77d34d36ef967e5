import { expect, test } from 'vitest';
import { sdpStreams } from './sdp-text.js';

const OFFER = [
  'v=0',
  'o=- 1 1 IN IP4 192.0.2.7',
  's=-',
  'c=IN IP4 192.0.2.7',
  't=0 0',
  'm=audio 4000 RTP/SAVP 111 0 101',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 useinbandfec=1',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-15',
  'a=sendonly',
  'a=ptime:20',
  'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0IGtleSBvZiB0aGUgY2FsbA==',
  'm=video 0 RTP/AVP 96',
  'a=rtpmap:96 H264/90000',
].join('\r\n');

test('streams in words, keys left out', () => {
  expect(sdpStreams(OFFER)).toEqual([
    {
      title: 'audio',
      facts: [
        ['receives at', '192.0.2.7:4000'],
        ['direction', 'sendonly: sends, does not want to receive'],
        ['codecs', '111 opus/48000/2 (useinbandfec=1), 0 PCMU/8000'],
        ['beside them', '101 telephone-event/8000 (0-15)'],
        ['packets of', '20 ms'],
        ['transport', 'RTP/SAVP'],
        ['SRTP keys for', 'AES_CM_128_HMAC_SHA1_80'],
      ],
    },
    { title: 'video (refused)', facts: [] },
  ]);
});

test('other bodies are none', () => {
  expect(sdpStreams('hello')).toBeUndefined();
  expect(sdpStreams('')).toBeUndefined();
});
