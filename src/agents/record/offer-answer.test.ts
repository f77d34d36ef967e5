import type { SipMessage } from '../../sip/sip-message.js';
import { describe, expect, test } from 'vitest';
import type { AgentEvent } from '../../model/agent-event.js';
import type { MediaDirection } from '../../sip/media-direction.js';
import type { CtrlEvent } from '../../baresip/wire/events.js';
import { OfferAnswer } from './offer-answer.js';

/** Collects everything that is emitted about call "c", in short form. */
function recorded(undo = false) {
  const events: AgentEvent[] = [];
  const resumed: string[] = [];
  const log = new OfferAnswer({
    emit: (event) => events.push(event),
    resumedByItself: (call) => {
      resumed.push(call);
      return undo;
    },
  });
  const shown = () =>
    events.map((one) =>
      one.type === 'call_media'
        ? `${one.media?.direction ?? 'no audio'} ${one.held}`
        : one.type === 'call_encrypted'
          ? `${one.encryption} ${one.suite ?? ''}`.trim()
          : one.type,
    );
  return { log, events, resumed, shown };
}

interface SdpParts {
  direction?: MediaDirection;
  port?: number;
  address?: string;
  more?: readonly string[];
}

function sdp({ direction, port = 4000, address = '192.0.2.1', more = [] }: SdpParts = {}): string {
  const lines = [
    'v=0',
    `c=IN ${address.includes(':') ? 'IP6' : 'IP4'} ${address}`,
    `m=audio ${port} RTP/AVP 0`,
    ...(direction === undefined ? [] : [`a=${direction}`]),
    ...more,
  ];
  return `${lines.join('\r\n')}\r\n`;
}

type Arrow = '>' | '<';

/** "> INVITE 2" or "< 200 INVITE 2". */
function sip(text: string, body = ''): SipMessage {
  const [arrow = '', ...words] = text.split(' ');
  const code = /^\d+$/.test(words[0] ?? '') ? Number(words.shift()) : undefined;
  const [method = '', cseq = '1'] = words;
  return {
    direction: (arrow as Arrow) === '>' ? 'sent' : 'received',
    transport: 'UDP',
    local: '',
    remote: '',
    method,
    ...(code === undefined ? {} : { code, reason: 'Reason' }),
    call_id: 'c',
    cseq: Number(cseq),
    headers: [['To', cseq === '1' ? '<sip:q@h>' : '<sip:q@h>;tag=2']],
    body,
  };
}

function menc(what: string): CtrlEvent {
  return {
    kind: 'event',
    name: 'CALL_MENC',
    call: 'c',
    outgoing: true,
    peerUri: '',
    peerName: '',
    param: `0,audio,${what}`,
    fields: {},
  };
}

const other = (arrow: Arrow): Arrow => (arrow === '>' ? '<' : '>');

/** Gives the log a whole exchange: an offer in the direction of the arrow, and its answer. */
function exchange(log: OfferAnswer, arrow: Arrow, cseq: number, how: MediaDirection[]): void {
  const [offer, answer] = how;
  log.message(sip(`${arrow} INVITE ${cseq}`, sdp({ ...(offer && { direction: offer }) })));
  const body = sdp({ ...(answer && { direction: answer }) });
  log.message(sip(`${other(arrow)} 200 INVITE ${cseq}`, body));
}

describe('what offer and answer settle', () => {
  test('the first exchange, seen from both ends', () => {
    const caller = recorded();
    caller.log.message(sip('> INVITE', sdp({ port: 1000, more: ['a=ptime:20'] })));
    caller.log.message(sip('< 180 INVITE'));
    expect(caller.events).toEqual([]);
    caller.log.message(sip('< 200 INVITE', sdp({ port: 2000, address: '2001:db8::1' })));
    expect(caller.events).toEqual([
      {
        type: 'call_media',
        call: 'c',
        held: 'none',
        media: {
          codec: 'PCMU',
          rate: 8000,
          ptime: 20,
          direction: 'sendrecv',
          local_address: '192.0.2.1:1000',
          remote_address: '[2001:db8::1]:2000',
        },
        streams: [
          {
            kind: 'audio',
            protocol: 'RTP/AVP',
            state: 'active',
            direction: 'sendrecv',
            codec: 'PCMU',
          },
        ],
      },
    ]);
    const callee = recorded();
    callee.log.message(sip('< INVITE', sdp({ port: 1000 })));
    callee.log.message(sip('> 200 INVITE', sdp({ port: 2000 })));
    expect(callee.events[0]).toMatchObject({
      media: { local_address: '192.0.2.1:2000', remote_address: '192.0.2.1:1000' },
    });
  });

  test('retransmissions, and a 200 that repeats the answer of the 183, are told once', () => {
    const { log, shown } = recorded();
    log.message(sip('> INVITE', sdp()));
    log.message(sip('> INVITE', sdp()));
    for (const code of [183, 183, 200, 200]) log.message(sip(`< ${code} INVITE`, sdp()));
    expect(shown()).toEqual(['sendrecv none']);
  });

  test('a 200 with another answer than the 183 counts', () => {
    const { log, events } = recorded();
    log.message(sip('> INVITE', sdp()));
    log.message(sip('< 183 INVITE', sdp({ port: 2000 })));
    log.message(sip('< 200 INVITE', sdp({ port: 3000 })));
    expect(
      events.map((one) => one.type === 'call_media' && one.media?.remote_address.slice(-4)),
    ).toEqual(['2000', '3000']);
  });

  test('an INVITE without an offer: the answer is in the ACK', () => {
    const { log, events } = recorded();
    log.message(sip('< INVITE'));
    log.message(sip('> 200 INVITE', sdp({ port: 1000 })));
    expect(events).toEqual([]);
    log.message(sip('< ACK', sdp({ port: 2000 })));
    expect(events).toMatchObject([
      { media: { local_address: '192.0.2.1:1000', remote_address: '192.0.2.1:2000' } },
    ]);
  });

  test('UPDATE settles media, too', () => {
    const { log, shown } = recorded();
    exchange(log, '>', 1, []);
    log.message(sip('< UPDATE 2', sdp({ direction: 'sendonly' })));
    log.message(sip('> 200 UPDATE 2', sdp({ direction: 'recvonly' })));
    expect(shown()).toEqual(['sendrecv none', 'recvonly remote']);
  });

  test('a refused offer changes nothing, an answer without audio ends it', () => {
    const { log, shown } = recorded();
    exchange(log, '>', 1, []);
    log.message(sip('> INVITE 2', sdp({ direction: 'sendonly' })));
    log.message(sip('< 488 INVITE 2'));
    expect(shown()).toEqual(['sendrecv none']);
    log.message(sip('< INVITE 7', sdp({ direction: 'sendonly' })));
    log.message(sip('> 200 INVITE 7', sdp({ port: 0 })));
    expect(shown()).toEqual(['sendrecv none', 'no audio none']);
  });

  test('requests of both sides with one CSeq are kept apart', () => {
    const { log, shown } = recorded();
    exchange(log, '>', 1, []);
    log.message(sip('> INVITE 2', sdp({ direction: 'sendonly' })));
    log.message(sip('< INVITE 2', sdp()));
    log.message(sip('> 491 INVITE 2'));
    log.message(sip('< 200 INVITE 2', sdp({ direction: 'recvonly' })));
    expect(shown()).toEqual(['sendrecv none', 'sendonly local']);
  });
});

describe('hold', () => {
  test('A, B hold, then A, B resume', () => {
    const { log, shown } = recorded();
    exchange(log, '>', 1, []);
    exchange(log, '>', 2, ['sendonly', 'recvonly']);
    exchange(log, '<', 9, ['sendonly', 'inactive']);
    log.expectResume('c', true);
    exchange(log, '>', 3, ['sendrecv', 'sendonly']);
    exchange(log, '<', 10, ['sendrecv', 'sendrecv']);
    expect(shown()).toEqual([
      'sendrecv none',
      'sendonly local',
      'inactive both',
      'sendrecv remote',
      'sendrecv none',
    ]);
  });

  test("what became of the agent's own offers", () => {
    const { log } = recorded();
    exchange(log, '>', 1, []);
    log.message(sip('> INVITE 2', sdp({ direction: 'sendonly' })));
    expect(log.ownOffers('c')).toEqual([{ cseq: 2, direction: 'sendonly' }]);
    log.message(sip('< 491 INVITE 2'));
    exchange(log, '>', 3, ['sendonly', 'recvonly']);
    exchange(log, '<', 3, ['sendonly', 'recvonly']);
    expect(log.ownOffers('c')).toEqual([
      { cseq: 2, direction: 'sendonly', code: 491, reason: 'Reason' },
      { cseq: 3, direction: 'sendonly', code: 200, reason: 'Reason' },
    ]);
    log.forget('c');
    expect(log.ownOffers('c')).toEqual([]);
  });

  test('a call that comes off hold by itself is put back, and nothing is told', () => {
    const { log, shown, resumed } = recorded(true);
    exchange(log, '>', 1, []);
    exchange(log, '>', 2, ['sendonly', 'recvonly']);
    exchange(log, '>', 3, ['sendrecv', 'sendrecv']);
    expect(resumed).toEqual(['c']);
    expect(shown()).toEqual(['sendrecv none', 'sendonly local']);
    exchange(log, '>', 4, ['sendonly', 'recvonly']);
    expect(shown().at(-1)).toBe('sendonly local');
    log.expectResume('c', true);
    exchange(log, '>', 5, ['sendrecv', 'sendrecv']);
    expect(shown().at(-1)).toBe('sendrecv none');
    expect(resumed).toEqual(['c']);
  });

  test('where it is left off hold, it is told', () => {
    const { log, shown } = recorded(false);
    exchange(log, '>', 1, []);
    exchange(log, '>', 2, ['sendonly', 'recvonly']);
    exchange(log, '>', 3, ['sendrecv', 'sendrecv']);
    expect(shown().at(-1)).toBe('sendrecv none');
  });
});

describe('encryption', () => {
  const crypto = { more: ['a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x'] };

  test('keys in the SDP: told once, whoever tells first', () => {
    const { log, shown } = recorded();
    log.message(sip('> INVITE', sdp(crypto)));
    log.encrypted(menc('AES_CM_128_HMAC_SHA1_80'));
    log.message(sip('< 200 INVITE', sdp(crypto)));
    log.encrypted(menc('AES_CM_128_HMAC_SHA1_80'));
    expect(shown()).toEqual(['srtp AES_CM_128_HMAC_SHA1_80', 'sendrecv none']);
  });

  test('DTLS: when the handshake is done, with the profile of the log', () => {
    const line = 'dtls_srtp: ---> DTLS-SRTP complete (audio/RTP) Profile=AES_CM_128_HMAC_SHA1_80';
    const first = recorded();
    exchange(first.log, '>', 1, []);
    first.log.line(line);
    first.log.encrypted(menc('RTP'));
    expect(first.shown()).toEqual(['sendrecv none', 'dtls_srtp AES_CM_128_HMAC_SHA1_80']);
    const late = recorded();
    exchange(late.log, '>', 1, []);
    late.log.encrypted(menc('RTP'));
    late.log.encrypted(menc('RTCP'));
    late.log.line(line);
    expect(late.shown()).toEqual([
      'sendrecv none',
      'dtls_srtp',
      'dtls_srtp AES_CM_128_HMAC_SHA1_80',
    ]);
  });
});
