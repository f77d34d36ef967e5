import type { BaresipContext } from '../ground.js';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SipMessage } from '../../sip/sip-message.js';
import { NEW_AGENT, type AgentState } from '../../model/agent-state.js';
import { Dumps, sentName } from './dumps.js';
import type { AudioStream } from '../../agents/user-agent.js';

const MB = 1024 * 1024;
const NAME = 'dump-2026-11-21-13-30-01-dec.wav';

describe('Dumps', () => {
  let folder: string;
  let warnings: string[];
  let dumps: Dumps | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'offhook-dumps-'));
    warnings = [];
  });
  afterEach(() => {
    dumps?.end();
    for (const file of opened.splice(0)) closeSync(file);
    rmSync(folder, { recursive: true });
  });

  const make = (version: string, limit?: number, state: AgentState = NEW_AGENT): Dumps => {
    const context = { binary: { path: '', version, modulePath: '' } } as BaresipContext;
    const agent = {
      state,
      process,
      emit: ({ text }: { text: string }) => warnings.push(text),
    };
    dumps = new Dumps(agent, { folder, dumps: true, context }, limit);
    return dumps;
  };
  const tell = (name: string): void => {
    const coder = name.endsWith('-dec.wav') ? 'decode' : 'encode';
    dumps?.line(`sndfile: dumping ${coder} audio to ./${name}`);
  };
  const begin = async (name: string, bytes = 100): Promise<void> => {
    writeFileSync(join(folder, name), Buffer.alloc(bytes, 1));
    tell(name);
    await told();
  };
  /** Waits until the call of a stream is known, because the stream is reported only then. */
  const told = (): Promise<void> => new Promise(setImmediate);
  const received = (call_id: string, method = 'ACK'): void => {
    dumps?.message({ direction: 'received', method, call_id } as SipMessage);
  };
  /** Opens a file as baresip does, and goes on writing into it. */
  const opened: number[] = [];
  const open = (name: string): void => {
    const file = openSync(join(folder, name), 'w');
    writeSync(file, Buffer.alloc(100, 1));
    opened.push(file);
  };

  it('gives two streams of the same second files of their own', async () => {
    const heard: AudioStream[] = [];
    make('1.0.0').listen((stream) => heard.push(stream), { sent: false });
    received('a');
    await begin(NAME);
    received('b');
    await begin(NAME, 200);
    expect(heard.map(({ call, path }) => [call, statSync(path).size])).toEqual([
      ['a', 100],
      ['b', 200],
    ]);
  });

  it('from 3.16 counts a file once, when it is there, for the call it was announced for', async () => {
    const heard: AudioStream[] = [];
    make('4.9.0').listen((stream) => heard.push(stream), { sent: false });
    received('a');
    tell(NAME);
    received('b');
    await begin(NAME);
    expect(heard.map(({ call }) => call)).toEqual(['a']);
  });

  it('tells who comes late, and of what is sent only who wants it', async () => {
    make('4.9.0');
    received('a');
    await begin(NAME);
    await begin(NAME.replace('dec', 'enc'));
    const directions = (sent: boolean): string[] => {
      const told: string[] = [];
      dumps?.listen(({ direction }) => told.push(direction), { sent });
      return told;
    };
    expect(directions(false)).toEqual(['received']);
    expect(directions(true)).toEqual(['received', 'sent']);
  });

  it('gives up what was written when it is too much, and says so', async () => {
    const heard: AudioStream[] = [];
    make('4.9.0', MB).listen((stream) => heard.push(stream), { sent: false });
    received('a');
    await begin(NAME, 2 * MB);
    dumps?.look();
    expect(heard[0]?.lost).toBe('limit');
    expect(statSync(heard[0]?.path ?? '').size).toBe(0);
    expect(warnings).toEqual([
      'audio: the recordings reached 1 MiB on disk (limit) and were dropped',
    ]);
  });

  it('empties files that no reader needs, and nothing is lost by that', async () => {
    const heard: AudioStream[] = [];
    let needed = true;
    const release = (): boolean => !needed;
    make('4.9.0').listen((stream) => heard.push(stream), { sent: false, release });
    dumps?.listen(() => undefined, { sent: false });
    received('a');
    await begin(NAME, 5 * MB);
    const size = (): number => statSync(heard[0]?.path ?? '').size;
    dumps?.look();
    expect(size()).toBe(5 * MB);
    needed = false;
    dumps?.look();
    expect(size()).toBe(0);
    expect(heard[0]?.lost).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it('tells two calls apart that baresip opened one file for, and says so', async () => {
    const heard: AudioStream[] = [];
    make('1.1.0').listen((stream) => heard.push(stream), { sent: false });
    received('a');
    await begin(NAME);
    received('b');
    open(NAME);
    tell(NAME);
    // Opens the file before the dump of call b was renamed
    open(readdirSync(folder).find((name) => name === 'received-1.wav') ?? '');
    received('c');
    tell(NAME);
    await told();
    expect(heard.map(({ call, lost }) => [call, lost])).toEqual([
      ['a', undefined],
      ['b', 'shared'],
      ['c', 'shared'],
    ]);
    expect(warnings).toEqual([expect.stringContaining('began at the same moment')]);
  });

  it('takes a second file of the same call in its place for the one it was', async () => {
    const heard: AudioStream[] = [];
    make('1.1.0').listen((stream) => heard.push(stream), { sent: false });
    received('a');
    open(NAME);
    tell(NAME);
    tell(NAME);
    await told();
    expect(heard.map(({ call, lost }) => [call, lost])).toEqual([['a', undefined]]);
    expect(warnings).toEqual([]);
  });

  it('from 3.16 does not choose between two calls announced under one name', async () => {
    const heard: AudioStream[] = [];
    make('4.10.0').listen((stream) => heard.push(stream), { sent: false });
    for (const call of ['a', 'b']) {
      received(call);
      tell(NAME);
    }
    await begin(NAME);
    expect(heard.map(({ call, lost }) => [call, lost])).toEqual([
      ['a', 'shared'],
      ['b', 'shared'],
    ]);
  });

  it('from 3.16 a file is not that of a call which ended before its first frame', async () => {
    const heard: AudioStream[] = [];
    const state = {
      ...NEW_AGENT,
      calls: [{ id: 'b', state: 'Established' }],
    } as never as AgentState;
    make('4.10.0', undefined, state).listen((stream) => heard.push(stream), { sent: false });
    for (const call of ['a', 'b']) {
      received(call);
      tell(NAME);
    }
    await begin(NAME);
    expect(heard.map(({ call, lost }) => [call, lost])).toEqual([['b', undefined]]);
    expect(warnings).toEqual([]);
  });

  it('takes no other file for a dump', async () => {
    const heard: AudioStream[] = [];
    make('1.1.0').listen((stream) => heard.push(stream), { sent: false });
    received('a');
    await begin('silence.wav');
    writeFileSync(join(folder, NAME), '');
    dumps?.line(`sndfile: dumping decode audio to /elsewhere/${NAME}`);
    dumps?.line(`x sndfile: dumping decode audio to ./${NAME}`);
    await told();
    expect(heard).toEqual([]);
    expect(readdirSync(folder)).toContain('silence.wav');
  });

  it('before 2.0 keeps the files of the sending side from being made', () => {
    make('1.1.0');
    const inTheWay = readdirSync(folder).filter((name) => name.endsWith('-enc.wav'));
    expect(inTheWay.length).toBeGreaterThanOrEqual(10);
    for (const name of inTheWay) {
      expect(name).toMatch(/^dump-\d{4}(-\d\d){5}-enc\.wav$/);
      expect(() => {
        writeFileSync(join(folder, name), '');
      }).toThrow('ENOTDIR');
    }
  });

  it('from 2.0 on blocks no names', () => {
    make('2.0.0');
    expect(readdirSync(folder).filter((name) => name.endsWith('-enc.wav'))).toEqual([]);
  });

  it('takes names of the past out of the way, and leaves a file that baresip has made', () => {
    const began = Date.now();
    const clock = vi.spyOn(Date, 'now').mockReturnValue(began);
    try {
      const made = make('1.1.0');
      const first = readdirSync(folder).filter((name) => name.endsWith('-enc.wav'));
      clock.mockReturnValue(began + 60_000);
      const own = sentName(Math.floor(began / 1000) + 62);
      writeFileSync(join(folder, own), 'audio');
      made.look();
      const names = readdirSync(folder);
      expect(names.filter((name) => first.includes(name))).toEqual([]);
      expect(names.filter((name) => name.endsWith('-enc.wav'))).toHaveLength(11);
      clock.mockReturnValue(began + 120_000);
      made.look();
      expect(readFileSync(join(folder, own), 'utf8')).toBe('audio');
    } finally {
      clock.mockRestore();
    }
  });
});
