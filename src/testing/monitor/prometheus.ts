/**
 * A real Prometheus and a real Alertmanager for tests: on loopback, on a free port, in a temporary folder, gone afterwards.
 *
 *   const programs = await findPrometheus();
 *   const server = await startPrometheus(programs, 'prometheus.yml of the test');
 *   await server.stop();
 */
import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { spawnServer } from '../../servers/server-process.js';
import { orSkipped, unpacked } from '../real-servers.js';

const run = promisify(execFile);
const START_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 5000;
const RETRY_MS = 20;

export interface PrometheusPrograms {
  readonly prometheus: string;
  readonly promtool: string;
}

export interface HttpServer {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  /** Its last lines, for whoever wants to know why something did not happen. */
  lastLog(lines: number): Promise<string>;
  stop(): Promise<void>;
}

let prometheus: Promise<PrometheusPrograms | undefined> | undefined;
let alertmanager: Promise<readonly string[] | undefined> | undefined;

/** Prometheus and promtool, or undefined where they cannot be had. */
export function findPrometheus(): Promise<PrometheusPrograms | undefined> {
  prometheus ??= orSkipped('Prometheus', async () => {
    const folder = await unpacked('prometheus');
    const programs = {
      prometheus: `${folder}/bin/prometheus`,
      promtool: `${folder}/root/usr/bin/promtool`,
    };
    await run(programs.prometheus, ['--version']);
    await run(programs.promtool, ['--version']);
    return programs;
  });
  return prometheus;
}

/** The command that starts an Alertmanager, or undefined where none can be had. */
export function findAlertmanager(): Promise<readonly string[] | undefined> {
  alertmanager ??= orSkipped('Alertmanager', async () => {
    const folder = await unpacked('prometheus-alertmanager');
    // Debian's program reads its templates from /usr/share/prometheus only.
    const share = [
      'bwrap',
      '--dev-bind',
      '/',
      '/',
      '--ro-bind',
      `${folder}/root/usr/share`,
      '/usr/share',
    ];
    const command = [...share, `${folder}/bin/prometheus-alertmanager`];
    await run('bwrap', [...command.slice(1), '--version']);
    return command;
  });
  return alertmanager;
}

/** @param configuration text of prometheus.yml; paths in it are absolute */
export function startPrometheus(
  { prometheus: program }: PrometheusPrograms,
  configuration: string,
): Promise<HttpServer> {
  return startHttp(
    [program, '--storage.tsdb.path=data', '--config.file=config.yml'],
    configuration,
  );
}

export function startAlertmanager(command: readonly string[]): Promise<HttpServer> {
  const configuration = 'route: { receiver: none }\nreceivers: [{ name: none }]\n';
  const flags = ['--storage.path=data', '--config.file=config.yml', '--cluster.listen-address='];
  return startHttp([...command, ...flags], configuration);
}

async function startHttp(command: readonly string[], configuration: string): Promise<HttpServer> {
  const folder = mkdtempSync(join(tmpdir(), 'offhook-prometheus-'));
  await writeFile(join(folder, 'config.yml'), configuration);
  const server = spawnServer(folder, [...command, '--web.listen-address=127.0.0.1:0']);
  const stop = async (): Promise<void> => {
    await server.stop(STOP_LIMIT_MS);
    await rm(folder, { recursive: true, force: true });
  };
  let end: string | undefined;
  void server.ended.then((how) => (end = how));
  const deadline = performance.now() + START_LIMIT_MS;
  for (;;) {
    const log = await server.lastLog(1000);
    const address = /msg="Listening on" (?:.* )?address=(127\.0\.0\.1:\d+)/.exec(log)?.[1];
    if (address !== undefined && (await isReady(address))) {
      return { url: `http://${address}`, lastLog: (lines) => server.lastLog(lines), stop };
    }
    if (end !== undefined || performance.now() > deadline) {
      await stop();
      throw new Error(`${command[0] ?? ''} did not start (${end ?? 'too slow'}): ${log}`);
    }
    await pause(RETRY_MS);
  }
}

async function isReady(address: string): Promise<boolean> {
  const answer = await fetch(`http://${address}/-/ready`).catch(() => undefined);
  return answer?.ok === true;
}
