/** Sections of the reference about options, and the schemas they are written from. */
import { expectedForm, type OptionsName, type ValueSchema } from '../options.js';
import { table } from './markdown.js';

/** The schema files; `agentData` holds its shapes as definitions. */
export type Schemas = Readonly<Record<OptionsName, ValueSchema>> & {
  readonly agentData: { readonly definitions: Readonly<Record<string, ValueSchema>> };
};

export interface Section {
  readonly title: string;
  readonly body: string;
  /** Titles one level down, for the table of contents. */
  readonly entries?: readonly string[];
}

/** Options of verbs of agents. */
export function agentVerbOptions(schemas: Schemas): readonly Section[] {
  const rows = [
    [
      'Header options',
      'Last argument of verbs that send one request or response.',
      schemas.headerOptions,
    ],
    ['Text options', 'Of `message()` of an agent.', schemas.textOptions],
    [
      'Outgoing options',
      'Of `request()`, `subscribe()` and `publish()` of an agent.',
      schemas.outgoingOptions,
    ],
    ['Deflect options', 'Of `deflect()`.', schemas.deflectOptions],
  ] as const;
  return rows.map(([title, intro, schema]) => optionsSection(title, intro, schema));
}

export function peerOptions(schemas: Schemas): readonly Section[] {
  const rows = [
    ['Peer options', 'Second argument of `peer()`.', schemas.peerOptions],
    ['Call options', 'Second argument of `dial()` of a peer.', schemas.callOptions],
    ['Record options', 'Second argument of `record_session()` of a peer.', schemas.recordOptions],
    ['Request options', 'Of the verbs of a peer that send a request.', schemas.requestOptions],
    [
      'Response options',
      'Of `answer()`, `respond()` and the steps of `on_invite()`.',
      schemas.responseOptions,
    ],
    ['Register options', 'Of `register()` of a peer.', schemas.registerOptions],
  ] as const;
  return rows.map(([title, intro, schema]) => optionsSection(title, intro, schema));
}

export function optionsSection(title: string, intro: string, schema: ValueSchema): Section {
  // Leaves out keys of the project file without a schema here: the command line knows their form.
  const known = Object.entries(schema.properties ?? {}).filter(
    ([, at]) => Object.keys(at).length > 0,
  );
  const rows = known.map(([name, at]) => [
    `\`${name}\``,
    expectedForm(at),
    at.default === undefined ? '' : `\`${JSON.stringify(at.default)}\``,
    [at.description ?? '', ...exampleTexts(at)].join(' '),
  ]);
  const body = `## ${title}\n\n${intro}\n\n${table(['option', 'value', 'default', 'meaning'], rows)}`;
  return { title, body };
}

export function exampleTexts({ examples }: ValueSchema): readonly string[] {
  if (examples === undefined) return [];
  return [`Example: ${examples.map((one) => `\`${JSON.stringify(one)}\``).join(', ')}.`];
}
