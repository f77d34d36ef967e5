import { describe, expect, test } from 'vitest';
import type { AgentEvent } from '../../model/agent-event.js';
import { recorded, sip, tagged } from '../../testing/samples/traced-call.js';

const body = (...lines: string[]) => ['v=0', 'c=IN IP4 192.0.2.1', ...lines, ''].join('\r\n');
const AUDIO = body('m=audio 4000 RTP/AVP 0 8 101', 'a=rtpmap:101 telephone-event/8000');

/** A call that the agent dialled and that was answered with that description, and its events since then. */
function answered(answer = body('m=audio 5000 RTP/AVP 0')) {
  const { log, events } = recorded();
  log.message(sip('>', 'INVITE', { body: AUDIO }));
  log.message(sip('<', '200 OK', { body: answer }));
  log.message(sip('>', 'ACK'));
  const told = (): unknown[] =>
    events.flatMap((one): unknown[] => {
      if (one.type === 'warning') return [one.text];
      return one.type === 'call_media' ? [[one.media?.codec, one.held, states(one)]] : [];
    });
  return { log, events, told };
}

function states({ streams }: Extract<AgentEvent, { type: 'call_media' }>): string {
  return streams.map(({ kind, state }) => `${kind} ${state}`).join(', ');
}

describe('a re-INVITE of the other side', () => {
  const FIRST = ['PCMU', 'none', 'audio active'];

  test.each([
    [
      'to T.38: the audio is off, the fax refused',
      body('m=audio 0 RTP/AVP 0', 'm=image 5002 udptl t38'),
      body('m=audio 0 RTP/AVP 0', 'm=image 0 udptl t38'),
      [undefined, 'none', 'audio off, image refused'],
    ],
    [
      'that replaces the audio by T.38',
      body('m=image 5002 udptl t38'),
      body('m=image 4002 udptl t38'),
      [undefined, 'none', 'image active'],
    ],
    [
      'that switches the audio off',
      body('m=audio 0 RTP/AVP 0'),
      body('m=audio 0 RTP/AVP 0'),
      [undefined, 'none', 'audio off'],
    ],
    [
      'to a codec the agent does not have',
      body('m=audio 5000 RTP/AVP 18'),
      body('m=audio 0 RTP/AVP 18'),
      [undefined, 'none', 'audio refused'],
    ],
    [
      'to another codec, without the one before',
      body('m=audio 5000 RTP/AVP 8'),
      body('m=audio 4000 RTP/AVP 8'),
      ['PCMA', 'none', 'audio active'],
    ],
    [
      'with video, and a direction in capitals',
      body('m=audio 5000 RTP/AVP 0', 'a=SendOnly', 'm=video 5002 RTP/AVP 96'),
      body('m=audio 4000 RTP/AVP 0', 'a=recvonly', 'm=video 0 RTP/AVP 96'),
      ['PCMU', 'remote', 'audio active, video refused'],
    ],
  ])('%s', (_, offer, answer, now) => {
    const { log, told } = answered();
    log.message(sip('<', 'INVITE', { cseq: 7, body: offer, headers: tagged('them', 'us') }));
    log.message(sip('>', '200 OK', { cseq: 7, body: answer }));
    expect(told()).toEqual([FIRST, now]);
  });

  test('an UPDATE tells the same', () => {
    const { log, told } = answered();
    const update = { method: 'UPDATE', cseq: 7, headers: tagged('them', 'us') };
    log.message(sip('<', 'UPDATE', { ...update, body: body('m=audio 0 RTP/AVP 0') }));
    log.message(sip('>', '200 OK', { ...update, body: body('m=audio 0 RTP/AVP 0') }));
    expect(told()).toEqual([FIRST, [undefined, 'none', 'audio off']]);
  });
});

describe('an answer outside of the offer is a warning', () => {
  test.each([
    [
      'a codec that was not offered',
      body('m=audio 5000 RTP/AVP 18 101', 'a=rtpmap:101 telephone-event/8000'),
      'the answer names G729, but the offer names only PCMU, PCMA: there is no audio',
      'audio active',
    ],
    [
      'port 0',
      body('m=audio 0 RTP/AVP 0'),
      'the answer refuses the offered audio: the call has no audio',
      'audio refused',
    ],
    [
      'video alone',
      body('m=video 5000 RTP/AVP 96', 'a=rtpmap:96 VP8/90000'),
      'the answer refuses the offered audio: the call has no audio',
      'audio refused',
    ],
  ])('%s', (_, answer, warning, streams) => {
    expect(answered(answer).told()).toEqual([warning, [undefined, 'none', streams]]);
  });

  test('no description at all, told once', () => {
    const { log, told } = answered('');
    log.message(sip('<', '200 OK'));
    expect(told()).toEqual([
      'the 200 holds no session description: the offer was not answered, so there is no audio',
    ]);
  });

  test('an ACK without the answer to the offer in the 200', () => {
    const { log, events } = recorded();
    log.message(sip('<', 'INVITE'));
    log.message(sip('>', '180 Ringing'));
    log.message(sip('>', '200 OK', { body: AUDIO }));
    for (let times = 0; times < 2; times += 1) {
      log.message(sip('<', 'ACK', { headers: tagged('them', 'us') }));
    }
    expect(events.filter(({ type }) => type === 'warning')).toEqual([
      {
        type: 'warning',
        text: 'the ACK holds no session description: the offer was not answered, so there is no audio',
      },
    ]);
  });
});
