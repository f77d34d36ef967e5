// Octets of a raw SIP peer: malformed messages, streams cut anywhere, several messages in one datagram.
suite({ tags: ['peer'], timeout: '30s' });

setup(() => ({ p: peer('peer'), q: peer('other') }));

/** OPTIONS with a Via that leads back to the peer. */
function options(p, more = [], branch = uuid()) {
  const at = p.aor.replace(/^.*@/, '');
  return p.message_text({
    start: `OPTIONS ${p.aor} SIP/2.0`,
    headers: [
      ['Via', `SIP/2.0/UDP ${at};branch=z9hG4bK${branch}`],
      ['From', `<${p.aor}>;tag=1`],
      ['To', `<${p.aor}>`],
      ['Call-ID', branch],
      ['CSeq', '1 OPTIONS'],
      ...more,
    ],
  });
}

scenario('what is sent is what arrives: order, spelling, folding, repetition', ({ p, q }) => {
  const text = options(p, [
    ['x-Order', '1'],
    'Subject : folded\r\n  over lines',
    ['x-Order', '2'],
    ['k', '100rel'],
  ]);
  p.send(text, q);
  const seen = q.expect('OPTIONS');
  assert(seen.headers('X-ORDER')).equals(['1', '2']);
  assert(seen.header('Subject')).equals('folded over lines');
  assert(seen.header('Supported')).equals('100rel');
  assert(p.expect(200).method).equals('OPTIONS');
});

scenario('a body gets its length, unless the message says another one', ({ p }) => {
  const head = { start: 'MESSAGE sip:a@b SIP/2.0', body: 'grüße' };
  assert(p.message_text({ ...head, headers: [] })).equals(
    'MESSAGE sip:a@b SIP/2.0\r\nContent-Length: 7\r\n\r\ngrüße',
  );
  assert(p.message_text({ ...head, headers: [['l', '999']], eol: '\n' })).equals(
    'MESSAGE sip:a@b SIP/2.0\nl: 999\n\ngrüße',
  );
});

scenario('several messages in one datagram: the first counts (RFC 3261, 18.3)', ({ p, q }) => {
  const [first, second] = [options(p, [['Content-Length', '0']]), options(p)];
  p.send(first + second, q);
  await_until(() => assert(q.sip.received('OPTIONS').length).equals(1));
  assert(p.expect(200).call_id).equals(q.expect('OPTIONS').call_id);
});

scenario('a stream is cut anywhere, and holds several messages', ({ p, q }) => {
  const via = (text) => text.replace('SIP/2.0/UDP', 'SIP/2.0/TCP');
  const messages = [1, 2, 3].map((number) =>
    via(
      options(p, [
        ['Content-Length', '0'],
        ['X-N', `${number}`],
      ]),
    ),
  );
  const whole = messages.join('');
  p.send([whole.slice(0, 30), whole.slice(30, 400), whole.slice(400)], q.aor + ';transport=tcp');
  await_until(() => assert(q.sip.received('OPTIONS').length).equals(3));
  assert(q.sip.received('OPTIONS').map((one) => one.header('X-N'))).equals(['1', '2', '3']);
});

scenario.each([
  { name: 'no start line', text: 'hello\r\n\r\n' },
  { name: 'no colon', text: 'OPTIONS sip:a@b SIP/2.0\r\nVia\r\n\r\n' },
  {
    name: 'a negative CSeq and no Call-ID',
    text: 'REGISTER sip:pbx SIP/2.0\r\nCSeq: -1 REGISTER\r\n\r\n',
  },
  { name: 'another version', text: 'OPTIONS sip:a@b SIP/7.0\r\nVia: SIP/7.0/UDP x\r\n\r\n' },
  { name: 'control characters', text: 'OPTIONS \u0001\u0002 SIP/2.0\r\nX: \u0000\r\n\r\n' },
])('$name: neither the agent nor the peer is impressed', ({ text }, { p, q }) => {
  const bob = agent('bob');
  p.send(text, bob);
  p.send(text, q);
  p.send(text, q, 'latin1');
  assert(p.ping(bob).status).equals(200);
  assert(p.ping(q).status).equals(200);
});

scenario('octets that are no UTF-8', ({ p, q }) => {
  p.send(options(p, [['Subject', '\u00fc\u00ff']]), q, 'latin1');
  assert(q.expect('OPTIONS').header('Subject')).contains('\ufffd');
});
