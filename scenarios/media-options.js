// Options about media and addresses: calls that need both sides to agree, and what is refused before a call.
import { call, errorOf, idle } from './lib/agents.js';

function talk(caller, callee) {
  call(caller, callee);
  wait('200ms');
  caller.hangup();
  idle(callee);
}

const refusal = (options) => errorOf(() => agent('refused', options));

scenario.each([{ enc: 'srtp' }, { enc: 'srtp-mand' }, { enc: 'dtls_srtp' }])(
  'both sides encrypt with $enc',
  { tags: ['serverless'] },
  ({ enc }) => talk(agent('alice', { media_enc: enc }), agent('bob', { media_enc: enc })),
);

scenario('srtp-mand insists, on either side', { tags: ['serverless'] }, () => {
  const alice = agent('alice', { media_enc: 'srtp-mand' });
  const bob = agent('bob');
  alice.dial(bob);
  await_until(() => assert(alice.status_code).equals(488));
  bob.dial(alice);
  await_until(() => assert(bob.status_code).equals(488));
});

scenario('srtp takes plain RTP where the other side has none', { tags: ['serverless'] }, () =>
  talk(agent('alice', { media_enc: 'srtp' }), agent('bob')),
);

scenario.each(['PCMU', 'PCMA', 'opus', 'L16', 'G722'])(
  'a call in $row',
  { tags: ['serverless'] },
  (codec) => {
    const seen = refusal({ codecs: [codec] });
    if (seen?.code === 'E_CAPABILITY') skip(seen.message);
    talk(agent('alice', { codecs: [codec] }), agent('bob', { codecs: [codec] }));
  },
);

scenario('ICE, and the call is answered at once', { tags: ['serverless'] }, () => {
  const seen = refusal({ nat: 'ice' });
  if (seen?.code === 'E_CAPABILITY') skip(seen.message);
  const [alice, bob] = [agent('alice', { nat: 'ice' }), agent('bob', { nat: 'ice' })];
  call(alice, bob);
  alice.verify_media();
  bob.verify_media();
});

scenario('no codec in common', { tags: ['serverless'] }, () => {
  const alice = agent('alice', { codecs: ['PCMA'] });
  alice.dial(agent('bob', { codecs: ['PCMU'] }));
  await_until(() => assert(alice.status_code).equals(488));
});

scenario.each(['udp', 'tcp', 'tls'])('IPv6 over $row', { tags: ['serverless'] }, (transport) => {
  const options = { transport, local_address: '::1' };
  const seen = refusal(options);
  if (seen?.code === 'E_AGENT_START') skip(`no IPv6: ${seen.message}`);
  const [alice, bob] = [agent('alice', options), agent('bob', options)];
  assert(alice.aor).matches(/^sip:alice@\[::1\]:\d+$/);
  talk(alice, bob);
  assert(bob.peer).contains({ number: 'alice' });
});

scenario('a jitter buffer, and statistics in the BYE', { tags: ['serverless'] }, () =>
  talk(
    agent('alice', { jitter_buffer: true, rtp_stats: true, rtp_timeout: 30 }),
    agent('bob', { jitter_buffer: 40 }),
  ),
);

scenario.each([
  [{ codecs: [] }, 'at least one'],
  [{ codecs: ['PCMU', 'PCMU'] }, 'each one once'],
  [{ codecs: ['GSM'] }, '"PCMU"'],
  [{ codecs: 'PCMU' }, 'an array of codecs'],
  [{ media_enc: 'zrtp' }, '"srtp"'],
  [{ nat: 'upnp' }, '"stun"'],
  [{ nat: 'stun' }, 'needs a server'],
  [{ nat: 'turn', stun_server: 'turn:127.0.0.1' }, 'needs a password'],
  [{ stun_server: 'stun:127.0.0.1' }, 'not used without nat'],
  [{ nat: 'stun', stun_server: 'http://127.0.0.1' }, 'a STUN or TURN server'],
  [{ nat: 'stun', stun_server: 'stun:h";auth_pass="x' }, 'a STUN or TURN server'],
  [{ ca_file: 'x.pem' }, 'no such file'],
  [{ ca_file: '/etc/passwd' }, 'outside'],
  [{ ca_file: 'headers.js' }, 'not used without verify_tls'],
  [{ local_address: 'localhost' }, 'an IPv4 or IPv6 address'],
  [{ local_address: '1.2.3' }, 'not an IP address'],
  [{ local_address: '0.0.0.0' }, 'every address'],
  [{ local_address: '::' }, 'every address'],
  [{ local_address: '203.0.113.77' }, 'not an address of this machine'],
  [{ rtp_timeout: 0 }, 'from 1 to 3600'],
  [{ rtp_timeout: 1.5 }, 'a whole number'],
  [{ jitter_buffer: 5 }, 'from 20 to 1000'],
  [{ jitter_buffer: 'yes' }, 'true, false'],
  [{ rtp_stats: 1 }, 'true or false'],
  [{ verify_tls: 'yes' }, 'true or false'],
  [{ headers_compat: 'yes' }, 'true or false'],
  [{ headers: 'X: y' }, 'header names'],
  [{ headers: ['X: y'] }, 'header names'],
])('refused in agent()', { tags: ['serverless'] }, ([options, words]) => {
  const error = refusal(options);
  assert(error?.message).contains(words);
  assert(['E_ARGUMENT', 'E_AGENT_START', 'E_READ_FAILED', 'E_READ_DENIED']).contains(error.code);
});
