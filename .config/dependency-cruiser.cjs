/**
 * Import directions, checked by `npm run deps`. Each part may import what its row names, and itself.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const MAY_IMPORT = {
  // SIP and SDP as texts: no agent, no socket
  sip: ['errors', 'time'],
  model: ['sip', 'errors', 'time'],
  // an attempt as people read it, on paper or in a browser: pure
  story: ['sip', 'model', 'errors', 'time'],
  // the page of the HTML report: runs in browsers
  web: ['monitor/model', 'story', 'audio/g711', 'sip', 'model', 'errors', 'time'],
  schema: ['sip', 'model', 'errors', 'time'],
  audio: ['ordinary-file', 'schema', 'sip', 'model', 'errors', 'time'],
  // media of a peer: samples and sockets, no SIP
  rtp: ['audio', 'model', 'errors', 'time'],
  // signed identities of callers: keys and tokens, no sockets
  identity: ['sip', 'errors', 'time'],
  http: ['after-reading', 'http-body', 'schema', 'sip', 'model', 'errors', 'time'],
  webhook: [
    'http-body',
    'without-schemas',
    'certificate',
    'schema',
    'sip',
    'model',
    'errors',
    'time',
  ],
  // what the runner knows of an agent, whatever drives it, and what the drivers share
  agents: ['after-reading', 'ordinary-file', 'trace', 'schema', 'sip', 'model', 'errors', 'time'],
  // between the phone of an agent and the world
  proxy: ['signalling', 'agents', 'after-reading', 'schema', 'sip', 'model', 'errors', 'time'],
  // of audio only the octets of a codec: baresip 1.1 decodes a digit as if it were sound
  baresip: [
    'proxy',
    'signalling',
    'agents',
    'after-reading',
    'certificate',
    'audio/g711',
    'ordinary-file',
    'trace',
    'schema',
    'sip',
    'model',
    'errors',
    'time',
  ],
  // SIP over sockets: transports, transactions, logins, requests (RFC 3261, 17 and 18)
  signalling: ['agents', 'certificate', 'schema', 'sip', 'model', 'errors', 'time'],
  // a user agent without a phone: what it sends is what a script wants
  peer: [
    'signalling',
    'agents',
    'rtp',
    'after-reading',
    'ordinary-file',
    'trace',
    'schema',
    'sip',
    'model',
    'errors',
    'time',
  ],
  // processes of the system under test: started, found ready, ended
  servers: ['trace', 'schema', 'sip', 'model', 'errors', 'time'],
  // packets of a run, by a program that may capture them
  capture: ['servers', 'errors', 'time'],
  lab: ['servers', 'schema', 'sip', 'model', 'errors', 'time'],
  // rules of what a script may touch: no sockets, no agents, no settings
  policy: ['schema', 'errors', 'time'],
  settings: ['ordinary-file', 'trace', 'policy', 'schema', 'sip', 'model', 'errors', 'time'],
  // load_env() reads the same files as --env-file: one parser, no other setting
  sandbox: ['settings/dotenv', 'identity', 'trace', 'schema', 'sip', 'model', 'errors', 'time'],
  // call tests for scenarios, beside the guest in QuickJS: of the guest its errors, how it shows values, and the lines of the project file
  modes: [
    'sandbox/guest/failure',
    'sandbox/guest/lines',
    'sandbox/guest/encode',
    'sandbox/guest/assert/show',
    'schema/nearest',
    'model/describe',
    'errors',
    'time',
  ],
  // what may not be shown, and where it stands in texts
  secrets: ['sip', 'model', 'errors', 'time'],
  report: ['story', 'ordinary-file', 'file-name', 'schema', 'sip', 'model', 'errors', 'time'],
  // what the audio of an agent holds: judged while it comes
  hearing: ['audio', 'agents', 'file-name', 'schema', 'sip', 'model', 'errors', 'time'],
  runner: [
    'sandbox',
    'agents',
    'baresip',
    'peer',
    'hearing',
    'certificate',
    'http',
    'webhook',
    'settings',
    'policy',
    'ordinary-file',
    'lab',
    'schema',
    'sip',
    'model',
    'errors',
    'time',
  ],
  // a run put together, whoever asks for it: no flags, no process
  app: [
    'ordinary-file',
    'story',
    'runner',
    'hearing',
    'sandbox',
    'policy',
    'agents',
    'baresip',
    'lab',
    'servers',
    'report',
    'secrets',
    'settings',
    'schema',
    'sip',
    'model',
    'errors',
    'time',
  ],
  // runs for programs that import the package: no flags, no reports on the console
  api: [
    'app',
    'baresip',
    'report',
    'secrets',
    'settings',
    'schema',
    'sip',
    'model',
    'errors',
    'time',
  ],
  // runs on a schedule, with a memory: each run is a process of its own
  monitor: [
    'without-schemas',
    'ordinary-file',
    'file-name',
    'certificate',
    'report',
    'secrets',
    'settings',
    'story',
    'trace',
    'schema',
    'sip',
    'model',
    'errors',
    'time',
    'time-limit',
  ],
  // of audio only what a recording of a call holds: a page shows it
  cli: [
    'monitor',
    'app',
    'audio/call',
    'runner',
    'hearing',
    'sandbox',
    'policy',
    'agents',
    'baresip',
    'lab',
    'capture',
    'story',
    'servers',
    'report',
    'secrets',
    'settings',
    'trace',
    'ordinary-file',
    'schema',
    'sip',
    'model',
    'errors',
    'time',
  ],
};

/** A package has one home. */
const HOMES = {
  '@swc/wasm-typescript': 'sandbox',
  'quickjs-emscripten': 'sandbox',
  '@jitl/quickjs': 'sandbox',
  // the WebSocket of SIP clients
  undici: '(http|signalling)',
  commander: 'cli',
  dotenv: 'settings',
  execa: '(baresip|capture|lab|runner|servers)',
  fastify: '(webhook|monitor)',
  '@fastify/websocket': 'monitor',
  '@platformatic/prom-client': 'monitor',
  croner: 'monitor',
  libsql: 'monitor',
  nodemailer: 'monitor',
  pg: 'monitor',
  yaml: 'settings',
  selfsigned: 'certificate',
  chalk: 'report',
  'get-east-asian-width': 'report',
  'fft.js': 'audio',
  'libopus-wasm': 'rtp',
  diff: 'story',
  'fast-glob': 'runner',
  picomatch: '(runner|policy)',
  '(@preact/|preact)': 'web',
};

const inside = (part) => `^src/${part}(/|\\.ts$)`;
const tests = '\\.(test|bench)\\.ts$|^src/testing/';

const directions = Object.entries(MAY_IMPORT).map(([part, allowed]) => ({
  name: `${part}-imports`,
  severity: 'error',
  from: { path: inside(part), pathNot: tests },
  to: { path: '^src/', pathNot: [part, ...allowed].map(inside) },
}));

const homes = Object.entries(HOMES).map(([library, home]) => ({
  name: `${library}-home`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${home}|${tests}` },
  to: { path: `node_modules/${library}` },
}));

module.exports = {
  forbidden: [
    ...directions,
    ...homes,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'guest-imports',
      comment: 'runs inside QuickJS; of the protocol and the contract it knows only the types',
      severity: 'error',
      from: { path: '^src/sandbox/guest/' },
      to: {
        pathNot:
          '^src/(sandbox/guest/|sandbox/(guest-)?protocol\\.ts$|schema/|sip/|model/|errors\\.ts$|time\\.ts$)',
      },
    },
    {
      name: 'model-is-pure',
      severity: 'error',
      from: { path: '^src/(sip/|model/|errors\\.ts|time\\.ts)', pathNot: tests },
      to: { dependencyTypes: ['core', 'npm'] },
    },
    {
      name: 'story-runs-in-browsers',
      severity: 'error',
      from: { path: '^src/story/', pathNot: tests },
      to: { dependencyTypes: ['core', 'npm'], pathNot: 'node_modules/diff/' },
    },
    {
      name: 'testing-is-never-shipped',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { path: '^src/testing/' },
    },
    {
      name: 'no-undeclared-packages',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dev-packages-in-the-product',
      severity: 'error',
      // src/web becomes part of a file at build time, and so do packages that have a home (docs/decisions/0028)
      from: { path: '^src', pathNot: `${tests}|^src/schema/generate|^src/web/` },
      to: {
        dependencyTypes: ['npm-dev'],
        pathNot: `node_modules/(@types/|${Object.keys(HOMES).join('/|')}/)`,
      },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.json'] },
  },
};
