/**
 * A throw-away SIP registrar and proxy on loopback, for examples and tests: Kamailio with digest
 * users, on free ports, in a temporary folder, gone afterwards in every case.
 * Knows Kamailio and its configuration. Must not know agents, scenarios or the command line.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { OffhookError } from '../errors.js';
import { makeCertificate } from './certificate.js';
import { findKamailio, spawnKamailio } from './kamailio.js';
import { answersOptions } from '../servers/options-probe.js';
import { freeLabPort } from '../servers/ports.js';
import { routingConfig } from './routing.js';
import type { ServerProcess } from '../servers/server-process.js';
import { labEnv } from './users.js';

export interface LabOptions {
  /** The Kamailio program; default: found in PATH and the sbin folders. */
  kamailio?: string;
  /** Limit for the first answer to OPTIONS, in ms; default 10 s. */
  timeout?: number;
}

export interface Lab {
  host: string;
  /** Port for UDP and TCP. */
  port: number;
  /** Absent when Kamailio's TLS module or openssl is missing. */
  tlsPort?: number;
  /** Variables that scenarios read with env(): SIP_DOMAIN, SIP_PROXY, A_USER, A_PASS ... */
  env: Record<string, string>;
  pid: number;
  folder: string;
  /** Resolves when Kamailio ends, on purpose or not, with a text that says how it ended. */
  ended: Promise<string>;
  /** Stops Kamailio and removes the folder; further calls wait for the first. */
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const START_LIMIT_MS = 10_000;
const PORT_CLASHES = 5;
const LOG_LINES = 8;

export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const program = await findKamailio(options.kamailio);
  if (program === undefined) {
    throw new OffhookError(
      'E_LAB_NO_KAMAILIO',
      {
        subject: 'lab',
        what: 'Kamailio not found',
        seen: options.kamailio ?? 'no "kamailio" in PATH or the sbin folders',
      },
      {
        hint: 'install it (Debian, Ubuntu: apt-get install kamailio kamailio-tls-modules)',
      },
    );
  }
  return startWith(program, options.timeout ?? START_LIMIT_MS);
}

/** Tries another port if the first one was taken meanwhile, and goes without TLS if Kamailio's TLS module is missing. */
async function startWith(program: string, timeout: number): Promise<Lab> {
  let certificate = await makeCertificate(HOST);
  for (let clashes = 0; ;) {
    const port = await freeLabPort(HOST);
    const attempt = await startOn({ program, timeout, port, certificate });
    if ('lab' in attempt) return attempt.lab;
    if (certificate !== undefined && /module (?:matching )?<[^>]*\btls\b/.test(attempt.log)) {
      certificate = undefined;
    } else if (/address already in use/i.test(attempt.log) && clashes < PORT_CLASHES) {
      clashes += 1;
    } else {
      throw attempt.error;
    }
  }
}

interface Attempt {
  program: string;
  timeout: number;
  port: number;
  /** Key and certificate as PEM; undefined: the lab has no TLS. */
  certificate: string | undefined;
}

type AttemptResult = { lab: Lab } | { log: string; error: OffhookError };

async function startOn(attempt: Attempt): Promise<AttemptResult> {
  const { port, timeout } = attempt;
  const { kamailio, folder, tlsPort } = spawnInFolder(attempt);
  const problem = await untilReady(kamailio, { port, server: basename(folder), timeout });
  if (problem === undefined) return { lab: runningLab(kamailio, folder, port, tlsPort) };
  await kamailio.stop();
  const log = await kamailio.lastLog(Infinity);
  await rm(folder, { recursive: true, force: true });
  const message = `lab: Kamailio did not come up on ${HOST}:${port}: ${problem}`;
  const last = log.split('\n').slice(-LOG_LINES).join('\n');
  const hint = log === '' ? 'it logged nothing' : `its last log lines:\n${last}`;
  return { log, error: new OffhookError('E_LAB_START', message, { hint }) };
}

/** Must not await anything: a watchdog must exist from the moment the folder does. */
function spawnInFolder({ program, port, certificate }: Attempt): {
  kamailio: ServerProcess;
  folder: string;
  tlsPort: number | undefined;
} {
  const folder = mkdtempSync(join(tmpdir(), 'offhook-lab-'));
  const configFile = join(folder, 'kamailio.cfg');
  const pemFile = join(folder, 'lab.pem');
  const tlsPort = certificate === undefined ? undefined : port + 1;
  if (certificate !== undefined) writeFileSync(pemFile, certificate, { mode: 0o600 });
  const config = routingConfig({
    host: HOST,
    port,
    server: basename(folder),
    ...(tlsPort === undefined ? {} : { tls: { port: tlsPort, pemFile } }),
  });
  writeFileSync(configFile, config, { mode: 0o600 });
  return { kamailio: spawnKamailio(program, folder, configFile), folder, tlsPort };
}

/** undefined when Kamailio answers, otherwise what happened instead. */
async function untilReady(
  kamailio: ServerProcess,
  { port, server, timeout }: { port: number; server: string; timeout: number },
): Promise<string | undefined> {
  const stopProbing = new AbortController();
  const timer = setTimeout(() => {
    stopProbing.abort();
  }, timeout);
  const answered = answersOptions({
    host: HOST,
    port,
    server,
    signal: stopProbing.signal,
  });
  const problem = await Promise.race([
    answered.then((ready) => (ready ? undefined : `no answer to OPTIONS (waited ${timeout} ms)`)),
    kamailio.ended.then((how) => `it ended with ${how}`),
  ]);
  clearTimeout(timer);
  stopProbing.abort();
  return problem;
}

function runningLab(
  kamailio: ServerProcess,
  folder: string,
  port: number,
  tlsPort: number | undefined,
): Lab {
  const address = {
    host: HOST,
    port,
    ...(tlsPort === undefined ? {} : { tlsPort }),
  };
  let stopped: Promise<void> | undefined;
  return {
    ...address,
    env: labEnv(address),
    pid: kamailio.pid,
    folder,
    ended: kamailio.ended,
    stop: () => {
      stopped ??= kamailio.stop().then(() => rm(folder, { recursive: true, force: true }));
      return stopped;
    },
  };
}
