/** Dialogs: RFC 3261, 12. */
import { describe, expect, it } from 'vitest';
import { received } from '../testing/samples/sip-text.js';
import { Dialog } from './dialog.js';

const ROUTES = ['Record-Route: <sip:p1;lr>, <sip:p2;lr>', 'Record-Route: <sip:p3;lr>'];

function response(...more: readonly string[]) {
  return received([
    'SIP/2.0 200 OK',
    'Via: SIP/2.0/UDP 127.0.0.1',
    'From: "A" <sip:a@home>;tag=own',
    'To: <sip:b@away>;tag=theirs',
    'Call-ID: 1',
    'CSeq: 7 INVITE',
    ...more,
  ]);
}

function request(...more: readonly string[]) {
  return received([
    'INVITE sip:a@home SIP/2.0',
    'f: <sip:b@away>;tag=theirs',
    't: <sip:a@home>',
    'i: 1',
    'CSeq: 9 INVITE',
    ...more,
  ]);
}

describe('Dialog', () => {
  it('of the caller: the route set is reversed (12.1.2)', () => {
    const dialog = Dialog.ofCaller(response('Contact: <sip:b@there:5070;x=1>', ...ROUTES));
    expect(dialog).toMatchObject({
      callId: '1',
      local: '"A" <sip:a@home>;tag=own',
      remote: '<sip:b@away>;tag=theirs',
      localTag: 'own',
      remoteTag: 'theirs',
      localSeq: 7,
      target: 'sip:b@there:5070;x=1',
    });
    expect(dialog.route()).toEqual({
      uri: 'sip:b@there:5070;x=1',
      routes: [
        ['Route', '<sip:p3;lr>'],
        ['Route', '<sip:p2;lr>'],
        ['Route', '<sip:p1;lr>'],
      ],
      nextHop: 'sip:p3;lr',
    });
  });

  it('of the callee: the route set is in the order of the request (12.1.1)', () => {
    const dialog = Dialog.ofCallee(request('m: "B" <sip:b@there>;expires=1', ...ROUTES), 'own');
    expect(dialog).toMatchObject({
      local: '<sip:a@home>;tag=own',
      remote: '<sip:b@away>;tag=theirs',
      localTag: 'own',
      remoteTag: 'theirs',
      target: 'sip:b@there',
      localSeq: 0,
    });
    expect(dialog.route().routes).toEqual([
      ['Route', '<sip:p1;lr>'],
      ['Route', '<sip:p2;lr>'],
      ['Route', '<sip:p3;lr>'],
    ]);
  });

  it('goes straight to the contact where there is no route', () => {
    const dialog = Dialog.ofCaller(response('Contact: sip:b@there'));
    expect(dialog.route()).toEqual({ uri: 'sip:b@there', routes: [], nextHop: 'sip:b@there' });
  });

  it('by a strict router: its URI is the Request-URI, the contact the last Route (12.2.1.1)', () => {
    const dialog = Dialog.ofCallee(
      request('Contact: <sip:b@there>', 'Record-Route: <sip:strict>', 'Record-Route: <sip:p2;lr>'),
      'own',
    );
    expect(dialog.route()).toEqual({
      uri: 'sip:strict',
      routes: [
        ['Route', '<sip:p2;lr>'],
        ['Route', '<sip:b@there>'],
      ],
      nextHop: 'sip:strict',
    });
  });

  it('refreshes its target, and keeps its routes (12.2.1.2)', () => {
    const dialog = Dialog.ofCaller(response('Contact: <sip:b@there>', ...ROUTES));
    const before = dialog.route().routes;
    dialog.refresh(response('Contact: <sip:b@elsewhere>', 'Record-Route: <sip:new;lr>'));
    expect(dialog.target).toBe('sip:b@elsewhere');
    expect(dialog.route().routes).toEqual(before);
    dialog.refresh(response());
    expect(dialog.target).toBe('sip:b@elsewhere');
  });

  it('has the remote URI for its target where there is no Contact', () => {
    expect(Dialog.ofCaller(response()).target).toBe('sip:b@away');
  });

  it('takes the requests of its other side, and no others', () => {
    const dialog = Dialog.ofCaller(response('Contact: <sip:b@there>'));
    const bye = (from: string, to: string, call = '1') =>
      received([
        'BYE sip:a@home SIP/2.0',
        `From: <sip:b@away>${from}`,
        `To: <sip:a@home>${to}`,
        `Call-ID: ${call}`,
        'CSeq: 1 BYE',
      ]);
    expect(dialog.takes(bye(';tag=theirs', ';tag=own'))).toBe(true);
    expect(dialog.takes(bye(';tag=other', ';tag=own'))).toBe(false);
    expect(dialog.takes(bye(';tag=theirs', ';tag=other'))).toBe(false);
    expect(dialog.takes(bye('', ''))).toBe(false);
    expect(dialog.takes(bye(';tag=theirs', ';tag=own', '2'))).toBe(false);
  });
});
