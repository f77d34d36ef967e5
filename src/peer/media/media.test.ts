import { describe, expect, it } from 'vitest';
import { audioOf, parseSdp } from '../../sip/sdp.js';
import { Description, Media, sdpProblem } from './media.js';

const CODECS = [
  { name: 'PCMU', payload: 0, rate: 8000 },
  { name: 'PCMA', payload: 8, rate: 8000 },
];

function described() {
  const description = new Description('127.0.0.1', 4000, CODECS);
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

describe('Media', () => {
  it('gives each call a pair of ports of its own while there are any, and takes it back', () => {
    const media = new Media('127.0.0.1', [4000, 4004]);
    const port = (call: string) =>
      /m=audio (\d+)/.exec(media.descriptionOf(call).offer(undefined))?.[1];
    expect([port('a'), port('b'), port('c'), port('d')]).toEqual(['4000', '4002', '4004', '4004']);
    expect(port('a')).toBe('4000');
    media.forget('b');
    expect(port('e')).toBe('4002');
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
    [{ codecs: ['opus'] }, 'codecs'],
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
  ])('%j is not', (choice, what) => {
    expect(sdpProblem(choice)).toContain(what);
  });
});
