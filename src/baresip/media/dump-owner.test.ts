import type { SipMessage } from '../../sip/sip-message.js';
import { expect, test } from 'vitest';
import type { AgentEvent } from '../../model/agent-event.js';
import { fold, NEW_AGENT } from '../../model/agent-state.js';
import { DumpOwner } from './dump-owner.js';
import type { CtrlEvent } from '../wire/events.js';

/** "< INVITE a": a received message of call a, ">": a sent one; "MENC a": the event; else a log line. */
async function ownerAfter(log: readonly string[], happened: readonly AgentEvent[] = []) {
  const state = happened.reduce((before, event) => fold(before, event, 0), NEW_AGENT);
  const owner = new DumpOwner({ state });
  let found: Promise<string | undefined> = Promise.resolve(undefined);
  for (const one of log) {
    const [, way, code, method, call_id] = /^([<>]) (?:(\d+) )?(\w+) (\w+)$/.exec(one) ?? [];
    const menc = /^MENC (\w+) (\S+)$/.exec(one);
    if (one === 'DUMP') found = owner.now();
    else if (menc !== null) {
      owner.encrypted({ call: menc[1], param: menc[2] } as CtrlEvent);
    } else if (way === undefined) owner.line(one);
    else {
      const direction = way === '<' ? 'received' : 'sent';
      const message = { direction, method, call_id, ...(code ? { code: Number(code) } : {}) };
      owner.message(message as SipMessage);
    }
  }
  const late = new Promise<string>((resolve) => setImmediate(resolve, 'not known'));
  return Promise.race([found, late]);
}

const ANSWERING = 'call: answering call on line 2 from sip:carol@127.0.0.1:31072 with 200';
const HANDSHAKE = 'dtls_srtp: ---> DTLS-SRTP complete (audio/RTP) Profile=AES_CM_128_HMAC_SHA1_80';

test.each([
  ['the answer to an INVITE', ['> INVITE a', '< 200 INVITE a', 'DUMP', '> ACK a']],
  ['early media', ['> INVITE a', '> INVITE b', '< 183 INVITE a', 'DUMP']],
  ['the ACK of a call that was answered', ['> 200 INVITE a', '> INVITE b', '< ACK a', 'DUMP']],
  ['a re-INVITE', ['< ACK b', '< INVITE a', 'DUMP', '> 200 INVITE a']],
  ['an UPDATE', ['< ACK b', '< UPDATE a', 'DUMP', '> 200 UPDATE a']],
  [
    'an offer just sent, on 1.1',
    ['< 200 INVITE b', '> INVITE a', "stream: update 'audio'", 'DUMP'],
  ],
  [
    'a waiting call that is accepted while the answer to a hold comes in',
    ['> INVITE b', '< 200 INVITE b', '> ACK b', ANSWERING, 'DUMP', '> 200 INVITE a', '< ACK a'],
  ],
  ['another call of which a request comes between', ['< ACK a', '< BYE b', '< INFO b', 'DUMP']],
])('media that begin with %s', async (_, log) => {
  expect(await ownerAfter(log)).toBe('a');
});

test('a call that is answered is not known before its 200', async () => {
  expect(await ownerAfter(['< INVITE a', ANSWERING, 'DUMP', '> 180 INVITE b'])).toBe('not known');
});

test.each([
  ['the line first', ['< ACK b', HANDSHAKE, 'DUMP', 'MENC a 0,audio,RTP']],
  ['the event first', ['MENC a 0,audio,RTP', '< ACK b', HANDSHAKE, 'DUMP']],
  ['two calls', [HANDSHAKE, 'MENC b 0,audio,RTP', HANDSHAKE, 'DUMP', 'MENC a 0,audio,RTP']],
  [
    'SDES beside it',
    ['MENC b 0,audio,AES_CM_128_HMAC_SHA1_80', HANDSHAKE, 'DUMP', 'MENC a 0,audio,RTP'],
  ],
])('media that begin with the end of a DTLS handshake: %s', async (_, log) => {
  expect(await ownerAfter(log)).toBe('a');
});

test('another payload type than before: what it replaces has to tell', async () => {
  const log = ['< ACK b', 'Audio decoder changed payload 0 -> 8', 'DUMP'];
  expect(await ownerAfter(log)).toBeUndefined();
});

test('media that begin with ICE belong to the call with that address', async () => {
  const call = (id: string, port: number): AgentEvent[] => [
    { type: 'call_dialed', call: id, peer: { uri: 'sip:x@127.0.0.1', number: 'x' } },
    {
      type: 'call_media',
      call: id,
      held: 'none',
      streams: [],
      media: {
        codec: 'PCMU',
        rate: 8000,
        direction: 'sendrecv',
        local_address: '192.0.2.1:4000',
        remote_address: `192.0.2.2:${port}`,
      },
    },
  ];
  const log = [
    '< ACK b',
    "stream: mnat 'ice' connected: raddr 192.0.2.2:11242 192.0.2.2:11243",
    'DUMP',
  ];
  expect(await ownerAfter(log, [...call('a', 11_242), ...call('b', 11_250)])).toBe('a');
  expect(await ownerAfter(log, [...call('a', 11_250)])).toBe('a');
  expect(await ownerAfter(log, [...call('a', 1), ...call('b', 2)])).toBeUndefined();
});
