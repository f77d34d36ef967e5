/**
 * What a line of `lines` may have, as rows. It brings the options of agent() and their checks along, so a project file
 * without lines does not load it.
 */
import { optionsProblem } from '../schema/option-rules.js';
import { expectedForm, type ValueSchema } from '../schema/options.js';
import { SCHEMAS } from '../schema/schemas.gen.js';
import type { Form, Row, Rows } from './form.js';

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
    doc: 'A call chooses its lines in this order: the lowest value first, and by name if values are equal.',
    initial: 0,
  },
  register: {
    form: { kind: 'yes' },
    doc: 'Whether the phone of the line registers first. Default: yes, if it has a `domain`.',
  },
} as const satisfies Rows;

/** Options of agent(): those of the phone on the line. */
const PHONE_ROWS: Rows = Object.fromEntries(
  Object.entries(SCHEMAS.agentOptions.properties).map(
    ([name, schema]: [string, ValueSchema]): [string, Row] => [name, phoneRow(name, schema)],
  ),
);

function phoneRow(name: string, schema: ValueSchema): Row {
  const problemOf = (value: unknown) => optionsProblem('agentOptions', { [name]: value });
  return {
    form: { kind: 'option', name, expected: expectedForm(schema), problemOf },
    doc: schema.description ?? '',
  };
}

const LINE_ROWS: Rows = { ...OWN_ROWS, ...PHONE_ROWS };
/** The page of the settings shows only these rows: it does not repeat the options of agent(). */
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
