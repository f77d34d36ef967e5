import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NEW_AGENT } from '../model/agent-state.js';
import { Dumps, type AudioStream } from './dumps.js';
import type { AgentContext } from './user-agent.js';

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
    rmSync(folder, { recursive: true });
  });

  const make = (version: string, limit?: number): Dumps => {
    const context = { binary: { path: '', version, modulePath: '' } } as AgentContext;
    const owner = { state: NEW_AGENT, emit: ({ text }: { text: string }) => warnings.push(text) };
    dumps = new Dumps(owner, { folder, audio: true, context }, limit);
    return dumps;
  };
  const begin = (name: string, bytes = 100): void => {
    writeFileSync(join(folder, name), Buffer.alloc(bytes, 1));
    const coder = name.endsWith('-dec.wav') ? 'decode' : 'encode';
    dumps?.line(`sndfile: dumping ${coder} audio to ./${name}`);
  };

  it('gives two streams of the same second files of their own', () => {
    const heard: AudioStream[] = [];
    make('1.0.0').listen((stream) => heard.push(stream), { sent: false });
    begin(NAME);
    begin(NAME, 200);
    expect(heard.map(({ path }) => statSync(path).size)).toEqual([100, 200]);
  });

  it('from 3.0 counts a file once, when it is there', () => {
    const heard: AudioStream[] = [];
    make('4.9.0').listen((stream) => heard.push(stream), { sent: false });
    dumps?.line(`sndfile: dumping decode audio to ./${NAME}`);
    begin(NAME);
    expect(heard.length).toBe(1);
  });

  it('tells who comes late, and of what is sent only who wants it', () => {
    make('4.9.0');
    begin(NAME);
    begin(NAME.replace('dec', 'enc'));
    const directions = (sent: boolean): string[] => {
      const told: string[] = [];
      dumps?.listen(({ direction }) => told.push(direction), { sent });
      return told;
    };
    expect(directions(false)).toEqual(['received']);
    expect(directions(true)).toEqual(['received', 'sent']);
  });

  it('gives up what was written when it is too much, and says so', () => {
    const heard: AudioStream[] = [];
    make('4.9.0', MB).listen((stream) => heard.push(stream), { sent: false });
    begin(NAME, 2 * MB);
    dumps?.look();
    expect(heard[0]?.trimmed).toBe(true);
    expect(statSync(heard[0]?.path ?? '').size).toBe(0);
    expect(warnings).toEqual([
      'audio: more than 1 MB of it on disk (limit): what was heard so far is given up',
    ]);
  });

  it('before 2.0 keeps the files of the sending side from being made', () => {
    make('1.1.0');
    const inTheWay = readdirSync(folder).filter((name) => name.endsWith('-enc.wav'));
    expect(inTheWay.length).toBeGreaterThanOrEqual(10);
    expect(inTheWay.every((name) => /^dump-\d{4}(-\d\d){5}-enc\.wav$/.test(name))).toBe(true);
    make('2.0.0');
  });
});
