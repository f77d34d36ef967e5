/**
 * (h) A mock server with a static route while the scenario waits in await_until, which looks at each request:
 * 16 connections of another process ask as fast as they are answered. (i) A function of the script answers
 * a request every 10 ms; from the first byte sent to the last one received, seen by that other process.
 */
import { spawn } from 'node:child_process';
import { test } from 'vitest';
import type { RunEvent } from '../../model/run-event.js';
import { median, percentile, report } from './figures.js';
import { runScenarioText } from './product.js';

const STATIC = 10_000;
const ASKED = 500;

/** Arguments: port, path, requests, connections, ms between the requests of one. Tells ms of each as JSON. */
const LOAD = `
const [port, path, count, connections, pause] = process.argv.slice(1);
const request = 'POST ' + path + ' HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 13\\r\\n\\r\\n{"event":"x"}';
const times = []; let left = Number(count); let open = Number(connections); const began = performance.now();
for (let i = 0; i < open; i += 1) {
  const socket = require('net').connect(Number(port), '127.0.0.1');
  socket.setNoDelay(true);
  let sent = 0; let text = '';
  const next = () => {
    if (left === 0) { socket.end(); return; }
    left -= 1; text = ''; sent = performance.now(); socket.write(request);
  };
  socket.on('connect', next);
  socket.on('data', (data) => {
    text += data;
    if (!text.endsWith('\\r\\n\\r\\nok')) return;
    times.push(performance.now() - sent);
    if (Number(pause) > 0) setTimeout(next, Math.max(0, pause - times.at(-1))); else next();
  });
  socket.on('close', () => {
    open -= 1;
    if (open === 0) console.log(JSON.stringify({ times, ms: performance.now() - began }));
  });
}`;

interface Load {
  times: number[];
  ms: number;
}

function load(port: number, path: string, ...numbers: readonly number[]): Promise<Load> {
  const args = ['-e', LOAD, String(port), path, ...numbers.map(String)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      try {
        resolve(JSON.parse(text) as Load);
      } catch {
        reject(new Error(`the load ended without a result: ${text}`));
      }
    });
  });
}

/** Runs the scenario; `ask` begins once it waits. */
async function measured(scenario: string, ask: (port: number) => Promise<Load>): Promise<Load> {
  let port = 0;
  let asking: Promise<Load> | undefined;
  await runScenarioText(scenario, (event: RunEvent) => {
    if (event.type === 'log') port = Number(event.text);
    if (event.type === 'waiting') asking ??= ask(port);
  });
  if (asking === undefined) throw new Error('the scenario never waited');
  return asking;
}

test('(h) static route, requests in a second', async () => {
  const { times, ms } = await measured(
    `const mock = mock_server();
     mock.respond('/x', text_response('ok'));
     log(mock.port);
     await_until(() => assert(mock.request_count('/x')).equals(${STATIC}), '5m');`,
    (port) => load(port, '/x', STATIC, 16, 0),
  );
  const from = { per_second: times.length / (ms / 1000), p99_ms: percentile(times, 99) };
  report(
    [
      {
        name: '(h) mock server, static route, time for each',
        value: ms / STATIC,
        unit: 'ms',
        limit: 0.5,
        from,
      },
    ],
    'no agent',
  );
});

test('(i) responder', async () => {
  const { times } = await measured(
    `const mock = mock_server();
     mock.on('/x', (request) => text_response(request.json('event') === 'x' ? 'ok' : 'no'));
     log(mock.port);
     await_until(() => assert(mock.request_count('/x')).equals(${ASKED}), '5m');`,
    (port) => load(port, '/x', ASKED, 1, 10),
  );
  const from = { requests: times.length, p50: median(times) };
  report(
    [
      {
        name: '(i) responder at 100 requests/s, p99',
        value: percentile(times, 99),
        unit: 'ms',
        limit: 5,
        from,
      },
    ],
    'no agent',
  );
});
