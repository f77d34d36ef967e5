import { expect, test } from 'vitest';
import type { SipMessage } from '../../sip/sip-message.js';
import { SampleRun, sipMessage } from '../../testing/samples/sample-run.js';
import { joinMessages } from '../../story/sip-join.js';
import { SipLadderReporter } from './sip-ladder.js';
import { sdpHint, shortCallIds } from '../../story/sip-words.js';

const ALICE = '127.0.0.1:10000';
const BOB = '127.0.0.1:10010';
const PROXY = '127.0.0.1:5060';
const OFFER =
  'v=0\r\ns=-\r\nm=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendonly\r\n';

type Fields = Parameters<typeof sipMessage>[0] & object;

/** The message as each end sees it. */
function hop(from: string, to: string, fields: Fields): { sent: SipMessage; received: SipMessage } {
  return {
    sent: sipMessage({ ...fields, direction: 'sent', local: from, remote: to }),
    received: sipMessage({ ...fields, direction: 'received', local: to, remote: from }),
  };
}

async function ladder(
  run: SampleRun,
  columns?: number,
  headers: readonly string[] = [],
): Promise<string> {
  let text = '';
  const output = { write: (more: string) => void (text += more), columns };
  const reporter = new SipLadderReporter({ output, headers });
  for (const event of run.events) reporter.on(event);
  await reporter.close();
  return text;
}

function directCall(): SampleRun {
  const run = new SampleRun().begin(1).after(50).scenario('call.js', 'rings');
  const invite = hop(ALICE, BOB, { sdp: OFFER, branch: 'z9hG4bKa' });
  const ringing = hop(BOB, ALICE, { code: 180, reason: 'Ringing', branch: 'z9hG4bKa' });
  const bye = hop(BOB, ALICE, { method: 'BYE', cseq: 7, branch: 'z9hG4bKb', uri: 'sip:a' });
  run.after(12).sip('alice', invite.sent).after(500).sip('alice', invite.sent);
  run.after(1).sip('bob', invite.received).after(2).sip('alice', ringing.received);
  run.sip('bob', ringing.sent);
  return run.after(90).sip('bob', bye.sent);
}

test('a message that both agents saw is one arrow, whoever told first', async () => {
  expect(await ladder(directCall().finish('passed'))).toMatchInlineSnapshot(`
    "
    SIP of call.js › rings
                    alice                          bob
      0.012s          |---------- INVITE ---------->|  1 INVITE  f3a9c2  sdp sendonly PCMU,PCMA
      0.512s          |---------- INVITE ---------->|  1 INVITE  f3a9c2  sdp sendonly PCMU,PCMA  retransmission 1  not seen by bob
      0.515s          |<------- 180 Ringing --------|  1 INVITE  f3a9c2
      0.605s          |<----------- BYE ------------|  7 BYE     f3a9c2  not seen by alice
    "
  `);
});

test('headers stand below each message that has them, by any form of their name', async () => {
  const run = new SampleRun().begin(1).scenario('call.js', 'rings');
  const { sent } = hop(ALICE, BOB, { branch: 'z9hG4bKa' });
  const headers = [...sent.headers, ['p-asserted-identity', '"A" <sip:a@h>'], ['m', '<sip:a@h>']];
  run.sip('alice', { ...sent, headers } as SipMessage);
  const shown = async (...names: string[]) =>
    (await ladder(run.finish('passed'), undefined, names)).split('\n').slice(4);
  expect(await shown('P-Asserted-Identity', 'Contact', 'X-None')).toEqual([
    '                    P-Asserted-Identity: "A" <sip:a@h>',
    '                    Contact: <sip:a@h>',
    '',
  ]);
  expect(await shown('all')).toHaveLength(headers.length + 1);
  expect(await shown()).toEqual(['']);
});

test('each hop of a proxy is an arrow of its own; peers have names or addresses', async () => {
  const run = new SampleRun().begin(1, 1, { lab: PROXY }).scenario('call.js', 'rings');
  const first = hop(ALICE, PROXY, { branch: 'z9hG4bK1' });
  const second = hop(PROXY, BOB, { branch: 'z9hG4bK2', sdp: OFFER });
  const trying = hop(PROXY, ALICE, { code: 100, reason: 'Trying', branch: 'z9hG4bK1' });
  const options = hop(BOB, '192.0.2.1:5060', {
    method: 'OPTIONS',
    call_id: 'f3a9c27d99@x',
    branch: 'z9hG4bK3',
  });
  run.sip('alice', first.sent).after(1).sip('alice', trying.received).after(1);
  run.sip('bob', second.received).after(100).sip('bob', options.sent);
  expect(await ladder(run)).toMatchInlineSnapshot(`
    "
    SIP of call.js › rings
                    alice                        server                          bob                     192.0.2.1:5060
      0.000s          |---------- INVITE ---------->|                             |                             |  1 INVITE   f3a9c27d8
      0.001s          |<-------- 100 Trying --------|                             |                             |  1 INVITE   f3a9c27d8
      0.002s          |                             |---------- INVITE ---------->|                             |  1 INVITE   f3a9c27d8  sdp sendonly PCMU,PCMA
      0.102s          |                             |                             |--------- OPTIONS ---------->|  1 OPTIONS  f3a9c27d9
    "
  `);
  const list = await ladder(run, 80);
  expect(list).toMatchInlineSnapshot(`
    "
    SIP of call.js › rings
      0.000s  alice          -> server          INVITE                1 INVITE   f3a9c27d8
      0.001s  server         -> alice           100 Trying            1 INVITE   f3a9c27d8
      0.002s  server         -> bob             INVITE                1 INVITE   f3a9c27d8  sdp sendonly PCMU,PCMA
      0.102s  bob            -> 192.0.2.1:5060  OPTIONS               1 OPTIONS  f3a9c27d9
    "
  `);
});

/** A registration that is refused: each round a REGISTER and its answer, a second apart. */
function registration(codes: readonly number[], method = 'REGISTER'): SampleRun {
  const run = new SampleRun().begin(1, 1, { lab: PROXY }).scenario('call.js', 'registers');
  codes.forEach((code, index) => {
    const fields = { method, cseq: index + 1, branch: `z9hG4bK${index}`, call_id: `call-${index}` };
    const answer = { ...fields, code, reason: code === 401 ? 'Unauthorized' : 'Forbidden' };
    run.sip('alice', hop(ALICE, PROXY, { ...fields, uri: 'sip:lab' }).sent).after(1);
    run.sip('alice', hop(PROXY, ALICE, answer).received).after(999);
  });
  return run.finish('passed');
}

test('an exchange that is repeated stands there once', async () => {
  expect(await ladder(registration([401, 401, 401, 403, 401]))).toMatchInlineSnapshot(`
    "
    SIP of call.js › registers
                    alice                        server
      0.000s          |--------- REGISTER --------->|  1 REGISTER  call-0
      0.001s          |<----- 401 Unauthorized -----|  1 REGISTER  call-0
                the same 3 times
      3.000s          |--------- REGISTER --------->|  4 REGISTER  call-3
      3.001s          |<------ 403 Forbidden -------|  4 REGISTER  call-3
      4.000s          |--------- REGISTER --------->|  5 REGISTER  call-4
      4.001s          |<----- 401 Unauthorized -----|  5 REGISTER  call-4
    "
  `);
  expect(await ladder(registration([401, 401, 401]), 40)).toMatchInlineSnapshot(`
    "
    SIP of call.js › registers
      0.000s  alice  -> server  REGISTER              1 REGISTER  call-0
      0.001s  server -> alice   401 Unauthorized      1 REGISTER  call-0
                the same 3 times
    "
  `);
});

test.each([
  ['another answer', registration([401, 403]), []],
  ['another call', registration([401, 401], 'MESSAGE'), []],
  ['other headers, where they are shown', registration([401, 401]), ['Via']],
])('%s: nothing is folded', async (_what, run, headers) => {
  const text = await ladder(run, undefined, headers);
  expect(text.match(/Unauthorized|Forbidden/g)).toHaveLength(2);
  expect(text).not.toContain('the same');
});

test('an agent that calls itself', async () => {
  const run = new SampleRun().begin(1).scenario('call.js', 'echo');
  const own = hop(ALICE, ALICE, {});
  run.sip('alice', own.sent).after(1).sip('alice', own.received).after(1);
  const arrows = joinMessages(
    run.events.flatMap((event) => (event.type === 'sip' ? [event] : [])),
    () => undefined,
  );
  expect(arrows).toMatchObject([{ from: 'alice', to: 'alice', unseen: false, repeat: 0 }]);
  expect(await ladder(run)).toContain('alice -> alice  INVITE');
});

test('Call-IDs are short, and differ', () => {
  const short = shortCallIds(['abcdef-1@x', 'abcdef-2@x', 'zz', 'qwertyuiop']);
  expect([...short.values()]).toEqual(['abcdef-1', 'abcdef-2', 'zz', 'qwerty']);
  expect([...shortCallIds(['abcdef', 'abcdefgh']).values()]).toEqual(['abcdef', 'abcdefg']);
});

test.each([
  [OFFER, 'sdp sendonly PCMU,PCMA'],
  [OFFER.replace('audio 4000', 'audio 0'), 'sdp audio off'],
  [
    'v=0\r\na=inactive\r\nm=audio 1 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n',
    'sdp inactive opus',
  ],
  ['v=0\r\nm=audio 1 RTP/AVP 0\r\nm=video 2 RTP/AVP 97\r\na=recvonly\r\n', 'sdp sendrecv PCMU'],
  ['v=0\r\nm=image 1 udptl t38\r\n', 'sdp without audio'],
  ['', ''],
])('SDP %#', (sdp, hint) => {
  expect(sdpHint(sipMessage({ sdp }))).toBe(hint);
});

test('the session description of several parts is told', () => {
  const message = sipMessage({ sdp: '' });
  const headers = [['Content-Type', 'multipart/mixed;boundary=x']] as const;
  const body = `--x\r\nContent-Type: application/sdp\r\n\r\n${OFFER}\r\n--x--\r\n`;
  expect(sdpHint({ ...message, headers, body })).toBe('sdp sendonly PCMU,PCMA');
});

test('a long trace comes in parts, none is lost', async () => {
  const run = new SampleRun().begin(1).scenario('call.js', 'soak');
  for (let cseq = 1; cseq <= 2100; cseq += 1) run.sip('alice', sipMessage({ cseq }));
  const text = await ladder(run.finish('passed'));
  expect(text.match(/INVITE --/g)).toHaveLength(2100);
  expect(text.match(/\(continued\)/g)).toHaveLength(1);
});
