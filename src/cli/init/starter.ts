/** The files a project begins with, as texts. */
import { editorConfigText } from '../../schema/compiler-options.js';
import { typingsText } from '../../schema/typings.js';

export const SCENARIOS = 'scenarios';

/** A file with what it is for, in a few words. */
export interface StarterFile {
  /** Relative to the folder. */
  readonly name: string;
  readonly text: string;
  readonly about: string;
}

interface Wanted {
  typescript: boolean;
  /** "jsconfig.json" or "tsconfig.json" */
  editorConfig: string;
  /** Name of the file of settings. */
  settings: string;
  /** Where the installed package lies, relative to the folder. */
  packageFolder: string;
}

export function starterFiles(wanted: Wanted): readonly StarterFile[] {
  const ending = wanted.typescript ? 'ts' : 'js';
  return [
    {
      name: `${SCENARIOS}/first-call.${ending}`,
      text: FIRST_CALL,
      about: 'two agents on this machine call each other',
    },
    {
      name: `${SCENARIOS}/pbx-call.${ending}`,
      text: PBX_CALL,
      about: 'a call through your PBX, skipped until .env says where it is',
    },
    {
      name: `${SCENARIOS}/offhook.d.ts`,
      text: typingsText(),
      about: 'what scenarios can call, for editors',
    },
    {
      name: `${SCENARIOS}/${wanted.editorConfig}`,
      text: editorConfigText(),
      about: 'how editors check scenarios',
    },
    {
      name: wanted.settings,
      text: settingsText(wanted.packageFolder),
      about: 'settings of `offhook run`',
    },
    { name: '.env.example', text: ENV_EXAMPLE, about: 'copy it to .env, and fill it in' },
  ];
}

const FIRST_CALL = `// Two agents on this machine call each other: no server, no account.
scenario('alice calls bob', { tags: ['smoke'] }, () => {
  const alice = agent('alice'); // each agent is a SIP phone of its own, a baresip process
  const bob = agent('bob');

  alice.dial(bob);
  await_until(() => assert(bob.state).equals(State.Ringing)); // asks again after every event, for 5 s
  bob.accept();
  await_until(() => assert(alice.state).equals(State.Established));

  alice.send_audio(tone(440));
  bob.verify_audio(440); // what bob really hears

  alice.hangup();
  await_until(() => assert(bob.state).equals(State.Idle));
  assert(bob.ended).contains({ by: 'remote', how: 'bye' });
});
`;

const PBX_CALL = `// Two users of your PBX call each other. The file .env says where it is: see .env.example.
// Without a PBX, \`offhook run --lab\` starts a SIP server of its own and sets the same variables.
scenario('a call through the PBX', { tags: ['pbx'] }, () => {
  if (env('SIP_DOMAIN', '') === '') skip('needs a PBX: copy .env.example to .env and fill it in');
  const server = { domain: env('SIP_DOMAIN'), outbound: env('SIP_PROXY', '') || undefined };
  const caller = agent('caller', { ...server, username: env('A_USER'), password: env('A_PASS') });
  const callee = agent('callee', { ...server, username: env('B_USER'), password: env('B_PASS') });

  caller.register();
  callee.register();
  await_until(() => {
    assert(caller.registered).is_true();
    assert(callee.registered).is_true();
  });

  caller.dial(env('B_USER')); // a number in the domain of the caller
  callee.accept(); // waits for the call
  await_until(() => assert(caller.state).equals(State.Established));

  caller.hangup();
  await_until(() => assert(callee.state).equals(State.Idle));
  assert(callee.ended).contains({ by: 'remote', how: 'bye' });
});
`;

const ENV_EXAMPLE = `# Copy this file to .env and fill it in. git ignores .env, because it contains passwords.

# The SIP domain of your PBX, such as pbx.example.com or 10.0.0.5
SIP_DOMAIN=
# The outbound proxy, if requests go to another host, such as sip:10.0.0.5:5060;transport=tcp
SIP_PROXY=

# Two users, each with a password; A calls B
A_USER=
A_PASS=
B_USER=
B_PASS=
`;

function settingsText(packageFolder: string): string {
  const schema = JSON.stringify(`${packageFolder}/docs/offhook.config.schema.json`);
  return `{\n  "$schema": ${schema},\n  "paths": ["${SCENARIOS}"]\n}\n`;
}

export function manifestText(version: string): string {
  const manifest = {
    private: true,
    scripts: { test: 'offhook run' },
    devDependencies: { offhook: version },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Lines for .gitignore: what runs leave behind, and files with passwords (.env, and the NAME.env beside a scenario). */
export const IGNORED = ['node_modules/', '*.env', 'offhook-results/'];
