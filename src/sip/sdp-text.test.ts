import { describe, expect, it } from 'vitest';
import { audioOf, parseSdp, type Sdp } from './sdp.js';
import { answerTo, AUDIO_CODECS, sdpText, type AudioCodec } from './sdp-text.js';

const [PCMU, PCMA, G722] = ['PCMU', 'PCMA', 'G722'].map((name) => AUDIO_CODECS[name]) as [
  AudioCodec,
  AudioCodec,
  AudioCodec,
];
const GIVEN = {
  address: '127.0.0.1',
  port: 4000,
  codecs: [PCMU, PCMA],
  direction: 'sendrecv',
  id: 7,
  version: 2,
} as const;

function parsed(text: string): Sdp {
  const sdp = parseSdp(text);
  if (sdp === undefined) throw new Error(`no SDP: ${text}`);
  return sdp;
}

describe('sdpText', () => {
  it('writes the lines in the order of RFC 8866, 5', () => {
    expect(sdpText({ ...GIVEN, telephoneEvent: 101, ptime: 20, lines: ['a=label:1'] })).toBe(
      [
        'v=0',
        'o=- 7 2 IN IP4 127.0.0.1',
        's=-',
        'c=IN IP4 127.0.0.1',
        't=0 0',
        'm=audio 4000 RTP/AVP 0 8 101',
        'a=rtpmap:0 PCMU/8000',
        'a=rtpmap:8 PCMA/8000',
        'a=rtpmap:101 telephone-event/8000',
        'a=fmtp:101 0-16',
        'a=ptime:20',
        'a=sendrecv',
        'a=label:1',
        '',
      ].join('\r\n'),
    );
  });

  it('writes IPv6, another protocol, and streams around the audio', () => {
    const text = sdpText({
      ...GIVEN,
      address: '::1',
      protocol: 'RTP/SAVP',
      before: ['m=video 0 RTP/AVP 31'],
      behind: ['m=image 0 udptl 0'],
    });
    expect(text).toContain('c=IN IP6 ::1\r\n');
    expect(parsed(text).media.map(({ kind, port, protocol }) => [kind, port, protocol])).toEqual([
      ['video', 0, 'RTP/AVP'],
      ['audio', 4000, 'RTP/SAVP'],
      ['image', 0, 'udptl'],
    ]);
  });

  it('is read again as it was meant', () => {
    const audio = audioOf(parsed(sdpText({ ...GIVEN, direction: 'recvonly', ptime: 30 })));
    expect(audio).toMatchObject({ port: 4000, direction: 'recvonly', ptime: 30 });
    expect(audio?.codecs.map(({ name }) => name)).toEqual(['PCMU', 'PCMA']);
  });
});

describe('answerTo', () => {
  const offer = (formats: string, ...lines: string[]) =>
    parsed(['v=0', `m=audio 9 RTP/AVP ${formats}`, ...lines].join('\r\n'));

  it('takes the first codec of the offer that is ours, with its payload type', () => {
    const found = answerTo(
      offer('96 8 0 101', 'a=rtpmap:96 pcmu/8000', 'a=rtpmap:101 telephone-event/8000'),
      [PCMA, PCMU],
    );
    expect(found).toEqual({ codec: { ...PCMU, payload: 96 }, telephoneEvent: 101 });
  });

  it.each([
    ['static payload types without rtpmap', offer('8'), [PCMA], 'PCMA'],
    ['another clock rate', offer('96', 'a=rtpmap:96 PCMU/16000'), [PCMU], undefined],
    ['no common codec', offer('18 3'), [PCMU, PCMA, G722], undefined],
    ['G722 has a clock of 8000', offer('9'), [G722], 'G722'],
    ['no audio', parsed('v=0\r\nm=video 9 RTP/AVP 31'), [PCMU], undefined],
  ] as const)('%s', (_name, given, ours, name) => {
    expect(answerTo(given, ours)?.codec.name).toBe(name);
    expect(answerTo(given, ours)?.telephoneEvent).toBeUndefined();
  });
});
