import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OffhookError } from '../errors.js';
import { goneWithin, processesNaming, watchLeftovers } from '../testing/cli/leftovers.js';
import { sipExchange } from '../testing/samples/sip-exchange.js';
import { until } from '../testing/until.js';
import { type Lab, type LabOptions, startLab } from './lab.js';

const LAB_MODULE = fileURLToPath(new URL('../../dist/lab/lab.js', import.meta.url));
const running: Lab[] = [];

async function started(options: LabOptions = {}): Promise<Lab> {
  const lab = await startLab(options);
  running.push(lab);
  return lab;
}

afterEach(async () => {
  const labs = running.splice(0);
  await Promise.all(labs.map((one) => one.stop()));
  for (const one of labs) expect(await whatIsLeft(one)).toEqual([]);
});

/** What is left of a lab that should be gone: processes, folder and ports. */
async function whatIsLeft({ folder, port, tlsPort, host }: Lab): Promise<string[]> {
  const left = processesNaming(folder).map(({ command }) => command);
  if (existsSync(folder)) left.push(folder);
  for (const one of [port, tlsPort ?? port]) {
    if (await staysOpen(host, one)) left.push(`port ${one}`);
  }
  return left;
}

/** A process that is being killed may close its ports a moment later, and a lab of another test may take them next. */
function staysOpen(host: string, port: number): Promise<boolean> {
  return until(async () => !(await accepts(host, port))).then(
    () => false,
    () => true,
  );
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp(port, host, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

async function startError(options: LabOptions): Promise<OffhookError> {
  const result = await startLab(options).catch((error: unknown) => error);
  if (result instanceof OffhookError) return result;
  throw new Error(`no OffhookError: ${String(result)}`);
}

/** A stand-in for the kamailio program, below a folder that is removed after `use`. */
async function withProgram<T>(script: string, use: (program: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'offhook-test-'));
  const program = join(folder, 'kamailio');
  await writeFile(program, `#!/bin/sh\n${script}\n`);
  await chmod(program, 0o755);
  try {
    return await use(program);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('a running lab', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(async () => {
    await lab.stop();
  });

  it('answers OPTIONS over UDP and challenges REGISTER', async () => {
    const options = await sipExchange(lab, { method: 'OPTIONS' });
    expect(options.startLine).toBe('SIP/2.0 200 OK');
    const register = await sipExchange(lab, { method: 'REGISTER', to: 'alice' });
    expect(register.startLine).toBe('SIP/2.0 401 Unauthorized');
    expect(register.headers).toContain('WWW-Authenticate: Digest realm="lab.test"');
  });

  it.each([
    ['9486', 'SIP/2.0 486 Busy Here'],
    ['9404', 'SIP/2.0 404 Not Found'],
    ['9499', 'SIP/2.0 499 Lab Answer'],
    ['8002', 'SIP/2.0 180 Ringing'],
    ['nobody', 'SIP/2.0 404 Not Found'],
    ['dave', 'SIP/2.0 480 Not Registered'],
    ['load50', 'SIP/2.0 480 Not Registered'],
  ])('answers an INVITE from outside for %s with %s', async (to, startLine) => {
    const answer = await sipExchange(lab, { method: 'INVITE', to });
    expect(answer.startLine).toBe(startLine);
  });

  it('asks its own users for credentials before a call, and refuses wrong ones', async () => {
    const call = { method: 'INVITE', to: 'bob', from: 'alice' };
    const challenge = await sipExchange(lab, call);
    expect(challenge.startLine).toBe('SIP/2.0 407 Proxy Authentication Required');
    const wrong = await sipExchange(lab, { ...call, answerTo: challenge, password: 'wrong' });
    expect(wrong.startLine).toBe('SIP/2.0 403 Wrong Password');
    const right = await sipExchange(lab, { ...call, answerTo: challenge, password: 'pw-alice' });
    expect(right.startLine).toBe('SIP/2.0 480 Not Registered');
  });

  it('speaks TLS on the port beside', async () => {
    const { host, tlsPort = 0 } = lab;
    expect(tlsPort).toBe(lab.port + 1);
    const socket = connectTls({ host, port: tlsPort, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    expect(socket.getPeerCertificate().subject.CN).toBe('lab.test');
    socket.destroy();
  });
});

describe('the life of a lab', () => {
  it('runs beside another one', async () => {
    const [one, two] = await Promise.all([started(), started()]);
    expect(one.port).not.toBe(two.port);
    await one.stop();
    const answer = await sipExchange(two, { method: 'OPTIONS' });
    expect(answer.startLine).toBe('SIP/2.0 200 OK');
  });

  it('leaves nothing when stopped, and may be stopped twice', async () => {
    const one = await started();
    await Promise.all([one.stop(), one.stop()]);
    expect(await whatIsLeft(one)).toEqual([]);
  });

  it('leaves no process when its main process is killed', async () => {
    const one = await started();
    process.kill(one.pid, 'SIGKILL');
    expect(await one.ended).toBe('signal SIGKILL');
    expect(await goneWithin(one.folder, 10_000)).toBe(true);
  });

  it('leaves nothing when the program that started it is killed', async () => {
    const leftovers = await watchLeftovers();
    const script = `
      const { startLab } = await import(${JSON.stringify(LAB_MODULE)});
      const lab = await startLab();
      console.log(lab.folder);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, TMPDIR: leftovers.folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [folder] = (await once(createInterface(parent.stdout), 'line')) as [string];
    expect(processesNaming(folder).length).toBeGreaterThan(2);
    parent.kill('SIGKILL');
    await leftovers.assertNothingLeft(2000);
  });
});

describe('a lab that cannot start', () => {
  it('says which packages are missing', async () => {
    const error = await startError({ kamailio: '/nowhere/kamailio' });
    expect(error.code).toBe('E_LAB_NO_KAMAILIO');
    expect(error.message).toContain('/nowhere/kamailio');
    expect(error.details.hint).toContain('apt-get install kamailio');
  });

  it('shows what Kamailio logged last when it ends at once', async () => {
    const error = await withProgram('echo "bad config: line 7" >&2; exit 255', (kamailio) =>
      startError({ kamailio }),
    );
    expect(error.code).toBe('E_LAB_START');
    expect(error.message).toMatch(
      /did not come up on 127\.0\.0\.1:\d+: it ended with exit code 255$/,
    );
    expect(error.details.hint).toContain('bad config: line 7');
  });

  it('gives up on one that never answers, and leaves nothing of it', async () => {
    const mark = randomBytes(8).toString('hex');
    const script = `trap '' TERM; MARK=${mark}; export MARK; while :; do sleep 60; done`;
    const error = await withProgram(script, (kamailio) => startError({ kamailio, timeout: 200 }));
    expect(error.code).toBe('E_LAB_START');
    expect(error.message).toContain('no answer to OPTIONS (waited 200 ms)');
    expect(processesNaming(mark)).toEqual([]);
  });

  it('does without TLS when Kamailio has no module for it', async () => {
    // The real one complains of the module first, and then of each of its parameters.
    const script = `config=$2; shift 2; sed 's|"tls.so"|"/nowhere/tls.so"|' "$config" >"$config.other"
PATH=$PATH:/usr/sbin exec kamailio -f "$config.other" "$@"`;
    const one = await withProgram(script, (kamailio) => started({ kamailio }));
    expect(one.tlsPort).toBeUndefined();
    expect(one.env).not.toHaveProperty('SIP_PROXY_TLS');
  });

  it('takes another port when somebody was faster', async () => {
    const script = `grep -c . "$0.tried" >/dev/null 2>&1 && PATH=$PATH:/usr/sbin exec kamailio "$@"
echo x > "$0.tried"; echo "ERROR: bind: Address already in use" >&2; exit 255`;
    const one = await withProgram(script, (kamailio) => started({ kamailio }));
    expect(one.port).toBeGreaterThan(0);
  });
});
