import { expect, test } from 'vitest';
import type { SipMessage } from '../../sip/sip-message.js';
import { request, written } from '../../testing/samples/parse-trace.js';
import { Endpoints } from '../../sip/endpoints.js';
import { accountOf } from '../start/account.js';
import { Wire } from './wire.js';

const SERVER = '192.0.2.1:5061';

function register(transport: string): Buffer {
  const raw = [
    'REGISTER sip:pbx.example SIP/2.0',
    `Via: SIP/2.0/${transport} 127.0.0.1:40000;branch=z9hG4bK1`,
    'To: <sip:alice@pbx.example>',
    'Call-ID: registration',
    'CSeq: 1 REGISTER',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
  return Buffer.concat(written(raw, `${transport} 127.0.0.1:40000 -> ${SERVER}`));
}

/**
 * The messages of an agent without a listening socket, as behind TLS, with a log line above its REGISTER in
 * one read.
 */
function connected(transport: string, command: string): SipMessage[] {
  const told: SipMessage[] = [];
  const sink = {
    message: (message: SipMessage) => told.push(message),
    line: () => undefined,
    warning: () => undefined,
    unseen: () => undefined,
    inner: () => undefined,
  };
  const wire = new Wire(new Endpoints([]), sink, {
    name: 'alice',
    account: accountOf('alice', {}, '127.0.0.1:12000'),
  });
  wire.commands([{ name: 'uanew', params: command }]);
  wire.stdout(Buffer.concat([Buffer.from('ua: a line of the log\n'), register(transport)]));
  const invite = request('Content-Length: 0');
  for (const one of written(invite, `${transport} ${SERVER} -> 127.0.0.1:40000`)) wire.stdout(one);
  wire.end();
  return told;
}

test.each(['TCP', 'TLS'])(
  'over %s a REGISTER that a command confirms tells which end is ours: the INVITE behind it was received',
  (transport) => {
    const told = connected(transport, '<sip:alice@pbx.example>;regint=60');
    expect(told.map((one) => [one.method, one.direction, one.remote])).toEqual([
      ['REGISTER', 'sent', SERVER],
      ['INVITE', 'received', SERVER],
    ]);
  },
);

test('a REGISTER that nothing confirms is left out, and teaches nothing', () => {
  const told = connected('TLS', '<sip:alice@other.example>;regint=60');
  expect(told.map((one) => [one.method, one.direction])).toEqual([['INVITE', 'sent']]);
});
