// What runs once per file, what must not run beside others, and verbs at the same time.
//   offhook run --lab --jobs 4 examples/once-per-file.js
const server = { domain: env('SIP_DOMAIN'), outbound: env('SIP_PROXY') };

// No other scenario that names this lock runs at the same time, also in another run on this machine. The accounts of
// agents are locked by themselves.
suite({ locks: ['hotline'] });

// Before the first scenario of the file: its agents end with it, its value is plain data for all of them.
setup_file(() => {
  const probe = agent('probe', { ...server, username: env('A_USER'), password: env('A_PASS') });
  probe.register();
  await_until(() => assert(probe.registered).is_true());
  return { ticket: uuid() };
});

// After the last one, also where some of them failed.
teardown_file(({ ticket }) => log('done with', ticket));

setup(({ ticket }) => ({ ticket, caller: agent('caller'), hotline: agent('hotline') }));

scenario('caller and hotline press keys at the same time', ({ caller, hotline }) => {
  caller.dial(hotline);
  hotline.accept();
  await_until(() => assert(caller.state).equals(State.Established));
  parallel(() => {
    caller.dtmf('12');
    hotline.dtmf('34');
  });
  /** @param {readonly { digit: string }[]} digits */
  const pressed = (digits) => digits.map(({ digit }) => digit).join('');
  await_until(() => assert(pressed(hotline.received_dtmf)).equals('12'));
  await_until(() => assert(pressed(caller.received_dtmf)).equals('34'));
});

scenario('the hotline gets the ticket of this file', ({ ticket, caller, hotline }) => {
  caller.message(hotline, `ticket ${ticket}`);
  await_until(() => assert(hotline.messages.at(-1)?.text).equals(`ticket ${ticket}`));
});
