import { describe, expect, it } from 'vitest';
import type { AgentEvent } from './agent-event.js';
import { NEW_AGENT, fold, type AgentState } from './agent-state.js';
import { unmetHint, type Bystander } from './unmet.js';

const PEER = { uri: 'sip:x@h', number: 'x' };
const STARTED: AgentEvent = {
  type: 'started',
  version: '1.0.0',
  aor: 'sip:bob@pbx.example',
  address: '127.0.0.1:10010',
};
const SERVERLESS: AgentEvent = { ...STARTED, aor: 'sip:bob@127.0.0.1:10010' };
const DIALED: AgentEvent = { type: 'call_dialed', call: 'c', peer: PEER };
const INCOMING: AgentEvent = { type: 'call_incoming', call: 'c', peer: PEER, headers: [] };
const REGISTERED: AgentEvent = { type: 'registered', code: 200, reason: 'OK' };

function rejected(code: number, reason: string): AgentEvent {
  return { type: 'call_closed', call: 'c', ended: { by: 'remote', how: 'rejected', code, reason } };
}

/** Folds events that happened at those times. */
function after(...events: readonly (readonly [at: number, event: AgentEvent])[]): AgentState {
  return events.reduce((state, [at, event]) => fold(state, event, at), NEW_AGENT);
}
const read = (name: string, state: AgentState): Bystander => ({ name, state, read: true });
const other = (name: string, state: AgentState): Bystander => ({ name, state, read: false });
const WAITED = { began: 1000, ms: 5000 };
const hint = (what: string, ...agents: Bystander[]) => unmetHint(what, agents, WAITED);

describe('a call', () => {
  const calling = after(
    [900, STARTED],
    [950, { type: 'registering' }],
    [960, REGISTERED],
    [990, DIALED],
  );

  it('nobody has answered', () => {
    const ringing = after([900, SERVERLESS], [1001, INCOMING]);
    expect(hint('alice.state', read('alice', calling), other('bob', ringing))).toBe(
      'bob is ringing: nobody called bob.accept()',
    );
    const answered = fold(ringing, { type: 'call_accepted', call: 'c' }, 1002);
    expect(hint('alice.state', read('alice', calling), other('bob', answered))).toBeUndefined();
  });

  it('is over: when, within the wait or before it', () => {
    const during = fold(calling, rejected(480, 'Temporarily Unavailable'), 1200);
    expect(hint('alice.state', read('alice', during))).toBe(
      "alice's call ended with 480 Temporarily Unavailable after 200 ms of 5.0 s",
    );
    const before = fold(calling, rejected(404, ''), 995);
    expect(hint('alice.state', read('alice', before))).toBe(
      "alice's call had ended with 404 before the wait began",
    );
    const bye = fold(
      calling,
      { type: 'call_closed', call: 'c', ended: { by: 'remote', how: 'bye' } },
      3000,
    );
    expect(hint('alice.state', read('alice', bye))).toBe(
      "alice's call ended by remote: bye after 2.0 s of 5.0 s",
    );
  });

  it('of an agent the condition does not read is told only when it ended meanwhile, by others', () => {
    const ended = fold(calling, rejected(486, 'Busy Here'), 1200);
    const idle = after([900, SERVERLESS]);
    expect(hint('bob.state', read('bob', idle), other('alice', ended))).toBe(
      "alice's call ended with 486 Busy Here after 200 ms of 5.0 s",
    );
    const long_ago = fold(calling, rejected(486, 'Busy Here'), 995);
    expect(hint('bob.state', read('bob', idle), other('alice', long_ago))).toBeUndefined();
  });

  it('goes to somebody who never registered', () => {
    const ended = fold(calling, rejected(480, 'Gone'), 1200);
    const bob = after([900, STARTED]);
    expect(hint('bob.state', read('bob', bob), other('alice', ended))).toBe(
      "alice's call ended with 480 Gone after 200 ms of 5.0 s; bob has a domain but never registered: call bob.register()",
    );
    expect(hint('bob.state', read('bob', bob), other('alice', calling))).toBe(
      'bob has a domain but never registered: call bob.register()',
    );
    const up = fold(calling, { type: 'call_established', call: 'c' }, 1300);
    expect(hint('carol.state', read('carol', bob), other('alice', up))).toBeUndefined();
    expect(
      hint('bob.state', read('bob', after([900, SERVERLESS])), other('alice', calling)),
    ).toBeUndefined();
  });

  it('is explained by a registration that failed, also that of the other side', () => {
    const refused = after(
      [900, STARTED],
      [901, { type: 'register_failed', code: 403, reason: 'No' }],
    );
    expect(hint('alice.state', read('alice', calling), other('bob', refused))).toMatch(
      /^agent "bob" is not registered: the registrar answered 403 No/,
    );
  });

  it('has nothing to do with conditions that are about none', () => {
    const ended = fold(calling, rejected(480, 'Gone'), 1200);
    const bob = after([900, STARTED]);
    for (const what of ['alice.ended?.how', 'alice.status_code', 'alice.messages.length'])
      expect(hint(what, read('alice', ended), other('bob', bob))).toBeUndefined();
  });
});

describe('a registration', () => {
  it('that nobody has asked for', () => {
    expect(hint('bob.registered', read('bob', after([1, STARTED])))).toBe(
      'bob has a domain but never registered: call bob.register()',
    );
    expect(hint('bob.registered', read('bob', after([1, SERVERLESS])))).toBe(
      'bob has no domain: give agent("bob") one, and call bob.register()',
    );
  });

  it('that came and went, or is of another agent: nothing to say', () => {
    const gone = after([1, STARTED], [2, REGISTERED], [3, { type: 'unregistered' }]);
    expect(hint('bob.registered', read('bob', gone))).toBeUndefined();
    const expired = after([1, STARTED], [2, REGISTERED], [3, { type: 'registration_expired' }]);
    expect(hint('bob.registered', read('bob', expired))).toBeUndefined();
    const alice = after([1, STARTED], [2, REGISTERED]);
    expect(
      hint('alice.registration.count', read('alice', alice), other('bob', after([1, STARTED]))),
    ).toBeUndefined();
  });
});

it('an agent that is off, whoever read it', () => {
  const off = (expected: boolean): AgentEvent => {
    return { type: 'exited', code: 0, signal: null, expected, by: 'kill', reason: 'SIGKILL' };
  };
  const text = 'bob is off: nobody called bob.start()';
  const alice = read('alice', after([1100, DIALED]));
  expect(hint('alice.state', alice, other('bob', after([0, STARTED], [1, off(true)])))).toBe(text);
  const crashed = other('bob', after([0, STARTED], [1, off(false)]));
  expect(hint('alice.state', alice, crashed) ?? '').not.toContain('off');
  const again = other('bob', after([0, STARTED], [1, off(true)], [2, STARTED]));
  expect(hint('alice.state', alice, again) ?? '').not.toContain('off');
});
