// Who is on the phone, and who is there: subscriptions of a raw SIP peer, and what their NOTIFYs say.
suite({ tags: ['peer'], timeout: '30s' });

setup(() => ({ phone: peer('phone'), server: peer('server') }));

const DIALOG_INFO = 'application/dialog-info+xml';
const PIDF = 'application/pidf+xml';

/** A document about one call of bob. */
const dialogInfo = (version, state) => `<?xml version="1.0"?>
<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="full" entity="sip:bob@pbx">
  <dialog id="1" call-id="abc" direction="recipient">
    <state>${state}</state>
    <remote><identity display="Anna">sip:anna@pbx</identity></remote>
  </dialog>
</dialog-info>`;

const presence = (basic, activity) => `<?xml version="1.0" encoding="UTF-8"?>
<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"
    xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="pres:bob@pbx">
  <tuple id="desk">
    <status><basic>${basic}</basic></status>
    <contact priority="1">sip:bob@192.0.2.1</contact>
    <note>Büro</note>
  </tuple>
  <dm:person><rpid:activities><rpid:${activity}/></rpid:activities></dm:person>
</presence>`;

/** A subscription of the phone that the server has accepted. */
function subscribed(phone, server, event) {
  const asked = phone.subscribe(event, server, { expires: 60 });
  const subscribe = server.expect('SUBSCRIBE', { header: { Event: event } });
  await_until(() => assert(asked.final?.code).equals(200));
  return { asked, subscribe };
}

/** Sends a NOTIFY with this document to the subscriber. */
function notify(server, subscribe, event, content_type, body, state = 'active;expires=60') {
  const headers = { 'Subscription-State': state };
  const sent = server.notify({ in: subscribe, event, headers, content_type, body });
  await_until(() => assert(sent.final?.code).equals(200));
}

scenario('a busy lamp: early, confirmed, terminated', ({ phone, server }) => {
  const { asked, subscribe } = subscribed(phone, server, 'dialog');
  ['early', 'confirmed', 'terminated'].forEach((state, version) => {
    notify(server, subscribe, 'dialog', DIALOG_INFO, dialogInfo(version, state));
    const message = phone.expect('NOTIFY', { in: asked });
    assert(message.dialog_info).equals({
      version,
      state: 'full',
      entity: 'sip:bob@pbx',
      dialogs: [
        {
          id: '1',
          call_id: 'abc',
          direction: 'recipient',
          state,
          remote: { identity: 'sip:anna@pbx', display: 'Anna' },
        },
      ],
    });
    assert(message.presence).is_absent();
  });
  const end = phone.request('SUBSCRIBE', { in: asked, event: 'dialog', expires: 0 });
  await_until(() => assert(end.final?.code).equals(200));
});

scenario('presence: there, on the phone, away', ({ phone, server }) => {
  const { subscribe } = subscribed(phone, server, 'presence');
  const tuple = { id: 'desk', contact: 'sip:bob@192.0.2.1', priority: '1', note: 'Büro' };
  for (const [basic, activity] of [
    ['open', 'on-the-phone'],
    ['closed', 'away'],
  ]) {
    notify(server, subscribe, 'presence', PIDF, presence(basic, activity));
    const message = phone.expect('NOTIFY');
    assert(message.presence).equals({
      entity: 'pres:bob@pbx',
      tuples: [{ ...tuple, basic }],
      activities: [activity],
    });
    assert(message.dialog_info).is_absent();
  }
});

scenario('a mailbox', ({ phone, server }) => {
  const { subscribe } = subscribed(phone, server, 'message-summary');
  const body =
    'Messages-Waiting: yes\r\nMessage-Account: sip:bob@pbx\r\nVoice-Message: 2/8 (1/0)\r\n';
  const type = 'application/simple-message-summary';
  notify(server, subscribe, 'message-summary', type, body);
  assert(phone.expect('NOTIFY').message_summary).equals({
    waiting: true,
    account: 'sip:bob@pbx',
    new: 2,
    old: 8,
    urgent_new: 1,
    urgent_old: 0,
  });
  // the same text in a MESSAGE is no message summary
  server.message(phone, body);
  assert(phone.expect('MESSAGE').message_summary).is_absent();
});

scenario('an agent receives it, too: whatever it answers', ({ server }) => {
  const bob = agent('bob');
  server.request('NOTIFY', bob, {
    event: 'dialog',
    headers: { 'Subscription-State': 'active' },
    content_type: DIALOG_INFO,
    body: dialogInfo(0, 'confirmed'),
  });
  const states = await_until(() => {
    const [message] = bob.sip.received('NOTIFY');
    return assert(message?.dialog_info?.dialogs.map(({ state }) => state))
      .is_present()
      .value();
  });
  assert(states).equals(['confirmed']);
});

scenario.each([
  { what: 'not well-formed', body: dialogInfo(0, 'early').replace('</state>', '') },
  { what: 'of another namespace', body: dialogInfo(0, 'early').replace('urn:ietf', 'urn:x') },
  { what: 'with entities of its own', body: `<!DOCTYPE x [<!ENTITY a "b">]>${'<a>&a;</a>'}` },
  { what: 'empty', body: '' },
])('a document that is $what is none', ({ body }, { phone, server }) => {
  const { subscribe } = subscribed(phone, server, 'dialog');
  notify(server, subscribe, 'dialog', DIALOG_INFO, body);
  const message = phone.expect('NOTIFY');
  assert(message.dialog_info).is_absent();
  assert(message.body).equals(body);
});

scenario('a subscription is refused, and one is ended by the server', ({ phone, server }) => {
  const strict = peer('strict', { automatic: { answer: false } });
  const refused = phone.subscribe('dialog', strict);
  strict.expect('SUBSCRIBE');
  strict.respond(489, undefined, { headers: { 'Allow-Events': 'presence' } });
  await_until(() => assert(refused.final).contains({ code: 489, reason: 'Bad Event' }));
  const { subscribe } = subscribed(phone, server, 'dialog');
  const over = 'terminated;reason=noresource';
  notify(server, subscribe, 'dialog', DIALOG_INFO, dialogInfo(0, 'terminated'), over);
  assert(phone.expect('NOTIFY').header('Subscription-State')).equals(over);
});
