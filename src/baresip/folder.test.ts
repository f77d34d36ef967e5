import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  readFileSync,
  statSync,
  utimesSync,
  mkdtempSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFolder, notePid, removeFolder, sweepStale } from './folder.js';

const FILES = { config: 'c', accounts: 'a' };

test('holds the files and a silence of 20 s', () => {
  const folder = createFolder({
    ...FILES,
    certificate: { file: 'certificate.pem', pem: 'secret' },
  });
  const wav = readFileSync(join(folder, 'silence.wav'));
  expect(wav).toHaveLength(44 + 20 * 16000);
  expect(wav.toString('latin1', 0, 4)).toBe('RIFF');
  expect(wav.readUInt32LE(40)).toBe(wav.length - 44);
  expect(statSync(join(folder, 'certificate.pem')).mode & 0o777).toBe(0o600);
  removeFolder(folder);
  expect(existsSync(folder)).toBe(false);
});

test('the sweep leaves folders of living runs, takes those of dead ones', async () => {
  const dead = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  await once(dead, 'exit');
  const living = createFolder(FILES);
  notePid(living, process.pid);
  const stale = createFolder(FILES);
  writeFileSync(join(stale, 'pid'), `${dead.pid ?? 0} 1\n`);
  // The same number, but another process: the start time differs.
  const reused = createFolder(FILES);
  writeFileSync(join(reused, 'pid'), `${process.pid} 1\n`);
  const young = mkdtempSync(join(tmpdir(), 'offhook-agent-'));
  const old = mkdtempSync(join(tmpdir(), 'offhook-agent-'));
  utimesSync(old, 1, 1);
  const swept = sweepStale();
  expect(swept).toEqual(expect.arrayContaining([stale, reused, old]));
  expect(swept).not.toContain(living);
  expect(swept).not.toContain(young);
  expect([living, stale, reused, young, old].map((one) => existsSync(one))).toEqual([
    true,
    false,
    false,
    true,
    false,
  ]);
  removeFolder(living);
  removeFolder(young);
});

test('the sweep ends an agent that outlived its run', async () => {
  const agent = spawn('sleep', ['60'], { stdio: 'ignore' });
  const folder = createFolder(FILES);
  notePid(folder, agent.pid ?? 0);
  const [, line = ''] = readFileSync(join(folder, 'pid'), 'utf8').split('\n');
  writeFileSync(join(folder, 'pid'), `${process.pid} 1\n${line}\n`);
  const gone = once(agent, 'exit');
  expect(sweepStale()).toContain(folder);
  expect(await gone).toEqual([null, 'SIGKILL']);
});
