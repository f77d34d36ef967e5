/**
 * `lines` of a project file: the phone lines that its scenarios reach by their names. Texts may name variables, which each
 * scenario puts in by env() when it asks for the line, so that whatever limits env() limits these, too.
 */
import { isSecretName } from '../model/secret-names.js';
import { SCHEMAS } from '../schema/schemas.gen.js';
import type { Form, Row, Rows } from './form.js';

/** A variable by which a program that starts runs, such as the monitor, names the file whose `lines` count. */
export const LINES_FILE = 'OFFHOOK_LINES_FILE';

/** Lines by name, as the file says them: `default` is one of them, and texts still name variables. */
export type LinesData = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const VARIABLE = /\$\{(\w+)\}/g;

const WITH_VARIABLES: Form = { kind: 'text', variables: true };

/** What a line has beside its phone; src/modes/lines.ts gives each its default. */
const OWN_ROWS = {
  number: {
    form: WITH_VARIABLES,
    doc: 'The number under which the line is reached, and which it shows when it calls.',
    example: '+4930100001',
  },
  dial: {
    form: WITH_VARIABLES,
    doc: 'What is dialled over the line; `{number}` stands for the number to call.',
    initial: '{number}',
    example: 'sip:{number}@pbx.example',
  },
  prio: {
    form: { kind: 'number', least: -1e6, most: 1e6 },
    doc: 'A call takes its lines in this order, the lowest first, then by name.',
    initial: 0,
  },
  register: {
    form: { kind: 'yes' },
    doc: 'Whether its phone registers first. Default: yes, where it has a `domain`.',
  },
} as const satisfies Rows;

/** Options of agent(): those of the phone on the line. */
const PHONE_ROWS: Rows = Object.fromEntries(
  Object.entries(SCHEMAS.agentOptions.properties).map(([name, { description }]): [string, Row] => [
    name,
    { form: { kind: 'option', name }, doc: description },
  ]),
);

const LINE_ROWS: Rows = { ...OWN_ROWS, ...PHONE_ROWS };
/** For the page of the settings, which does not repeat the options of agent(). */
export const LINE_OWN_ROWS: Rows = OWN_ROWS;

export const LINES_ROW = {
  form: {
    kind: 'map',
    of: { kind: 'object', rows: LINE_ROWS },
    name: /^[^\p{Cc}]{1,200}$/u,
    names: 'must be a name of 1 to 200 characters',
  },
  doc: 'Phone lines, which scenarios reach by `line("NAME")` of `offhook/modes`; all others inherit from `default`.',
  initial: {},
  example: {
    default: { domain: 'pbx.example' },
    sales: { number: '+4930100001', username: 'sales', password: '${SALES_PASSWORD}' },
  },
} as const satisfies Row;

/** Names of the variables that their texts name. */
export function variablesOfLines(lines: LinesData): readonly string[] {
  return [...JSON.stringify(lines).matchAll(VARIABLE)].map(([, name = '']) => name);
}

/** Texts that no output may show: of options named like secrets what is written out, and what their variables hold. */
export function secretsOfLines(
  lines: LinesData,
  variables: Readonly<Record<string, string>>,
): readonly string[] {
  const secrets = Object.values(lines).flatMap((line) =>
    Object.entries(line).flatMap(([name, value]) =>
      isSecretName(name) && typeof value === 'string' ? [value] : [],
    ),
  );
  return secrets.flatMap((text) => {
    const names = [...text.matchAll(VARIABLE)].map(([, name = '']) => name);
    if (names.some((name) => variables[name] === undefined)) return [];
    return [text.replace(VARIABLE, (_, name: string) => variables[name] ?? '')];
  });
}
