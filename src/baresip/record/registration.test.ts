import type { HeaderField, SipMessage } from '../../sip/sip-message.js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AgentEvent } from '../../model/agent-event.js';
import type { CtrlEvent } from '../wire/events.js';
import { Registration } from './registration.js';

let events: AgentEvent[];
let registration: Registration;

beforeEach(() => {
  vi.useFakeTimers();
  events = [];
  registration = new Registration((event) => events.push(event), '1.1.0');
});
afterEach(() => {
  vi.useRealTimers();
});

function request(cseq: number, expires: number, call_id = 'r'): void {
  registration.message({
    ...message(cseq, call_id),
    direction: 'sent',
    headers: [['Contact', `<sip:a@h>;expires=${expires}`]],
  });
}
function response(
  cseq: number,
  code: number,
  reason = 'Text',
  call_id = 'r',
  headers: HeaderField[] = [],
): void {
  registration.message({ ...message(cseq, call_id), direction: 'received', code, reason, headers });
}
function message(cseq: number, call_id: string): SipMessage {
  return {
    direction: 'sent',
    transport: 'UDP',
    local: '',
    remote: '',
    method: 'REGISTER',
    call_id,
    cseq,
    headers: [],
    body: '',
  };
}
function ctrl(name: string, param = ''): void {
  const event: CtrlEvent = {
    kind: 'event',
    name,
    call: '',
    outgoing: false,
    peerUri: '',
    peerName: '',
    param,
    fields: {},
  };
  expect(registration.event(event)).toBe(true);
}
const types = () => events.map((one) => one.type);

function registered(): void {
  registration.expect('registered');
  request(1, 60);
  response(1, 401);
  request(2, 60);
  response(2, 200, 'OK');
}

test('challenged, then accepted', () => {
  registered();
  ctrl('REGISTER_OK', '200 OK');
  expect(events).toEqual([
    { type: 'registering' },
    { type: 'registered', code: 200, reason: 'OK', expires: 60, contacts: [] },
  ]);
});

test('a refresh is told when it is answered', () => {
  registered();
  request(3, 60);
  expect(events).toHaveLength(2);
  response(3, 200, 'OK', 'r', [['Contact', '<sip:a@h>;expires=30, <sip:b@h;x=1,2>;expires=7']]);
  expect(events.at(-1)).toEqual({
    type: 'registered',
    code: 200,
    reason: 'OK',
    expires: 30,
    contacts: ['<sip:a@h>;expires=30', '<sip:b@h;x=1,2>;expires=7'],
  });
  request(4, 60);
  response(4, 503, 'Later');
  ctrl('REGISTER_FAIL', '503 Later');
  expect(events.at(-1)).toEqual({ type: 'register_failed', code: 503, reason: 'Later' });
});

test('it expires when no 200 came in the granted time, and comes back with one', () => {
  registered();
  vi.advanceTimersByTime(40_000);
  request(3, 60);
  response(3, 200, 'OK', 'r', [['Expires', '50']]);
  vi.advanceTimersByTime(49_999);
  expect(types()).toEqual(['registering', 'registered', 'registered']);
  request(4, 60);
  vi.advanceTimersByTime(1);
  expect(types().at(-1)).toBe('registration_expired');
  request(4, 60); // a retransmission
  expect(types().at(-1)).toBe('registration_expired');
  response(4, 200);
  expect(types().at(-1)).toBe('registered');
});

test.each(['failed', 'unregistered', 'ended'])('nothing expires once it has %s', (how) => {
  registered();
  if (how === 'ended') registration.end();
  else if (how === 'unregistered') {
    registration.expect('none');
    request(3, 0);
    response(3, 200);
  } else {
    request(3, 60);
    response(3, 403);
    ctrl('REGISTER_FAIL', '403 Forbidden');
  }
  vi.advanceTimersByTime(3_600_000);
  expect(types()).not.toContain('registration_expired');
});

test('registering again is told', () => {
  registered();
  registration.expect('registered');
  request(3, 60);
  response(3, 200);
  expect(types()).toEqual(['registering', 'registered', 'registering', 'registered']);
});

test('wrong password: the trace has the words, whatever the event says', () => {
  registration.expect('registered');
  request(1, 60);
  response(1, 401, '50% sure');
  ctrl('REGISTER_FAIL', '401 50');
  expect(events.at(-1)).toEqual({ type: 'register_failed', code: 401, reason: '50% sure' });
});

test('the event may be first', () => {
  registration.expect('registered');
  ctrl('REGISTER_FAIL', '403 Forbidden');
  request(1, 60);
  response(1, 403, 'Forbidden');
  expect(events).toEqual([
    { type: 'registering' },
    { type: 'register_failed', code: 403, reason: 'Forbidden' },
  ]);
});

test('the event may overtake the repetition with credentials and its answer', () => {
  registration.expect('registered');
  request(1, 60);
  response(1, 401, 'Unauthorized');
  ctrl('REGISTER_FAIL', '403 Wrong Password');
  expect(types()).toEqual(['registering']);
  request(2, 60);
  response(2, 403, 'Wrong Password');
  expect(events).toEqual([
    { type: 'registering' },
    { type: 'register_failed', code: 403, reason: 'Wrong Password' },
  ]);
  vi.runAllTimers();
  expect(events).toHaveLength(2);
});

test('a further try by baresip itself leaves the failure as it is, until it is answered', () => {
  registration.expect('registered');
  request(1, 60);
  response(1, 401, 'Unauthorized');
  ctrl('REGISTER_FAIL', '401 Unauthorized');
  // The control connection was faster: the trace then shows the rest of the same attempt.
  for (const cseq of [2, 3, 4]) {
    request(cseq, 60);
    response(cseq, 401, 'Unauthorized');
  }
  expect(types()).toEqual(['registering', 'register_failed']);
  request(5, 60);
  response(5, 403, 'Forbidden');
  ctrl('REGISTER_FAIL', '403 Forbidden');
  expect(events.at(-1)).toEqual({ type: 'register_failed', code: 403, reason: 'Forbidden' });
  request(6, 60);
  response(6, 200, 'OK');
  expect(types().slice(1)).toEqual(['register_failed', 'register_failed', 'registered']);
});

test('register() after a failure is a new attempt', () => {
  registration.expect('registered');
  request(1, 60);
  response(1, 403);
  ctrl('REGISTER_FAIL', '403 Text');
  registration.expect('registered');
  request(2, 60);
  expect(types()).toEqual(['registering', 'register_failed', 'registering']);
});

test('no transport: only baresip tells', () => {
  registration.expect('registered');
  ctrl('REGISTER_FAIL', 'Connection refused [111]');
  vi.runAllTimers();
  expect(events).toEqual([{ type: 'register_failed', reason: 'Connection refused' }]);
});

test('unregistering, challenged or refused', () => {
  registered();
  registration.expect('none');
  request(3, 0);
  response(3, 401);
  request(4, 0);
  response(4, 200, 'OK');
  vi.runAllTimers();
  expect(events.slice(2)).toEqual([
    { type: 'unregistering' },
    { type: 'unregistered', code: 200, reason: 'OK' },
  ]);
  registered();
  registration.expect('none');
  request(9, 0);
  response(9, 401, 'No');
  vi.runAllTimers();
  expect(events.at(-1)).toEqual({ type: 'unregistered', code: 401, reason: 'No' });
});

test('the end of an old registration does not disturb the new one', () => {
  registered();
  registration.expect('registered');
  request(5, 0, 'old');
  request(1, 60, 'new');
  response(5, 200, 'OK', 'old');
  expect(types().at(-1)).toBe('registering');
  response(1, 200, 'OK', 'new');
  expect(types().at(-1)).toBe('registered');
});

test('a refused password: told at once, and what baresip still sends changes nothing', () => {
  let stopped = 0;
  registration = new Registration(
    (event) => events.push(event),
    '1.1.0',
    () => {
      stopped += 1;
      return true;
    },
  );
  const digest: HeaderField = ['Authorization', 'Digest nonce="n", response="00"'];
  const challenge: HeaderField[] = [['WWW-Authenticate', 'Digest realm="r", nonce="n"']];
  registration.expect('registered');
  request(1, 60);
  response(1, 401, 'Unauthorized', 'r', challenge);
  for (const cseq of [2, 3, 4]) {
    registration.message({
      ...message(cseq, 'r'),
      headers: [['Contact', '<sip:a@h>;expires=60'], digest],
    });
    response(cseq, 401, 'Unauthorized', 'r', challenge);
  }
  ctrl('REGISTER_FAIL', '401 Unauthorized');
  vi.advanceTimersByTime(1000);
  expect(stopped).toBe(1);
  expect(events).toEqual([
    { type: 'registering' },
    { type: 'register_failed', code: 401, reason: 'Unauthorized' },
  ]);
  registration.expect('registered');
  request(5, 60);
  response(5, 200);
  expect(types().slice(2)).toEqual(['registering', 'registered']);
});

test.each([
  [
    'SHA-256',
    'No (baresip 1.1.0 does not understand the challenge: needs SHA-256: baresip 3.12.0 or newer)',
  ],
  ['MD5', 'No'],
])('refused after a challenge with %s', (algorithm, reason) => {
  registration.expect('registered');
  request(1, 60);
  const challenge = `Digest realm="r", nonce="n", algorithm=${algorithm}`;
  response(1, 401, 'No', 'r', [['WWW-Authenticate', challenge]]);
  ctrl('REGISTER_FAIL', '401 No');
  expect(events.at(-1)).toEqual({ type: 'register_failed', code: 401, reason });
});
