/**
 * A real PBX for tests: Asterisk on loopback, on free ports, in a temporary folder, gone afterwards in every
 * case. Any number of them may run at once. Knows Asterisk and its configuration; must not know what is
 * tested with it.
 *
 *   const asterisk = await startAsterisk(program);   // of findAsterisk(), real-servers.ts
 *   await runCli(['run', 'scenarios/asterisk'], { env: asterisk.env });
 *   await asterisk.stop();
 *
 * `env` has what scenarios read. As with the lab: SIP_DOMAIN, SIP_PROXY, SIP_PROXY_TCP, A_USER and A_PASS (alice) to D_USER
 * and D_PASS (dave); load01 to load50 exist, too. Users with special settings: INFO_USER and INFO_PASS (DTMF by SIP INFO),
 * SDES_... and DTLS_... (SRTP), REL_... (100rel), TIMED_... (session timers). SIP over WebSockets: SIP_PROXY_WS; with TLS:
 * SIP_PROXY_WSS and PBX_CA_FILE, its authority, which a run may only read with --allow-read. Numbers: PBX_ECHO and so on, see
 * asterisk/dialplan.ts. PBX_ARI is the URL of the REST interface, for PBX_ARI_USER with PBX_ARI_PASS. To call a user, dial its
 * name. A user on hold hears music; X-Test-Id of an INVITE is passed to the callee; MESSAGE goes from user to user.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { selfSigned } from '../certificate.js';
import { answersOptions } from '../servers/options-probe.js';
import { freeLabPort } from '../servers/ports.js';
import { type ServerProcess, spawnServer } from '../servers/server-process.js';
import { labEnv, labPassword, labUsers } from '../lab/users.js';
import { timeLimit } from '../time-limit.js';
import { numberVariables } from './asterisk/dialplan.js';
import { ARI_USER, certificateFile, writeAsteriskFolder } from './asterisk/folder.js';
import { SPECIAL_USERS } from './asterisk/pjsip.js';
import type { AsteriskProgram } from './real-servers.js';

export interface Asterisk {
  host: string;
  /** UDP and TCP; WebSockets on the next one, those over TLS elsewhere. */
  port: number;
  /** "host:port". */
  domain: string;
  users: readonly string[];
  /** What scenarios read with env(). */
  env: Record<string, string>;
  pid: number;
  folder: string;
  /** Runs a command of Asterisk's command line, such as "pjsip show contacts"; resolves with what it prints. */
  cli(command: string): Promise<string>;
  /** Its log so far: each step of the dialplan, DTMF, warnings. */
  log(): Promise<string>;
  /** Stops Asterisk and removes the folder; further calls wait for the first one. */
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
/** It takes 0.6 s. */
const START_LIMIT_MS = 15_000;
const PORT_CLASHES = 5;
const CERTIFICATE_DAYS = 1;
const LOG_LINES = 12;

/** Ports of all instances of this process: half a second passes between our check of a port and Asterisk's bind. */
const ports = new Set<number>();

/** `parent`: where to make its folder, so that a test can tell what it left behind. */
export async function startAsterisk(
  installed: AsteriskProgram,
  parent = tmpdir(),
): Promise<Asterisk> {
  for (let clashes = 0; ; clashes += 1) {
    const [port, secure] = [await freeLabPort(HOST), await freeLabPort(HOST)];
    if (ports.has(port) || ports.has(secure) || port === secure) continue;
    ports.add(port).add(secure);
    const { asterisk, problem, log } = await startOn(installed, parent, { port, secure });
    if (problem === undefined) return asterisk;
    await asterisk.stop();
    // somebody took the port after we had looked
    if (/Address already in use/i.test(log) && clashes < PORT_CLASHES) continue;
    throw new Error(`Asterisk did not come up on ${HOST}:${port}: ${problem}\n${log}`);
  }
}

interface Attempt {
  asterisk: Asterisk;
  problem: string | undefined;
  log: string;
}

/** `secure`: for WebSockets over TLS. */
interface Ports {
  port: number;
  secure: number;
}

async function startOn(
  installed: AsteriskProgram,
  parent: string,
  { port, secure }: Ports,
): Promise<Attempt> {
  const users = [...labUsers(), ...Object.values(SPECIAL_USERS).map(({ name }) => name)];
  const folder = mkdtempSync(join(parent, 'offhook-asterisk-'));
  const server = basename(folder);
  const address = `${HOST}:${port}`;
  const settings = {
    ...{ ...installed, folder, server, address, users, password: labPassword },
    webSocketPort: port + 1,
    secureWebSocketPort: secure,
    certificate: await selfSigned(server, [HOST], CERTIFICATE_DAYS),
  };
  const config = writeAsteriskFolder(settings);
  const running = spawnServer(folder, [installed.program, '-f', '-C', config]);
  const problem = await untilReady(running, port, server);
  const log = problem === undefined ? '' : await lastLines(running, folder);
  return {
    asterisk: steer(running, { installed, folder, config, port, secure, users }),
    problem,
    log,
  };
}

/** undefined when Asterisk answers, otherwise what happened instead. */
async function untilReady(
  running: ServerProcess,
  port: number,
  server: string,
): Promise<string | undefined> {
  const stopProbing = new AbortController();
  const { signal, cancel } = timeLimit(START_LIMIT_MS, stopProbing.signal);
  const problem = await Promise.race([
    answersOptions({ host: HOST, port, server, signal }).then((ready) =>
      ready ? undefined : `no answer to OPTIONS (waited ${START_LIMIT_MS} ms)`,
    ),
    running.ended.then((how) => `it ended with ${how}`),
  ]);
  stopProbing.abort();
  cancel();
  return problem;
}

interface Started {
  installed: AsteriskProgram;
  folder: string;
  config: string;
  port: number;
  secure: number;
  users: readonly string[];
}

function steer(
  running: ServerProcess,
  { installed, folder, config, port, secure, users }: Started,
): Asterisk {
  const special = Object.entries(SPECIAL_USERS).flatMap(([way, { name }]) => [
    [`${way}_USER`, name],
    [`${way}_PASS`, labPassword(name)],
  ]);
  let stopped: Promise<void> | undefined;
  return {
    host: HOST,
    port,
    domain: `${HOST}:${port}`,
    users,
    env: {
      ...labEnv({ host: HOST, port }),
      SIP_PROXY_WS: `sip:${HOST}:${port + 1};transport=ws`,
      SIP_PROXY_WSS: `sip:${HOST}:${secure};transport=wss`,
      PBX_CA_FILE: certificateFile(folder),
      PBX_ARI: `http://${HOST}:${port + 1}/ari`,
      PBX_ARI_USER: ARI_USER,
      PBX_ARI_PASS: labPassword(ARI_USER),
      ...(Object.fromEntries(special) as Record<string, string>),
      ...numberVariables(),
    },
    pid: running.pid,
    folder,
    cli: async (command) =>
      (await promisify(execFile)(installed.program, ['-C', config, '-rx', command])).stdout,
    log: () => readFile(logFile(folder), 'utf8'),
    stop: () => {
      stopped ??= running.stop().then(() => rm(folder, { recursive: true, force: true }));
      return stopped;
    },
  };
}

async function lastLines(running: ServerProcess, folder: string): Promise<string> {
  const logged = await readFile(logFile(folder), 'utf8').catch(() => '');
  const notable = logged.split('\n').filter((line) => /ERROR|WARNING/.test(line));
  return [await running.lastLog(LOG_LINES), ...notable.slice(-LOG_LINES)].join('\n');
}

function logFile(folder: string): string {
  return join(folder, 'log', 'messages.log');
}
