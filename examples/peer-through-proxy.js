// Caller and callee in one file, with a proxy between them: raw SIP peers register, call, cancel and redirect.
// Needs a SIP server: offhook run --lab, or the variables of one of yours.
suite({ tags: ['peer', 'lab'], timeout: '30s' });

setup(() => {
  const [domain, outbound] = [env('SIP_DOMAIN'), env('SIP_PROXY', '')];
  const account = (letter) => ({
    username: env(`${letter}_USER`),
    password: env(`${letter}_PASS`),
    domain,
    ...(outbound === '' ? {} : { outbound }),
  });
  const [caller, callee] = [peer('caller', account('A')), peer('callee', account('B'))];
  for (const one of [caller, callee]) one.register({ expires: 60 });
  await_until(() => [caller, callee].forEach((one) => assert(one.registered).is_true()));
  return { caller, callee };
});

scenario('INVITE, 180, 200, ACK, BYE: each side sees what the proxy made of it', (all) => {
  const { caller, callee } = all;
  callee.on_invite([[180], ['200ms', 200]]);
  const call = caller.dial(callee, { headers: { 'X-Campaign': '42' } });
  await_until(() => assert(callee.state).equals(State.Established));
  const invite = callee.expect('INVITE');
  assert(invite.header('X-Campaign')).equals('42');
  assert(invite.headers('Via').length).equals(2);
  assert(call.provisional.map(({ code }) => code)).contains(180);
  // the proxy stays in the way: what it recorded is the route of every further request
  const route = invite.headers('Record-Route');
  assert(route).is_not_empty();
  callee.bye();
  await_until(() => assert(caller.ended).contains({ by: 'remote', how: 'bye' }));
  assert(callee.sip.sent('BYE')[0]?.headers('Route').length).equals(route.length);
});

scenario('CANCEL ends the INVITE on both sides', ({ caller, callee }) => {
  callee.on_invite([[180]]);
  const call = caller.dial(callee);
  await_until(() => assert(caller.state).equals(State.Ringing));
  caller.cancel({ headers: { Reason: 'SIP;cause=200;text="Call completed elsewhere"' } });
  await_until(() => assert(call.final?.code).equals(487));
  await_until(() => assert(callee.ended).contains({ by: 'remote', how: 'cancel' }));
});

scenario('REGISTER with instance, reg-id and q (RFC 5626)', ({ callee }) => {
  const address = callee.aor.replace(/@.*/, '@127.0.0.1:9');
  const contact = `<${address}>;reg-id=1;+sip.instance="<urn:uuid:${uuid()}>";q=0.5`;
  const register = callee.register({ contact, headers: { Supported: 'outbound, path' } });
  await_until(() => assert(register.final?.code).equals(200));
  assert(register.request?.header('Contact')).equals(contact);
  // what the registrar has bound: the Contact values of its answer
  const bound = register.final?.headers('Contact').find((one) => one.includes(address));
  assert(bound).contains('q=0.5');
  const gone = callee.register({ contact, expires: 0 });
  await_until(() => assert(gone.final?.code).equals(200));
  assert(gone.final?.headers('Contact').join().includes(address)).is_false();
});

scenario('every branch of a fork rings, the first answer wins', ({ caller, callee }) => {
  const mobile = peer('mobile', {
    username: env('B_USER'),
    password: env('B_PASS'),
    domain: env('SIP_DOMAIN'),
    ...(env('SIP_PROXY', '') === '' ? {} : { outbound: env('SIP_PROXY') }),
  });
  mobile.register({ expires: 60 });
  await_until(() => assert(mobile.registered).is_true());
  callee.on_invite([[180]]);
  mobile.on_invite([[180], ['300ms', 200]]);
  caller.dial(callee);
  await_until(() => assert(mobile.state).equals(State.Established));
  await_until(() => assert(callee.ended).contains({ by: 'remote', how: 'cancel' }));
  caller.hangup();
});
