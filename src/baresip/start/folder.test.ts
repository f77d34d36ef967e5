import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  rmSync,
  symlinkSync,
  readFileSync,
  statSync,
  utimesSync,
  mkdtempSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import {
  createFolder,
  createRecordingsFolder,
  notePid,
  removeFolder,
  sweepStale,
} from './folder.js';

const FILES = { config: 'c', accounts: 'a', certificates: [] };

test('holds the files and a silence of 20 s', () => {
  const folder = createFolder({
    ...FILES,
    certificates: [{ file: 'certificate.pem', pem: 'secret' }],
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
  // The same pid, but another process: the start time differs.
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

test('the sweep takes recordings of dead runs, too', () => {
  const [living, stale] = [createRecordingsFolder(), createRecordingsFolder()];
  writeFileSync(join(stale, 'pid'), `${process.pid} 1\n`);
  writeFileSync(join(stale, 'alice.wav'), '');
  expect(sweepStale()).toContain(stale);
  expect([existsSync(living), existsSync(stale)]).toEqual([true, false]);
  removeFolder(living);
});

/** A process with these words in its command line, until it is ended. */
function running(...words: string[]): ChildProcess {
  return spawn('sh', ['-c', 'read line', 'sh', ...words], { stdio: ['pipe', 'ignore', 'ignore'] });
}

/** Leaves the folder as a killed run does: the run's process is gone, the agent's is not. */
function abandoned(folder: string, agent: number): void {
  notePid(folder, agent);
  const [, line = ''] = readFileSync(join(folder, 'pid'), 'utf8').split('\n');
  writeFileSync(join(folder, 'pid'), `${process.pid} 1\n${line}\n`);
}

test('the sweep ends an agent that outlived its run', async () => {
  const folder = createFolder(FILES);
  const agent = running('-f', folder, '-s');
  await once(agent, 'spawn');
  abandoned(folder, agent.pid ?? 0);
  const gone = once(agent, 'exit');
  expect(sweepStale()).toContain(folder);
  expect(await gone).toEqual([null, 'SIGKILL']);
});

test('the sweep leaves a process that is not an agent of that folder', async () => {
  const folder = createFolder(FILES);
  const other = running('-f', `${folder}x`, '-s');
  await once(other, 'spawn');
  abandoned(folder, other.pid ?? 0);
  expect(sweepStale()).not.toContain(folder);
  expect(other.exitCode ?? other.signalCode).toBe(null);
  other.stdin?.end();
  await once(other, 'exit');
  expect(sweepStale()).toContain(folder);
});

test('the sweep believes no folder, pid file or link that others may have made', () => {
  const outside = join(mkdtempSync(join(tmpdir(), 'offhook-try-')), 'pid');
  writeFileSync(outside, `${process.pid} 1\n`);
  const open = createFolder(FILES);
  writeFileSync(join(open, 'pid'), `${process.pid} 1\n`);
  chmodSync(open, 0o755);
  const [linked, fifo, large] = [1, 2, 3].map(() => {
    const folder = createFolder(FILES);
    rmSync(join(folder, 'pid'));
    return folder;
  }) as [string, string, string];
  symlinkSync(outside, join(linked, 'pid'));
  execFileSync('mkfifo', [join(fifo, 'pid')]);
  writeFileSync(join(large, 'pid'), `${process.pid} 1\n${' '.repeat(1000)}`);
  const link = `${large}-link`;
  symlinkSync(linked, link);
  const left = [open, linked, fifo, large, link];
  const swept = sweepStale();
  expect(swept.filter((one) => left.includes(one))).toEqual([]);
  for (const one of left) rmSync(one, { recursive: true });
  rmSync(dirname(outside), { recursive: true });
});
