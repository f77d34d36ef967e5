// Checks an HTTP API without any call: status, authorization, JSON, errors, several requests at once.
//   node examples/webhook-api.cjs
//   offhook run --set API=http://127.0.0.1:8088 examples/api-check.js
const auth = { bearer: env('API_TOKEN', 'test-token') };

setup(() => {
  const api = env('API', '');
  if (api === '')
    skip('needs an API: node examples/webhook-api.cjs, then --set API=http://127.0.0.1:8088');
  await_until(() => http('GET', api + '/health').expect_status(200), '10s');
  return api;
});

scenario('is healthy, and quick', { tags: ['smoke'] }, (api) => {
  const health = http('GET', api + '/health', { timeout: '2s' }).expect_status(200);
  assert(health.json('status')).equals('ok');
  assert(health.header('Content-Type')).contains('application/json');
  assert(health.ms).less_than(2000);
});

scenario('lets nobody in without a token', (api) => {
  const answers = http_all([
    { url: api + '/calls/1' },
    { url: api + '/calls/1', auth: { bearer: 'wrong' } },
    { method: 'POST', url: api + '/calls', body: {}, auth: { username: 'a', password: 'b' } },
  ]);
  assert(answers.map((one) => one.status)).equals([401, 401, 401]);
});

scenario('a call that does not exist is 404', (api) => {
  const answer = http('GET', api + '/calls/999999', { auth }).expect_status(404);
  assert(answer.json()).contains({ error: 'no such call' });
});

scenario('a webhook that cannot be reached is 502, and says so', (api) => {
  const mock = mock_server();
  mock.respond('/hook', { drop: true });
  const body = { to: '+15550100', webhook: mock.url + '/hook' };
  http('POST', api + '/calls', { auth, body }).expect_status(502);
  assert(mock.last_request('/hook')?.json('event')).equals('call.requested');
});
