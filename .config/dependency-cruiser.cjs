/**
 * Import directions, checked by `npm run deps`. Each part may import what its row names, and itself.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const MAY_IMPORT = {
  model: ['errors', 'time'],
  schema: ['model', 'errors', 'time'],
  audio: ['ordinary-file', 'schema', 'model', 'errors', 'time'],
  http: ['http-body', 'schema', 'model', 'errors', 'time'],
  webhook: ['http-body', 'certificate', 'schema', 'model', 'errors', 'time'],
  // of audio only the octets of a codec: baresip 1.1 decodes a digit as if it were sound
  baresip: ['certificate', 'audio/g711', 'ordinary-file', 'schema', 'model', 'errors', 'time'],
  lab: ['schema', 'model', 'errors', 'time'],
  // rules of what a script may touch: no sockets, no agents, no settings
  policy: ['schema', 'errors', 'time'],
  settings: ['ordinary-file', 'policy', 'schema', 'model', 'errors', 'time'],
  // load_env() reads the same files as --env-file: one parser, no other setting
  sandbox: ['settings/dotenv', 'schema', 'model', 'errors', 'time'],
  // what may not be shown, and where it stands in texts
  secrets: ['model', 'errors', 'time'],
  report: ['ordinary-file', 'schema', 'model', 'errors', 'time'],
  runner: [
    'sandbox',
    'baresip',
    'audio',
    'http',
    'webhook',
    'settings',
    'policy',
    'lab',
    'schema',
    'model',
    'errors',
    'time',
  ],
  cli: [
    'runner',
    'sandbox',
    'policy',
    'baresip',
    'lab',
    'report',
    'secrets',
    'settings',
    'ordinary-file',
    'schema',
    'model',
    'errors',
    'time',
  ],
};

/** A package has one home. */
const HOMES = {
  'quickjs-emscripten': 'sandbox',
  '@jitl/quickjs': 'sandbox',
  undici: 'http',
  commander: 'cli',
  dotenv: 'settings',
  execa: '(baresip|lab)',
  fastify: '(webhook|monitor)',
  selfsigned: 'certificate',
  chalk: 'report',
  'fast-glob': 'runner',
  picomatch: '(runner|policy)',
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
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'guest-imports',
      comment: 'runs inside QuickJS; of the protocol and the contract it knows only the types',
      severity: 'error',
      from: { path: '^src/sandbox/guest/' },
      to: {
        pathNot:
          '^src/(sandbox/guest/|sandbox/(guest-)?protocol\\.ts$|schema/|model/|errors\\.ts$|time\\.ts$)',
      },
    },
    {
      name: 'model-is-pure',
      severity: 'error',
      from: { path: '^src/(model/|errors\\.ts|time\\.ts)', pathNot: tests },
      to: { dependencyTypes: ['core', 'npm'] },
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
      from: { path: '^src', pathNot: `${tests}|^src/schema/generate` },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
