// What a script can get wrong in a call: each is one clear error, and the call goes on.
import { connected, established, fails, pair } from './lib/agents.js';

const CRLF = 'sip:a\r\nX: y@127.0.0.1';
const call = (one) => one.calls[0];

/** verb, arguments of it, code, words of the message */
const WRONG = [
  ['hold', ['now'], 'E_ARGUMENT', 'takes an options object or a call'],
  ['hold', [{ header: {} }], 'E_ARGUMENT', 'there is no option "header"'],
  ['hold', [{}, 'now'], 'E_ARGUMENT', '"call" must be'],
  ['resume', [5], 'E_ARGUMENT', 'takes an options object or a call'],
  ['mute', [true], 'E_ARGUMENT', '"call" must be'],
  ['unmute', [null], 'E_ARGUMENT', '"call" must be'],
  ['dtmf', [], 'E_ARGUMENT', '"digits"'],
  ['dtmf', ['12a'], 'E_ARGUMENT', 'write A'],
  ['dtmf', ['1\r\n2'], 'E_ARGUMENT', 'not a DTMF digit'],
  ['dtmf', ['12', '-1s'], 'E_ARGUMENT', '"gap" must be a duration'],
  ['dtmf', ['12', '1s', 'x'], 'E_ARGUMENT', '"call" must be'],
  ['transfer', [], 'E_ARGUMENT', '"target" is missing'],
  ['transfer', [CRLF], 'E_TARGET', 'control character'],
  ['transfer', [''], 'E_ARGUMENT', '"target" must'],
  ['attended_transfer', [{ uri: 'sip:x@h' }], 'E_ARGUMENT', '"target" must be'],
  ['attended_transfer', [CRLF], 'E_TARGET', 'control character'],
  ['complete_transfer', [], 'E_CALL_STATE', 'no consultation'],
  ['abort_transfer', [], 'E_CALL_STATE', 'no consultation'],
  ['reject', [302], 'E_ARGUMENT', '3xx'],
  ['reject', [486, 'a\r\nb: c'], 'E_ARGUMENT', '"reason"'],
  ['respond_incoming', [], 'E_ARGUMENT', '"code"'],
  ['respond_incoming', [200], 'E_ARGUMENT', 'final response that refuses: got 200'],
  ['respond_incoming', [700], 'E_ARGUMENT', '"code" must be'],
  ['respond_incoming', [486, 7], 'E_ARGUMENT', '"reason"'],
  ['message', ['sip:x@127.0.0.1:9'], 'E_ARGUMENT', '"text" is missing'],
  ['message', ['sip:x@127.0.0.1:9', ''], 'E_ARGUMENT', '"text" must be'],
  ['message', [CRLF, 'x'], 'E_TARGET', 'control character'],
  ['ping', [], 'E_ARGUMENT', '"target" is missing'],
  ['ping', [CRLF], 'E_TARGET', 'control character'],
  ['verify_media', ['soon'], 'E_ARGUMENT', '"within" must be a duration'],
  ['verify_no_media', [], 'E_ARGUMENT', '"during" is missing'],
  ['verify_no_media', ['-1s'], 'E_ARGUMENT', '"during"'],
  ['stop_responding', [1], 'E_ARGUMENT', 'stop_responding'],
];

scenario.each([...new Set(WRONG.map(([verb]) => verb))])(
  'wrong arguments for $row',
  { tags: ['serverless'] },
  (verb) => {
    const [alice, bob] = connected();
    for (const [name, args, code, words] of WRONG) {
      if (name === verb) fails(code, words, () => alice[verb](...args));
    }
    established(alice, bob);
    alice.hangup();
  },
);

scenario.each(['hold', 'resume', 'mute', 'unmute', 'verify_media', 'verify_no_media', 'hangup'])(
  '$row without a call, and with one that is over',
  { tags: ['serverless'] },
  (verb) => {
    const [alice, bob] = pair();
    const args = verb === 'verify_no_media' ? ['100ms'] : [];
    fails('E_CALL_STATE', 'no call', () => alice[verb](...args));
    alice.dial(bob);
    bob.accept();
    established(alice, bob);
    const over = call(alice);
    alice.hangup();
    fails('E_CALL_STATE', 'alice', () => alice[verb](...args));
    if (!verb.startsWith('verify')) {
      fails('E_CALL_STATE', '', () => alice[verb](over));
      // somebody else's call
      fails('E_ARGUMENT', '', () => bob[verb](over));
    }
  },
);
