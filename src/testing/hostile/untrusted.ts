/**
 * Ways to what --untrusted denies: files beside the scenario's own, variables of the machine, SIP targets.
 * Each is the body of a scenario of one suite file, in the folder "inside"; around it lie a secret and links to
 * it, and a project file that would allow everything. More about hosts is in src/policy/net-policy.test.ts.
 */
import type { ErrorCode } from '../../errors.js';

interface Escape {
  name: string;
  source: string;
  expect: ErrorCode;
}

/** `PATH`: the folder around, as an absolute path. */
const FILES: readonly (readonly [path: string, expect: ErrorCode])[] = [
  ['../secret.txt', 'E_READ_DENIED'],
  ['./../secret.txt', 'E_READ_DENIED'],
  ['own/../../secret.txt', 'E_READ_DENIED'],
  ['nowhere/../../secret.txt', 'E_READ_DENIED'],
  ['PATH/secret.txt', 'E_READ_DENIED'],
  ['PATH/inside/../secret.txt', 'E_READ_DENIED'],
  ['../inside-too/secret.txt', 'E_READ_DENIED'],
  ['link.txt', 'E_READ_DENIED'],
  ['around/secret.txt', 'E_READ_DENIED'],
  ['around/inside/around/secret.txt', 'E_READ_DENIED'],
  ['loop', 'E_READ_FAILED'],
  ['zero', 'E_READ_DENIED'],
  ['.', 'E_READ_FAILED'],
  ['..', 'E_READ_DENIED'],
  ['/etc/passwd', 'E_READ_DENIED'],
  ['/proc/self/environ', 'E_READ_DENIED'],
  ['/proc/self/cwd/../secret.txt', 'E_READ_DENIED'],
  ['/dev/stdin', 'E_READ_DENIED'],
  ['//etc/passwd', 'E_READ_DENIED'],
  ['file:///etc/passwd', 'E_READ_FAILED'],
  ['%2e%2e/secret.txt', 'E_READ_FAILED'],
  ['..%2fsecret.txt', 'E_READ_FAILED'],
  ['..\\secret.txt', 'E_READ_FAILED'],
  ['....//secret.txt', 'E_READ_FAILED'],
  ['\uff0e\uff0e/secret.txt', 'E_READ_FAILED'],
  ['~/.profile', 'E_READ_FAILED'],
  ['$HOME/.profile', 'E_READ_FAILED'],
  ['own.txt\0/../../secret.txt', 'E_READ_DENIED'],
  ['own.txt\0', 'E_READ_FAILED'],
];

const MODULES = ['../secret.js', './around/secret.js', './link.js', './%2e%2e/secret.js'];

const VARIABLES = [
  'MACHINE_SECRET',
  'machine_secret',
  ' MACHINE_SECRET',
  'MACHINE_SECRET\0',
  'PATH',
  'FILE_SECRET',
  'OK_AB',
  'XOK_A',
  'OK_A\n',
  'OK_',
  '*',
  '__proto__',
  'constructor',
];

const DIALLED = [
  'sip:+19001234@pbx.example',
  'SIP:+19001234@PBX.EXAMPLE',
  'sips:+19001234@pbx.example',
  'sip:alice@127.0.0.1:5060',
  'sip:alice@localhost:5060',
  'sip:alice@127.1',
  'sip:alice@2130706433',
  'sip:alice@[::1]:5060',
  'sip:alice@[::ffff:127.0.0.1]',
];

const VISITED = [
  'http://127.0.0.1:9/',
  'http://127.1:9/',
  'http://2130706433:9/',
  'http://0x7f.1:9/',
  'http://0177.0.0.1:9/',
  'http://0.0.0.0:9/',
  'http://localhost:9/',
  'http://LOCALHOST.:9/',
  'http://[::1]:9/',
  'http://[::ffff:127.0.0.1]:9/',
  'http://[::]:9/',
  'https://api.example/',
  'http://169.254.169.254/latest/meta-data/',
];

/** Attacks by way of the script's own server, which it may reach. */
const BY_MOCK: readonly (readonly [name: string, then: string])[] = [
  ['a redirect', redirected(302, '"http://127.0.0.2:9/"')],
  ['a redirect that keeps the method', redirected(307, '"http://127.0.0.2:9/"')],
  ['a redirect without a scheme', redirected(301, '"//127.0.0.2:9/"')],
  ['another port', 'http("GET", "http://127.0.0.1:" + (m.port - 1));'],
  ['another address', 'http("GET", "http://127.0.0.2:" + m.port);'],
  ['its name', 'http("GET", "http://localhost:" + m.port);'],
  ['a user that looks like it', 'http("GET", "http://127.0.0.1:" + m.port + "@127.0.0.2:9/");'],
  ['among others', 'http_all([{ url: m.url }, { url: "http://127.0.0.2:9/" }]);'],
];

function redirected(status: number, location: string): string {
  return `m.respond("/", { status: ${status}, headers: { location: ${location} } });
    http("GET", m.url);`;
}

export const UNTRUSTED: readonly Escape[] = [
  ...FILES.map(([path, expect]) => ({
    name: `file_text(${JSON.stringify(path)})`,
    source: `log(file_text(${JSON.stringify(path)}));`,
    expect,
  })),
  ...MODULES.map((path) => ({
    name: `import(${JSON.stringify(path)})`,
    source: `await import(${JSON.stringify(path)});`,
    expect: 'E_IMPORT' as const,
  })),
  ...VARIABLES.map((name) => ({
    name: `env(${JSON.stringify(name)})`,
    source: `log(env(${JSON.stringify(name)}, "a default"));`,
    expect: 'E_ENV_DENIED' as const,
  })),
  ...DIALLED.map((uri) => ({
    name: `dial(${JSON.stringify(uri)})`,
    source: `agent("alice").dial(${JSON.stringify(uri)});`,
    expect: 'E_SIP_DENIED' as const,
  })),
  ...VISITED.map((url) => ({
    name: `http(${JSON.stringify(url)})`,
    source: `http("GET", ${JSON.stringify(url)});`,
    expect: 'E_NET_DENIED' as const,
  })),
  ...BY_MOCK.map(([name, then]) => ({
    name: `by a mock server: ${name}`,
    source: `const m = mock_server(); ${then}`,
    expect: 'E_NET_DENIED' as const,
  })),
  ...[
    ['a server for everybody', 'mock_server({ host: "0.0.0.0" });', 'E_NET_DENIED'],
    ['a server for everybody by IPv6', 'mock_server({ host: "::" });', 'E_NET_DENIED'],
    [
      'a file as certificate',
      'mock_server({ tls: { cert_file: "../secret.txt", key_file: "own.txt" } });',
      'E_READ_DENIED',
    ],
    ['a file as sound', talking('alice.send_audio(file("../secret.txt"));'), 'E_READ_DENIED'],
    ['a recording', talking('alice.verify_recording("../secret.txt");'), 'E_READ_DENIED'],
    ['file_json', 'file_json("../secret.json");', 'E_READ_DENIED'],
    ['load_env', 'load_env("../secret.env");', 'E_READ_DENIED'],
    ['load_env of a link', 'load_env("link.txt");', 'E_READ_DENIED'],
    ['load_env of the process', 'load_env("/proc/self/environ");', 'E_READ_DENIED'],
    ['ca_file', 'agent("a", { verify_tls: true, ca_file: "../secret.txt" });', 'E_READ_DENIED'],
    ['domain', 'agent("a", { domain: "pbx.example" });', 'E_SIP_DENIED'],
    ['domain on loopback', 'agent("a", { domain: "127.0.0.1:5060" });', 'E_SIP_DENIED'],
    ['outbound', 'agent("a", { outbound: "sip:pbx.example;lr" });', 'E_SIP_DENIED'],
    [
      'stun_server',
      'agent("a", { nat: "stun", stun_server: "stun:stun.example:3478" });',
      'E_SIP_DENIED',
    ],
    [
      'a number that is an agent',
      'agent("a", { username: "+1900", domain: "pbx.example" });',
      'E_SIP_DENIED',
    ],
    ['message', 'agent("a").message("sip:b@pbx.example", "hello");', 'E_SIP_DENIED'],
    ['ping', 'agent("a").ping("sip:b@pbx.example");', 'E_SIP_DENIED'],
    [
      'message by maddr',
      'agent("a").message(agent("b").aor + ";maddr=192.0.2.1", "x");',
      'E_SIP_DENIED',
    ],
    ['transfer', talking('alice.transfer("sip:+1900@pbx.example");'), 'E_SIP_DENIED'],
    [
      'attended_transfer',
      talking('alice.attended_transfer("sip:+1900@pbx.example");'),
      'E_SIP_DENIED',
    ],
    [
      'more agents than the project file says',
      'for (const n of "abcdefgh") agent(n);',
      'E_AGENT_LIMIT',
    ],
  ].map(([name = '', source = '', expect]) => ({ name, source, expect: expect as ErrorCode })),
];

function talking(then: string): string {
  return `const alice = agent("alice"), bob = agent("bob");
    alice.dial(bob);
    await_until(() => assert(bob.state).equals(State.Ringing));
    bob.accept();
    await_until(() => assert(alice.state).equals(State.Established));
    ${then}`;
}

/** The suite file: one scenario for each way out. `around`: absolute path of the folder around it. */
export function suiteText(around: string): string {
  const scenarios = UNTRUSTED.map(
    ({ name, source }, index) =>
      `scenario(${JSON.stringify(`${index} ${name}`)}, async () => {\n${source.replaceAll('PATH/', `${around}/`)}\n});`,
  );
  return `${scenarios.join('\n')}\n`;
}
