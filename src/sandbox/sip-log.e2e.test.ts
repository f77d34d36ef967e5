import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SipMessage } from '../sip/sip-message.js';
import { Bench, Peer, type Ran } from '../testing/hostile/peer.js';

let bench: Bench;
beforeAll(() => {
  bench = new Bench({ cpu_ms: 5000 });
});
afterAll(() => bench.close());

const SDP = 'v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 0\r\na=sendonly\r\n';
const response = (code: number, more: Partial<SipMessage> = {}): Partial<SipMessage> => ({
  code,
  reason: 'R',
  ...more,
});

/** The whole call happens before the script looks again: 100, 180, ringing, 183, 200, established. */
function callingPeer(): Peer {
  const peer = new Peer();
  peer.afterDial.set('talk', (agent, call) => {
    peer.message(agent, { direction: 'sent', uri: 'sip:talk@h' });
    peer.message(agent, response(100));
    peer.message(agent, response(180));
    peer.happen(agent, { type: 'call_ringing', call, code: 180, reason: 'Ringing' });
    peer.message(agent, response(183, { body: SDP, headers: [['f', '<sip:t@h>']] }));
    peer.message(agent, response(200));
    peer.happen(agent, { type: 'call_established', call });
  });
  return peer;
}

async function ran(source: string, peer = callingPeer()): Promise<Ran> {
  return bench.run(source, { peer });
}

function failures({ outcomes }: Ran) {
  return outcomes.flatMap((one) => one.failures);
}

function logged({ notes }: Ran): string[] {
  return notes.flatMap((note) => (note.type === 'log' ? [note.text] : []));
}

const WATCHED = [
  { when: 'asked for before', first: 'a.sip.all();' },
  { when: 'first asked for in the condition', first: '' },
];

describe('the SIP log', () => {
  it.each(WATCHED)('makes every message a step of its own, $when', async ({ first }) => {
    const result = await ran(`
      const a = agent("a"); ${first}
      a.dial("talk");
      const seen = [];
      await_until(() => {
        seen.push(a.sip.all().map((one) => one.code ?? one.method).join("+") + " " + a.state);
        assert(a.state).equals(State.Established);
      });
      seen.forEach((one) => log(one));`);
    expect(failures(result)).toEqual([]);
    const steps = [...new Set(logged(result))];
    const all = ['INVITE', '100', '180', '180', '183', '200', '200'];
    expect(steps.slice(-6)).toEqual([
      'INVITE+100 Calling',
      'INVITE+100+180 Calling',
      'INVITE+100+180 Ringing',
      'INVITE+100+180+183 Ringing',
      'INVITE+100+180+183+200 Ringing',
      'INVITE+100+180+183+200 Established',
    ]);
    expect(steps.length).toBeLessThanOrEqual(all.length + 1);
  });

  it.each(WATCHED)('shows no message from after the cursor, $when', async ({ first }) => {
    const result = await ran(`
      const a = agent("a"); ${first}
      a.dial("talk");
      await_until(() => assert(a.sip.received(180)).is_not_empty());
      log(await_until(() => [a.sip.received(183).length])[0]);
      await_until(() => assert(a.state).equals(State.Ringing));
      log(await_until(() => [a.sip.received(183).length])[0]);
      log(a.sip.received(183).length);`);
    expect(failures(result)).toEqual([]);
    // the first two are read at the cursor, the third at the head
    expect(logged(result)).toEqual(['0', '0', '1']);
  });

  it('wakes when a message comes', async () => {
    const peer = new Peer();
    peer.afterDial.set('late', (agent) => {
      peer.whenWaiting(() => {
        peer.message(agent, { method: 'NOTIFY', body: 'SIP/2.0 200 OK' });
      });
    });
    const result = await ran(
      `const a = agent("a"); a.dial("late");
      log(await_until(() => assert(a.sip.received("Notify")[0]).is_present().value()).body);`,
      peer,
    );
    expect(failures(result)).toEqual([]);
    expect(logged(result)).toEqual(['SIP/2.0 200 OK']);
  });

  it('finds requests by method, responses by code, by direction', async () => {
    const result = await ran(`
      const a = agent("a"); a.dial("talk");
      log(a.sip.sent("invite").length, a.sip.received("INVITE").length);
      log(a.sip.received(200).length, a.sip.sent(200).length, a.sip.received(404).length);`);
    expect(logged(result)).toEqual(['1 0', '1 0 0']);
  });

  it('gives plain values that cannot be changed', async () => {
    const result = await ran(`
      const a = agent("a"); a.dial("talk");
      const [invite] = a.sip.sent("INVITE"); const [progress] = a.sip.received(183);
      log(invite.code, invite.reason, invite.uri, progress.code, progress.uri, invite.sdp);
      log(progress.header("From"), progress.headers("from"), progress.header("x"), progress.headers("x"));
      log(progress.sdp.media[0].direction, progress.sdp.media[0].codecs[0].name);
      log(a.sip.received(183)[0] === progress, Object.isFrozen(progress), Object.isFrozen(a.sip.all()));
      log(Object.isFrozen(progress.sdp.media[0].codecs), typeof progress.at);
      assert(progress).contains({ code: 183, direction: "received" });
      log(JSON.parse(JSON.stringify(invite)).method);`);
    expect(failures(result)).toEqual([]);
    expect(logged(result)).toEqual([
      'undefined undefined sip:talk@h 183 undefined undefined',
      '<sip:t@h> ["<sip:t@h>"] undefined []',
      'sendonly PCMU',
      'true true true',
      'true number',
      'INVITE',
    ]);
  });

  it.each([
    ['a.sip.recieved(180)', 'a.sip.recieved is not a function', 'did you mean a.sip.received()?'],
    [
      'a.sip.all()[0].heder("to")',
      'a.sip.all()[0].heder is not a function',
      'did you mean a.sip.all()[0].header()?',
    ],
    [
      'a.sip.all()[0].status',
      'SIP message: there is no "status"',
      'did you mean a.sip.all()[0].code?',
    ],
    ['a.sip.received()', 'sip.received(): "method_or_code" is missing', 'write sip.received('],
    ['a.sip.received("INVTE")', 'must be a method such as "INVITE"', 'did you mean "INVITE"?'],
    ['a.sip.received("183")', 'got "183" (string)', 'write 183, without quotes'],
    ['a.sip.received("XYZZY")', 'got "XYZZY" (string)', 'look through all()'],
    ['a.sip.sent(18)', 'sip.sent(): "method_or_code" must be', 'from 100 to 699'],
    ['a.sip.sent(200.5)', 'got 200.5 (number)', 'from 100 to 699'],
    ['a.sip.sent(NaN)', 'got NaN', undefined],
    ['a.sip.sent(null)', 'got null', undefined],
    ['a.sip.sent(/INVITE/)', 'got /INVITE/ (regexp)', undefined],
    ['a.sip.all("INVITE")', 'takes no arguments: got 1', undefined],
    ['a.sip.all()[0].header("")', '"name" must be text, not empty', undefined],
    ['a.sip.all()[0].headers(3)', '"name" must be text, not empty', undefined],
  ])('%s is an error', async (source, message, hint) => {
    const [failure] = failures(await ran(`const a = agent("a"); a.dial("talk");\n${source};`));
    expect(failure).toMatchObject({ code: 'E_ARGUMENT', at: { line: 2 } });
    expect(failure?.message).toContain(message);
    if (hint !== undefined) expect(failure?.hint).toContain(hint);
  });
});
