import { describe, expect, test } from 'vitest';
import { negotiated, type NegotiatedAudio } from './negotiated.js';
import { parseSdp } from './sdp.js';

const sdp = (...lines: string[]): string =>
  ['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0', ...lines].join('\r\n');

function settled(offer: readonly string[], answer: readonly string[]): NegotiatedAudio | undefined {
  return negotiated(parseSdp(sdp(...offer))!, parseSdp(sdp(...answer))!);
}

const OFFER = [
  'm=audio 4000 RTP/AVP 96 0 9 101',
  'a=rtpmap:96 opus/48000/2',
  'a=rtpmap:101 telephone-event/8000',
  'a=ptime:40',
];

describe('codec', () => {
  test.each([
    ['the first of the answer, not of the offer', 'm=audio 6000 RTP/AVP 0 96', 'PCMU', 8000],
    ['the first that is no telephone-event', 'm=audio 6000 RTP/AVP 101 0', 'PCMU', 8000],
    ['nor comfort noise', 'm=audio 6000 RTP/AVP 13 8', 'PCMA', 8000],
    ['named by the offer where the answer forgot to', 'm=audio 6000 RTP/AVP 96', 'opus', 48000],
    ['G722 samples at 16000', 'm=audio 6000 RTP/AVP 9', 'G722', 16000],
  ])('%s', (_, line, codec, rate) => {
    const answer = [line, 'a=rtpmap:101 telephone-event/8000'];
    expect(settled(OFFER, answer)).toMatchObject({ codec, rate });
  });

  test('all of it', () => {
    const answer = [
      'm=audio 6000 RTP/AVP 0 101',
      'a=rtpmap:101 telephone-event/8000',
      'a=sendonly',
    ];
    expect(settled(OFFER, answer)).toMatchObject({
      codec: 'PCMU',
      rate: 8000,
      channels: 1,
      payload: 0,
      ptime: 40,
      encryption: 'none',
      telephone_event: 101,
      offered: { port: 4000, direction: 'sendrecv' },
      answered: { port: 6000, direction: 'sendonly', address: '192.0.2.1' },
    });
  });

  test("the answer's ptime goes before the offer's; without telephone-event there is none", () => {
    const found = settled(OFFER, ['m=audio 6000 RTP/AVP 0', 'a=ptime:20']);
    expect(found?.ptime).toBe(20);
    expect(found).not.toHaveProperty('telephone_event');
  });
});

describe('no audio', () => {
  test.each([
    ['refused', OFFER, ['m=audio 0 RTP/AVP 0']],
    ['only events left', OFFER, ['m=audio 1 RTP/AVP 101', 'a=rtpmap:101 telephone-event/8000']],
    ['none offered', ['m=video 1 RTP/AVP 31'], ['m=video 1 RTP/AVP 31']],
    ['answered with another kind', OFFER, ['m=image 1 udptl t38']],
    ['no streams', [], []],
  ])('%s', (_, offer, answer) => {
    expect(settled(offer, answer)).toBeUndefined();
  });
});

describe('streams', () => {
  test('are matched by position', () => {
    const offer = ['m=audio 1 RTP/SAVP 0', 'm=audio 2 RTP/AVP 8'];
    const answer = ['m=audio 0 RTP/SAVP 0', 'm=audio 6 RTP/AVP 8'];
    expect(settled(offer, answer)).toMatchObject({ codec: 'PCMA', offered: { port: 2 } });
  });

  test('a dropped line does not hide the audio', () => {
    const offer = ['m=video 2 RTP/AVP 31', ...OFFER];
    expect(settled(offer, ['m=audio 6 RTP/AVP 0'])).toMatchObject({ codec: 'PCMU' });
  });
});

describe('encryption', () => {
  const crypto = (suite: string): string => `a=crypto:1 ${suite} inline:c2VjcmV0`;

  test('SDES: the suite of the answer', () => {
    const offer = ['m=audio 1 RTP/SAVP 0', crypto('A_80'), crypto('A_32')];
    expect(settled(offer, ['m=audio 2 RTP/SAVP 0', crypto('A_32')])).toMatchObject({
      encryption: 'srtp',
      suite: 'A_32',
    });
  });

  test('offered as optional and not taken up', () => {
    const found = settled(['m=audio 1 RTP/AVP 0', crypto('A_80')], ['m=audio 2 RTP/AVP 0']);
    expect(found?.encryption).toBe('none');
    expect(found).not.toHaveProperty('suite');
  });

  test('DTLS', () => {
    const dtls = ['m=audio 1 UDP/TLS/RTP/SAVPF 0', 'a=fingerprint:sha-256 AB'];
    expect(settled(dtls, dtls)?.encryption).toBe('dtls_srtp');
    expect(settled(dtls, ['m=audio 1 RTP/AVP 0'])?.encryption).toBe('none');
  });
});
