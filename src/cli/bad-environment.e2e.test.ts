/** Without a usable baresip, the scenario is errored, the exit code is 3, and the remedy is shown. */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { chmod, cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findBaresip } from '../baresip/start/binary.js';
import { leavingNothing } from '../testing/cli/leftovers.js';
import { CLI_FILE } from '../testing/cli/run-cli.js';
import { runFiles, writeFiles } from '../testing/cli/run-files.js';

const IT = { 'it.js': "agent('alice');\n" };
const INSTALL =
  'install it (Debian, Ubuntu: apt-get install baresip-core), or name it with --baresip or OFFHOOK_BARESIP';

async function program(folder: string, name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), text);
  await chmod(join(folder, name), 0o755);
}

async function expectErrored(
  options: {
    args?: readonly string[];
    env?: Record<string, string>;
    before?: (folder: string) => Promise<void>;
  },
  message: RegExp,
  hint: string,
): Promise<void> {
  const { args = [], env = {}, before } = options;
  const result = await runFiles(IT, ['run', 'it.js', ...args], {
    env: { OFFHOOK_BARESIP: undefined, ...env },
    ...(before === undefined ? {} : { before }),
  });
  expect(result.stdout).toMatch(message);
  expect(result.stdout).toContain(`hint: ${hint}`);
  expect(result.stdout).toContain('at it.js:1:1');
  expect(result.stdout).toMatch(/^1 scenario: 1 errored in/m);
  expect(result.stderr).toBe('');
  expect(result.code).toBe(3);
}

it('no baresip in PATH', async () => {
  const result = await runFiles(IT, ['run', 'it.js'], {
    env: { OFFHOOK_BARESIP: undefined, PATH: '/nowhere:/nowhere/else' },
  });
  expect(result.stdout).toContain('baresip: not found: no "baresip" in PATH [E_BARESIP_MISSING]\n');
  expect(result.stdout).toContain(`hint: ${INSTALL}`);
  expect(result.code).toBe(3);
});

it('a scenario without agents needs no baresip', async () => {
  const result = await runFiles({ 'it.js': "log('hello'); wait('1ms');\n" }, ['run', 'it.js'], {
    env: { OFFHOOK_BARESIP: undefined, PATH: '/nowhere' },
  });
  expect(result.code).toBe(0);
});

it('OFFHOOK_BARESIP names a missing file', () =>
  expectErrored(
    { env: { OFFHOOK_BARESIP: '/nowhere/baresip' } },
    /baresip: not found: \/nowhere\/baresip is not a program \[E_BARESIP_MISSING\]/,
    INSTALL,
  ));

it('--baresip names a file that is not a program', () =>
  expectErrored(
    { args: ['--baresip', './it.js'] },
    /baresip: not found: \S+\/files\/it\.js is not a program \[E_BARESIP_MISSING\]/,
    INSTALL,
  ));

it('--baresip names a program that is not a baresip', () =>
  expectErrored(
    {
      args: ['--baresip', './other'],
      before: (folder) => program(folder, 'other', '#!/bin/sh\necho "I am something else"\n'),
    },
    /\/files\/other: does not run as baresip: I am something else \[E_BARESIP_UNUSABLE\]/,
    INSTALL,
  ));

it('a baresip that is too old', () =>
  expectErrored(
    {
      args: ['--baresip', './old'],
      before: (folder) => program(folder, 'old', '#!/bin/sh\necho "baresip v0.6.0 Copyright"\n'),
    },
    /\/files\/old: baresip 0\.6\.0 is too old \(at least 1\.0\.0\) \[E_BARESIP_UNUSABLE\]/,
    INSTALL,
  ));

it('a module folder without ctrl_tcp.so', async () => {
  const { modulePath } = await findBaresip({ searchPath: process.env['PATH'] ?? '' });
  await expectErrored(
    {
      env: { OFFHOOK_BARESIP_MODULES: './modules' },
      before: async (folder) => {
        await cp(modulePath, join(folder, 'modules'), { recursive: true });
        await rm(join(folder, 'modules', 'ctrl_tcp.so'));
      },
    },
    /modules are missing in \S+\/files\/modules: ctrl_tcp\.so \[E_BARESIP_UNUSABLE\]/,
    'install the complete package (Debian, Ubuntu: apt-get install --reinstall baresip-core)',
  );
});

it('a module folder without modules', () =>
  expectErrored(
    { env: { OFFHOOK_BARESIP_MODULES: '/nowhere' } },
    /its modules were not found in \/nowhere \[E_BARESIP_UNUSABLE\]/,
    'install baresip-core, or set OFFHOOK_BARESIP_MODULES to the folder that holds menu.so',
  ));

it('a program that ends at once instead of becoming an agent', () =>
  expectErrored(
    {
      args: ['--baresip', './liar'],
      before: (folder) =>
        program(folder, 'liar', '#!/bin/sh\necho "baresip v1.0.0"\necho "no libre" >&2\nexit 1\n'),
    },
    /agent "alice": .*exit code 1.*no libre.* \[E_AGENT_START\]/,
    'run "offhook doctor" to check the installation',
  ));

it('--lab without Kamailio', async () => {
  const result = await runFiles(IT, ['run', '--lab', 'it.js'], {
    // this PATH holds only the programs that a run needs
    env: { PATH: './bin' },
    before: async (folder) => {
      await mkdir(join(folder, 'bin'));
      const sh = execFileSync('sh', ['-c', 'command -v sh'], { encoding: 'utf8' }).trim();
      await symlink(sh, join(folder, 'bin', 'sh'));
      await program(join(folder, 'bin'), 'kamailio', '#!/nowhere/interpreter\n');
    },
  });
  expect(result.stdout).toBe('');
  expect(result.stderr).toMatch(/^offhook: lab: Kamailio did not come up on 127\.0\.0\.1:\d+: /);
  expect(result.code).toBe(3);
});

it('a temporary folder that is none is not a bug of ours, and asked for by agents only', async () => {
  const { folder, leftovers } = await writeFiles({ ...IT, 'http.js': "wait('1ms');\n" });
  const env = { ...process.env, TMPDIR: join(folder, 'it.js') };
  const ran = (...args: string[]): { code: number | null; stdout: string; stderr: string } => {
    const options = { cwd: folder, env, encoding: 'utf8' } as const;
    const { status, ...rest } = spawnSync(process.execPath, ['--', CLI_FILE, ...args], options);
    return { code: status, ...rest };
  };
  const bad = ran('run', 'it.js');
  expect(bad.stdout).toMatch(
    / temporary folder: \S+it\.js cannot be used: ENOTDIR: not a directory \[E_TEMP_FOLDER\]\n +hint: set TMPDIR to /,
  );
  expect({ code: bad.code, stderr: bad.stderr }).toEqual({ code: 3, stderr: '' });
  const lab = ran('lab');
  expect(lab.stderr).toMatch(/^offhook: temporary folder: \S+ cannot be used: .*\n {2}hint: /);
  expect(lab.code).toBe(3);
  const without = ran('run', 'http.js');
  expect({ code: without.code, stderr: without.stderr }).toEqual({ code: 0, stderr: '' });
  await leftovers.assertNothingLeft();
});

it('doctor tells the remedy for each problem', async () => {
  const result = await runFiles({}, ['doctor', '--baresip', '/nowhere/baresip']);
  expect(result.stdout).toContain(
    `PROBLEM  baresip: not found: /nowhere/baresip is not a program\n          remedy: ${INSTALL}\n`,
  );
  expect(result.code).toBe(3);
});

it('doctor is content with this machine', async () => {
  const result = await runFiles({}, ['doctor', '--json']);
  expect(result.code).toBe(0);
  const findings = JSON.parse(result.stdout) as { what: string; state: string; seen: string }[];
  const states = Object.fromEntries(findings.map(({ what, state }) => [what, state]));
  expect(states).toMatchObject({ offhook: 'ok', baresip: 'ok', ports: 'ok' });
});

it.runIf(process.getuid?.() === 0)(
  'a user the system does not know can run scenarios',
  async () => {
    const { folder, leftovers } = await writeFiles(IT);
    await leavingNothing(leftovers, async () => {
      await Promise.all([folder, leftovers.folder].map((path) => chmod(path, 0o755)));
      const user = ['--reuid=54321', '--regid=54321', '--clear-groups', '--', process.execPath];
      const { PATH } = process.env;
      const { stdout, stderr, status } = spawnSync(
        'setpriv',
        [...user, CLI_FILE, 'run', join(folder, 'it.js')],
        { env: { PATH }, encoding: 'utf8', cwd: '/' },
      );
      expect(stderr).toBe('');
      expect(stdout).toMatch(/1 scenario: 1 passed/);
      expect(status).toBe(0);
    });
  },
);

/** Numbers of capset(2). */
const CAPSET: Readonly<Record<string, number>> = { x64: 126, arm64: 91 };

/** A filter of seccomp(2) that refuses one call with EPERM and allows all others: instructions of classic BPF. */
function refusing(call: number): Buffer {
  const [LOAD, JUMP_IF, RETURN] = [0x20, 0x15, 0x06];
  const [ERRNO_EPERM, ALLOW] = [0x0005_0001, 0x7fff_0000];
  const program = [
    [LOAD, 0, 0, 0],
    [JUMP_IF, 0, 1, call],
    [RETURN, 0, 0, ERRNO_EPERM],
    [RETURN, 0, 0, ALLOW],
  ] as const;
  return Buffer.concat(
    program.map(([code, yes, no, value]) => {
      const one = Buffer.alloc(8);
      one.writeUInt16LE(code);
      one.writeUInt8(yes, 2);
      one.writeUInt8(no, 3);
      one.writeUInt32LE(value, 4);
      return one;
    }),
  );
}

const bubblewrap = ['/usr/bin/bwrap', '/bin/bwrap'].find((path) => existsSync(path));
const capset = CAPSET[process.arch];

it.runIf(bubblewrap !== undefined && capset !== undefined)(
  'where a filter of system calls refuses what setpriv does, agents start without it',
  async () => {
    const { folder, leftovers } = await writeFiles({ ...IT, filter: '' });
    await writeFile(join(folder, 'filter'), refusing(capset ?? 0));
    await leavingNothing(leftovers, () => {
      const filter = openSync(join(folder, 'filter'), 'r');
      const place = ['--bind', '/', '/', '--dev-bind', '/dev', '/dev', '--seccomp', '3'];
      const { stdout, status } = spawnSync(
        bubblewrap ?? '',
        [...place, '--', process.execPath, CLI_FILE, 'run', '--isolate', 'never', 'it.js'],
        { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe', filter] },
      );
      closeSync(filter);
      expect(stdout).toMatch(/1 scenario: 1 passed/);
      expect(status).toBe(0);
      return Promise.resolve();
    });
  },
);

it.each(['run', 'check', 'list', 'report', 'trace', 'show', 'definitions', 'docs'])(
  '%s: a path that the system refuses is told as such',
  async (command) => {
    for (const path of ['x'.repeat(300), 'loop']) {
      const { code, stderr } = await runFiles({}, [command, path], {
        before: (folder) => symlink('loop', `${folder}/loop`),
      });
      expect(stderr).toMatch(/^offhook: .+\n/);
      expect(stderr).not.toContain('bug in Offhook');
      expect([2, 3]).toContain(code);
    }
  },
);
