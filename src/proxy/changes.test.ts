import { expect, test } from 'vitest';
import { Changes } from './changes.js';
import { OpenMessage } from './open-message.js';

function opened(start: string, cseq: string, more = ''): OpenMessage {
  const text = `${start}\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nTo: <sip:b@h>${/REFER/.test(cseq) ? ';tag=1' : ''}\r\nCall-ID: c\r\nCSeq: ${cseq}\r\n${more}\r\n`;
  const message = OpenMessage.parse(text);
  if (message === undefined) throw new Error('no SIP message');
  return message;
}
const refer = (number: number): OpenMessage =>
  opened(
    'REFER sip:b@h SIP/2.0',
    `${number} REFER`,
    'Refer-To: <sip:carol@h?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2>\r\n',
  );
/** Replaces of an INVITE to carol, as it leaves. */
function replacesOf(changes: Changes, number: number): string | undefined {
  const message = opened('INVITE sip:carol@h SIP/2.0', `${number} INVITE`);
  changes.request(message);
  changes.answered(opened('SIP/2.0 200 OK', `${number} INVITE`));
  return message.value('replaces');
}

test('a REFER that comes twice puts Replaces into one INVITE, a second REFER into another', () => {
  const changes = new Changes({}, false);
  const [first, again] = [refer(1), refer(1)];
  for (const message of [first, again]) {
    changes.arrived(message);
    expect(message.value('refer-to')).toBe('<sip:carol@h>');
  }
  expect(replacesOf(changes, 1)).toBe('x;to-tag=1;from-tag=2');
  expect(replacesOf(changes, 2)).toBeUndefined();
  changes.arrived(refer(2));
  expect(replacesOf(changes, 3)).toBe('x;to-tag=1;from-tag=2');
});

test('a REFER that was declined is followed by no INVITE', () => {
  const changes = new Changes({}, false);
  changes.arrived(refer(1));
  changes.response(opened('SIP/2.0 603 Decline', '1 REFER'));
  expect(replacesOf(changes, 1)).toBeUndefined();
});
