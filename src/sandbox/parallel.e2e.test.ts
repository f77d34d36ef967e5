/** parallel(): which verbs it starts together, what it returns or throws, and where it leaves the cursors. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallReply, CallRequest } from './protocol.js';
import { Bench, failure, Peer, type Ran } from '../testing/hostile/peer.js';

let bench: Bench;
beforeAll(() => {
  bench = new Bench({ cpu_ms: 5000 });
});
afterAll(() => bench.close());

const TWO = 'const a = agent("a"); const b = agent("b");';

/** A peer whose agents carry out a verb when the test says so: in the order in which it names them. */
class Directed extends Peer {
  readonly #open = new Map<string, (reply: CallReply) => void>();
  #all: () => void = () => undefined;

  /** Calls `act` once these verbs, as "a.hold", are all under way. */
  constructor(verbs: readonly string[], act: (end: Directed['end']) => void) {
    super();
    this.#all = () => {
      if (!verbs.every((one) => this.#open.has(one))) return;
      this.#all = () => undefined;
      act(this.end);
    };
  }

  readonly end = (verb: string, reply: CallReply = {}): void => {
    this.#open.get(verb)?.(reply);
  };

  override call(request: CallRequest): Promise<CallReply> {
    if (request.verb === 'agent') return super.call(request);
    this.requests.push(request);
    return new Promise((resolve) => {
      this.#open.set(`${request.agent ?? ''}.${request.verb}`, resolve);
      this.#all();
    });
  }
}

const verbs = ({ requests }: Ran): string[] =>
  requests.flatMap(({ verb, agent }) => (verb === 'agent' ? [] : [`${agent ?? ''}.${verb}`]));

const logged = ({ notes }: Ran): string[] =>
  notes.flatMap((note) => (note.type === 'log' ? [note.text] : []));

const ERROR = { code: 'E_CALL_STATE', message: 'no call' } as const;

describe('what is started, and what it comes to', () => {
  it('starts all before any has ended, and returns their values in the order of the calls', async () => {
    const peer = new Directed(['a.hold', 'a.verify_audio', 'b.mute'], (end) => {
      end('b.mute', { value: { of: 'b' } });
      end('a.verify_audio', { value: { hz: 440 } });
      end('a.hold');
    });
    const source = `${TWO} log(JSON.stringify(
      parallel(() => { a.hold(); a.verify_audio(440); log('in it'); b.mute(); })));`;
    const ran = await bench.run(source, { peer });
    expect(failure(ran)).toBeUndefined();
    expect(logged(ran)).toEqual(['in it', '[null,{"hz":440},{"of":"b"}]']);
  });

  it('begins with the verbs that listen: they miss nothing of what the others send', async () => {
    const source = `${TWO} log(JSON.stringify(
      parallel(() => { a.hold(); b.verify_silence(); b.mute(); a.verify_audio(440); })));`;
    const all = ['b.verify_silence', 'a.verify_audio', 'a.hold', 'b.mute'];
    const peer = new Directed(all, (end) => {
      for (const one of all) end(one, { value: one });
    });
    const ran = await bench.run(source, { peer });
    expect(failure(ran)).toBeUndefined();
    expect(verbs(ran)).toEqual(all);
    expect(logged(ran)).toEqual(['["a.hold","b.verify_silence","b.mute","a.verify_audio"]']);
  });

  it('fails with what failed first, at its place, after all have ended; the others are in its hint', async () => {
    let ended = false;
    const peer = new Directed(['a.hold', 'a.verify_audio', 'b.mute'], (end) => {
      end('b.mute', { error: { ...ERROR, hint: 'dial first' } });
      setImmediate(() => {
        end('a.hold', { error: { ...ERROR, message: 'not held' } });
        setImmediate(() => {
          ended = true;
          end('a.verify_audio');
        });
      });
    });
    const source = `${TWO}\nparallel(() => {\n  a.hold();\n  a.verify_audio(440);\n  b.mute();\n});`;
    const seen = failure(await bench.run(source, { peer }));
    expect(seen).toMatchObject({ code: 'E_CALL_STATE', message: 'no call', at: { line: 5 } });
    expect(seen?.hint).toBe('dial first; also failed: not held');
    expect(ended).toBe(true);
  });

  it.each([
    ['throws', 'a.hold(); throw new Error("mine");', 'E_SCRIPT_THROWN', 'Error: mine'],
    ['fails its check', 'a.hold(); b.dtmf(5);', 'E_ARGUMENT', '"digits" must be DTMF digits'],
    ['reads', 'a.hold(); b.state;', 'E_PARALLEL', 'reading an agent or a mock server needs'],
    ['asserts', 'a.hold(); assert(1).equals(1);', 'E_PARALLEL', 'assert() needs an answer'],
    ['waits', 'a.hold(); wait(1);', 'E_PARALLEL', 'wait() needs an answer'],
    ['watches', 'a.hold(); b.hears(440);', 'E_PARALLEL', 'reading an agent'],
    ['asks', 'a.hold(); http("GET", "http://127.0.0.1:1/");', 'E_PARALLEL', 'http() needs'],
    [
      'proves both',
      'a.hold(); verify_audio_connection(a, b);',
      'E_PARALLEL',
      'verify_audio_connection() needs',
    ],
    ['starts an agent', 'a.hold(); agent("c");', 'E_PARALLEL', 'agent() needs an answer'],
    ['skips', 'a.hold(); skip();', 'E_PARALLEL', 'skip() needs an answer'],
    ['has a step', 'a.hold(); step("s", () => 1);', 'E_PARALLEL', 'step() needs an answer'],
    ['nests', 'a.hold(); parallel(() => b.hold());', 'E_PARALLEL', 'another parallel() needs'],
    ['acts twice', 'a.hold(); b.hold(); a.mute();', 'E_PARALLEL', 'at once: hold() and mute()'],
    ['has no end', 'for (;;) a.verify_audio(440);', 'E_PARALLEL', 'too many verbs (limit 100)'],
    ['calls nothing', '', 'E_PARALLEL', 'called no verb of an agent'],
  ])('starts nothing when its function %s', async (_what, body, code, message) => {
    const ran = await bench.run(`${TWO}\nparallel(() => {\n${body}\n});`);
    expect(failure(ran)?.code).toBe(code);
    expect(failure(ran)?.message).toContain(message);
    expect(failure(ran)?.at?.line).toBe(body === '' ? 2 : 3);
    expect(verbs(ran)).toEqual([]);
  });

  it('is refused with an async function, and in a condition', async () => {
    const async = await bench.run(`${TWO} parallel(async () => { a.hold(); await 1; throw 1; });`);
    expect(failure(async)?.message).toContain('the function returned a promise');
    expect(verbs(async)).toEqual([]);
    const condition = `${TWO} try { await_until(() => parallel(() => a.hold())); } catch {}`;
    expect(failure(await bench.run(condition))?.code).toBe('E_CONDITION');
  });

  it('leaves nothing behind: what follows a refused one is carried out as ever', async () => {
    const source = `${TWO} try { parallel(() => { a.hold(); b.state; }); } catch {}
      b.mute(); assert(a.state).equals('Idle'); parallel(() => { b.hold(); });`;
    const ran = await bench.run(source);
    expect(failure(ran)).toBeUndefined();
    expect(verbs(ran)).toEqual(['b.mute', 'b.hold']);
  });

  it('makes a file a scenario, and its verbs a test', async () => {
    const { collected } = await bench.run('parallel(() => {});');
    expect(collected).toMatchObject({ single: true, topLevel: { how: 'tests' } });
  });
});

describe('what ends it from outside', () => {
  const SUITE = `${TWO} teardown(() => log('torn down'));
    parallel(() => { a.dial('silence'); b.mute(); });`;

  it('is the limit of the scenario', async () => {
    const ran = await bench.run(SUITE, { timeout_ms: 200 });
    expect(failure(ran)?.message).toContain('out of time while waiting for parallel()');
    expect(logged(ran)).toEqual(['torn down']);
  });

  it('is Ctrl-C', async () => {
    const peer = new Directed(['a.dial', 'b.mute'], () => {
      bench.thread.abort('interrupt');
    });
    const ran = await bench.run(SUITE, { peer });
    expect(failure(ran)?.code).toBe('E_INTERRUPTED');
    expect(logged(ran)).toEqual(['torn down']);
  });

  it('is a loop in its function; the teardown can call it again', async () => {
    const source = `const a = agent('a'); teardown(() => { a.hold(); log(a.state); });
      parallel(() => { for (;;) ; });`;
    const limited = new Bench({ cpu_ms: 200 });
    const ran = await limited.run(source);
    await limited.close();
    expect(failure(ran)?.code).toBe('E_SCRIPT_CPU');
    expect(verbs(ran)).toEqual(['a.hold']);
    expect(logged(ran)).toEqual(['Idle']);
  });
});

describe('the cursors', () => {
  /** Each message is the last one for a moment only. */
  const happen = (peer: Peer, agent: string, text: string): number => {
    const from = { uri: 'sip:x@127.0.0.1', number: 'x' };
    return peer.happen(agent, { type: 'message_received', from, text, content_type: 'text/plain' });
  };

  const during = async (peer: Peer, end: Directed['end']): Promise<void> => {
    const say = (agent: string, text: string): number => happen(peer, agent, text);
    say('a', 'a1');
    const seq = say('a', 'effect of a');
    say('b', 'b0');
    say('b', 'b1');
    say('a', 'a2');
    say('c', 'c1');
    end('b.verify_audio');
    await new Promise(setImmediate);
    say('a', 'a3');
    say('b', 'b2');
    say('b', 'b3');
    end('a.hold', { seq });
  };
  const SOURCE = `const [a, b, c] = ['a', 'b', 'c'].map((name) => agent(name));
    await_until(() => assert(a.messages.length).equals(1));
    parallel(() => { a.hold(); b.verify_audio(440); });`;

  it.each([
    ['a', 'a2', true, 'what came after its effect'],
    ['a', 'a1', false, 'what came before its effect'],
    ['b', 'b2', true, 'what came after its proof, while another verb went on'],
    ['b', 'b0', false, 'what came before its proof'],
    ['c', 'c1', true, 'all of an agent that did nothing'],
    ['a', 'still before', false, 'what came before it began'],
  ])('%s %s: %s (%s)', async (name, text, passes) => {
    const peer: Directed = new Directed(['a.hold', 'b.verify_audio'], (end) => {
      void during(peer, end);
    });
    peer.whenWaiting(() => {
      happen(peer, 'a', 'before');
      happen(peer, 'a', 'still before');
    });
    const last = `await_until(() => assert(${name}.messages.at(-1)?.text).equals('${text}'), '50ms');`;
    const ran = await bench.run(`${SOURCE} ${last}`, { peer });
    expect(failure(ran)?.code).toBe(passes ? undefined : 'E_AWAIT_TIMEOUT');
  });
});
