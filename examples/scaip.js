// Social-care alarms over SIP (SCAIP, SS 91100): a pendant's alarm as a MESSAGE, its response, and the call that follows.
// A raw SIP peer is the alarm unit. It needs no server: another peer plays the alarm receiver, unless SCAIP_RECEIVER is the
// SIP URI of one to be tested.
suite({ tags: ['scaip'], timeout: '30s' });

const TYPE = 'application/scaip+xml';
const RECEIVER = env('SCAIP_RECEIVER', '');

setup(() => ({
  unit: peer('alarm unit', { username: 'unit' }),
  receiver: RECEIVER === '' ? peer('alarm receiver', { username: 'receiver' }) : undefined,
}));

/** A request: { ref: "1" } is <mrq><ref>1</ref></mrq>; the fields in this order. */
const request = (fields) => element('mrq', fields);
const element = (name, fields) => {
  const parts = Object.entries(fields).map(([key, value]) => `<${key}>${value}</${key}>`);
  return `<${name}>${parts.join('')}</${name}>`;
};
/** The text of a field; undefined where there is none. */
const field = (body, name) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1];

/** What the receiver does where a peer plays it: 200, then a MESSAGE of its own with the response. */
function answered(receiver, unit) {
  const message = receiver.expect('MESSAGE', { header: { 'Content-Type': TYPE } });
  const isComplete = ['ref', 'cid', 'dty'].every((name) => field(message.body, name));
  // snu 0: understood
  const response = { ref: field(message.body, 'ref') ?? '', snu: isComplete ? '0' : '1' };
  receiver.message(unit, element('mrs', response), { content_type: TYPE });
}

/** The unit sends the request and waits for the response with the same ref. */
function exchanged({ unit, receiver }, fields) {
  const sent = unit.message(receiver ?? RECEIVER, request(fields), { content_type: TYPE });
  if (receiver !== undefined) answered(receiver, unit);
  await_until(() => assert(sent.final?.code).equals(200));
  const response = unit.expect('MESSAGE', { header: { 'Content-Type': TYPE }, within: '10s' });
  assert(response.body).matches(/<mrs>/);
  assert(field(response.body, 'ref')).equals(fields.ref);
  return response.body;
}

const reference = () => uuid().slice(0, 8);

scenario('an alarm is acknowledged, and the unit calls the receiver', (all) => {
  const { unit, receiver } = all;
  const alarm = {
    ref: reference(),
    mty: 'ME', // a message, as opposed to PI: are you there?
    cid: '0046123456', // the unit
    dty: '0004', // kind of the device: a pendant
    stc: '0010', // what happened: an alarm by hand
    crd: `sip:${unit.aor.replace(/^sips?:/, '')}`, // how to reach the unit by voice
  };
  const body = exchanged(all, alarm);
  assert(field(body, 'snu')).equals('0');
  const call = unit.dial(receiver ?? RECEIVER);
  receiver?.answer();
  await_until(() => assert(call.final?.code).equals(200), '10s');
  if (receiver !== undefined) verify_audio_connection(unit, receiver);
  unit.hangup();
});

scenario('a heartbeat is acknowledged', (all) => {
  const body = exchanged(all, { ref: reference(), mty: 'PI', cid: '0046123456', dty: '0004' });
  assert(field(body, 'snu')).equals('0');
});

scenario('an alarm that does not say whose it is is not acknowledged', (all) => {
  const body = exchanged(all, { ref: reference(), mty: 'ME', stc: '0010' });
  assert(field(body, 'snu')).is_present().not_equals('0');
});

scenario('an alarm whose answer is lost is sent again', ({ unit }) => {
  if (RECEIVER !== '') skip('a receiver of its own does not answer here');
  const deaf = peer('deaf receiver', { automatic: { answer: false } });
  const alarm = { ref: reference(), mty: 'ME', cid: '0046123456', dty: '0004', stc: '0010' };
  const sent = unit.message(deaf, request(alarm), { content_type: TYPE });
  // 0.5 s, 1 s: RFC 3261, 17.1.2
  await_until(() => assert(deaf.sip.received('MESSAGE').length).equals(3), '5s');
  deaf.respond(200);
  await_until(() => assert(sent.final?.code).equals(200));
});
