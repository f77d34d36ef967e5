// The API under test of webhook-mock.js and api-check.js: a tiny call controller. It is asked to place a
// call, asks its customer's webhook what to do, and tells the webhook how the call went.
//
//   node examples/webhook-api.cjs [PORT]
//
// A program for Node, no scenario: .cjs keeps it out of `offhook run examples`.
// @ts-nocheck
const { createServer } = require('node:http');

const TOKEN = 'test-token';
const calls = new Map();

const server = createServer((request, response) => {
  const answer = (status, value) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  handle(request, answer).catch((error) => answer(502, { error: error.message }));
});

async function handle(request, answer) {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/health') return answer(200, { status: 'ok', calls: calls.size });
  if (request.headers.authorization !== `Bearer ${TOKEN}`) {
    return answer(401, { error: 'not authorized' });
  }
  if (request.method === 'POST' && pathname === '/calls') {
    return place(JSON.parse(await text(request)), answer);
  }
  const [, id, events] = /^\/calls\/(\d+)(\/events)?$/.exec(pathname) ?? [];
  const call = calls.get(Number(id));
  if (call === undefined) return answer(404, { error: 'no such call' });
  if (events === undefined) return answer(200, call);
  call.state = JSON.parse(await text(request)).state;
  await post(call.webhook, { event: 'call.state', id: call.id, state: call.state });
  return answer(200, call);
}

// The customer decides where the call goes: its webhook is asked.
async function place({ to, webhook }, answer) {
  const call = { id: calls.size + 1, to, webhook, state: 'requested' };
  calls.set(call.id, call);
  const decision = await post(webhook, { event: 'call.requested', id: call.id, to });
  if (decision.action !== 'dial') return answer(403, { ...call, state: 'refused' });
  call.state = 'dialling';
  call.target = decision.target;
  return answer(201, call);
}

// A webhook that is busy is asked again.
async function post(url, value) {
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(value),
    });
    if (response.status === 503 && tries < 3) continue;
    if (!response.ok) throw new Error(`webhook answered ${response.status}`);
    return response.status === 204 ? {} : response.json();
  }
}

async function text(request) {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}

server.listen(Number(process.argv[2] ?? 8088), '127.0.0.1', () => {
  console.log(`API=http://127.0.0.1:${server.address().port}`);
});
