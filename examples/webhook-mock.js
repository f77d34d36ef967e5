// A call driven by an HTTP API that asks webhooks what to do. The API under test ships beside this file:
//   node examples/webhook-api.cjs
//   offhook run --lab --set API=http://127.0.0.1:8088 examples/webhook-mock.js
const API = env('API', '');
if (API === '')
  skip('needs an API: node examples/webhook-api.cjs, then --set API=http://127.0.0.1:8088');
const auth = { bearer: env('API_TOKEN', 'test-token') };

const alice = agent('alice', {
  username: env('A_USER'),
  password: env('A_PASS'),
  domain: env('SIP_DOMAIN'),
  outbound: env('SIP_PROXY'),
});
const bob = agent('bob', {
  username: env('B_USER'),
  password: env('B_PASS'),
  domain: env('SIP_DOMAIN'),
  outbound: env('SIP_PROXY'),
});
alice.register();
bob.register();
await_until(() => assert(bob.registered && alice.registered).is_true());

// the customer's side: decides where calls go, by what it knows at that moment
const customer = mock_server();
customer.on('POST', '/decide', (request) => {
  if (request.json('event') === 'call.state') return { status: 204 };
  return json_response(
    bob.registered && bob.state === State.Idle
      ? { action: 'dial', target: env('B_USER') }
      : { action: 'refuse' },
  );
});

const webhook = customer.url + '/decide';
const call = step('the API is asked for a call, and asks the customer', () =>
  http('POST', API + '/calls', { auth, body: { to: '+15550100', webhook } }).expect_status(201),
);
assert(customer.request_count('/decide')).equals(1);
assert(customer.last_request('/decide')?.json('to')).equals('+15550100');

alice.dial(call.json('target'));
await_until(() => assert(bob.state).equals(State.Ringing));
bob.accept();
await_until(() => assert(alice.state).equals(State.Established));

const url = `${API}/calls/${call.json('id')}`;
http('POST', url + '/events', { auth, body: { state: 'established' } }).expect_status(200);
await_until(() => assert(customer.last_request()?.json('state')).equals('established'));

step('bob is busy: the customer refuses a second call', () => {
  http('POST', API + '/calls', { auth, body: { to: '+15550101', webhook } }).expect_status(403);
});

alice.hangup();
await_until(() => assert(bob.state).equals(State.Idle));

step('a webhook that is busy once is asked again', () => {
  customer.respond('POST', '/flaky', [
    text_response('busy', 503),
    json_response({ action: 'dial', target: 'x' }),
  ]);
  const flaky = { to: '+15550102', webhook: customer.url + '/flaky' };
  http('POST', API + '/calls', { auth, body: flaky }).expect_status(201);
  assert(customer.request_count('/flaky')).equals(2);
});
