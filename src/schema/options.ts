/**
 * Checks an options object against its JSON Schema and words what is wrong. The validators are generated
 * (validators.gen.ts): ajv is not loaded at run time. Those of scripts are known to option-rules.ts alone: they are large,
 * and only the scenario thread needs them.
 */
import { headerNameProblem, headerValueProblem } from '../sip/headers.js';
import { durationProblem } from '../time.js';
import { suggestion } from './habits.js';
import { nearest, quotedList } from './nearest.js';
import {
  describeSecret,
  describeValue,
  givenFields,
  isMarker,
  isPlainObject,
  Special,
  Undefined,
} from './special.js';

export type OptionsName =
  | 'agentOptions'
  | 'peerOptions'
  | 'registerOptions'
  | 'callOptions'
  | 'recordOptions'
  | 'requestOptions'
  | 'responseOptions'
  | 'headerOptions'
  | 'textOptions'
  | 'deflectOptions'
  | 'outgoingOptions'
  | 'scenarioOptions'
  | 'waitOptions'
  | 'identityOptions'
  | 'identityCheck'
  | 'httpOptions'
  | 'mockOptions'
  | 'mockResponse'
  | 'projectFile';

/** What is wrong: the error's text after the subject, and the hint. */
export interface Problem {
  readonly what: string;
  readonly hint?: string;
}

/** The keywords of JSON Schema, and our own, that the contract uses for one value. */
export interface ValueSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly (string | number)[];
  readonly items?: ValueSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, ValueSchema>>;
  readonly additionalProperties?: boolean | ValueSchema;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly writeOnly?: boolean;
  readonly required?: readonly string[];
  readonly $ref?: string;
  readonly tsType?: string;
  readonly 'x-form'?: string;
  readonly 'x-duration'?: boolean;
}

interface ValidatorError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
}
export interface Validator {
  (value: unknown): boolean;
  errors?: readonly ValidatorError[] | null;
}

/** What an options object has to be. */
export interface OptionsRule {
  readonly name: OptionsName;
  readonly schema: ValueSchema;
  readonly validate: Validator;
}

export function ruleProblem(
  { name, schema, validate }: OptionsRule,
  options: unknown,
): Problem | undefined {
  if (!isPlainObject(options)) return undefined;
  const given = givenFields(options);
  const error = validate(given) ? undefined : validate.errors?.[0];
  if (error === undefined) {
    return durationOption(schema, given) ?? headersOption(name, given) ?? plainOption(given);
  }
  if (error.keyword === 'additionalProperties') {
    const option = String(error.params['additionalProperty']);
    return error.instancePath === ''
      ? unknownOption(name, schema, option)
      : unknownField(schema, error.instancePath, option);
  }
  const missing = error.keyword === 'required' && error.instancePath === '';
  if (missing) return missingOption(schema, String(error.params['missingProperty']));
  return wrongOption(schema, given, error.instancePath);
}

function missingOption({ properties = {} }: ValueSchema, option: string): Problem {
  const at = properties[option] ?? {};
  const example = at.examples?.[0];
  return {
    what: `option "${option}" is missing: it must be ${expectedForm(at)}`,
    ...(example === undefined ? {} : { hint: `write for example ${JSON.stringify(example)}` }),
  };
}

/** What a value must be, in words: `"udp", "tcp" or "tls"`, `a whole number from 5 to 86400`. */
export function expectedForm(schema: ValueSchema): string {
  if (schema['x-form'] !== undefined) return schema['x-form'];
  if (schema.enum !== undefined) return quotedList(schema.enum.map(String));
  switch (schema.type) {
    case 'integer':
    case 'number':
      return numberForm(schema);
    case 'boolean':
      return 'true or false';
    case 'string':
      return 'text';
    case 'array':
      return 'an array';
    default:
      return 'an object';
  }
}

function numberForm({ type, minimum, maximum }: ValueSchema): string {
  const noun = type === 'integer' ? 'a whole number' : 'a number';
  if (minimum !== undefined && maximum !== undefined)
    return `${noun} from ${minimum} to ${maximum}`;
  return noun;
}

function unknownOption(name: OptionsName, schema: ValueSchema, option: string): Problem {
  const valid = Object.keys(schema.properties ?? {});
  const shown = option.length > 60 ? `${option.slice(0, 57)}...` : option;
  return {
    what: `there is no option ${JSON.stringify(shown)}`,
    hint: suggestion(name, option, valid) ?? `the options are ${valid.join(', ')}`,
  };
}

/** Problem of a field that an object inside the options does not have. */
function unknownField(schema: ValueSchema, path: string, field: string): Problem {
  const steps = path.split('/').slice(1);
  const at = steps.reduce<ValueSchema | undefined>(
    (one, step) => one?.properties?.[step] ?? one?.items ?? anyProperty(one),
    schema,
  );
  const shown = field.length > 60 ? `${field.slice(0, 57)}...` : field;
  const fields = Object.keys(at?.properties ?? {});
  const meant = nearest(field, fields);
  return {
    what: `option "${steps.join('.')}" has no ${JSON.stringify(shown)}`,
    hint:
      meant === undefined
        ? `its fields are ${fields.join(', ')}`
        : `did you mean ${JSON.stringify(meant)}?`,
  };
}

function wrongOption(schema: ValueSchema, options: unknown, path: string): Problem {
  let value = options;
  let at: ValueSchema | undefined = schema;
  let shownPath = '';
  for (const step of path.split('/').slice(1)) {
    const isIndex = Array.isArray(value);
    value = (value as Readonly<Record<string, unknown>>)[step];
    at = isIndex ? at?.items : (at?.properties?.[step] ?? anyProperty(at));
    shownPath += isIndex ? `[${step}]` : shownPath === '' ? step : `.${step}`;
  }
  const expected = expectedForm(at ?? {});
  const seen = at?.writeOnly === true ? describeSecret(value) : describeValue(value);
  const hint = uriHint(shownPath, value) ?? optionHint(at ?? {}, value);
  return {
    what: `option "${shownPath}" must be ${expected}: got ${seen}`,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** Hint for a SIP URI where only a part of one is wanted, or the reverse. */
function uriHint(option: string, value: unknown): string | undefined {
  const parts = typeof value === 'string' ? URI.exec(value.trim()) : null;
  if (parts === null) return undefined;
  const [, scheme, user, host = ''] = parts;
  if (option === 'outbound' && scheme === undefined) return `write "sip:${host}"`;
  if (option !== 'domain' && option !== 'username') return undefined;
  if (user !== undefined) return `write username: "${user}", domain: "${host}"`;
  return scheme === undefined ? undefined : `write "${host}"`;
}

/** Scheme, user and "host:port" of a SIP URI, each of the first two where there is one. */
const URI =
  /^(sips?:(?:\/\/)?)?(?:([^@\s:;<>"]+)(?::[^@\s]*)?@)?([^@\s;?<>"/:]+(?::\d{1,5})?)(?:[;?/].*)?$/i;

function anyProperty(at: ValueSchema | undefined): ValueSchema | undefined {
  const any = at?.additionalProperties;
  return typeof any === 'object' ? any : undefined;
}

function optionHint(schema: ValueSchema, value: unknown): string | undefined {
  if (schema.enum !== undefined && typeof value === 'string') {
    const meant = nearest(value, schema.enum.map(String));
    return meant === undefined ? undefined : `did you mean ${JSON.stringify(meant)}?`;
  }
  if (schema.type === 'integer' && typeof value === 'string' && /^\d+$/.test(value)) {
    return `write it without quotes: ${value}`;
  }
  if (schema.type === 'string' && typeof value === 'number') {
    return schema.writeOnly === true ? 'write it in quotes' : `write it in quotes: "${value}"`;
  }
  if (schema.type === 'boolean' && (value === 'true' || value === 'false')) {
    return `write it without quotes: ${value}`;
  }
  const example = schema.examples?.[0];
  return example === undefined ? undefined : `write for example ${JSON.stringify(example)}`;
}

function durationOption(
  schema: ValueSchema,
  options: Readonly<Record<string, unknown>>,
): Problem | undefined {
  for (const [option, value] of Object.entries(options)) {
    const at = schema.properties?.[option];
    if (at?.properties !== undefined && isPlainObject(value)) {
      const inside = durationOption(at, givenFields(value));
      if (inside !== undefined) return inside;
    }
    if (at?.['x-duration'] !== true) continue;
    const problem = durationProblem(value) ?? (isZero(value) ? 'is zero' : undefined);
    if (problem === undefined) continue;
    return {
      what: `option "${option}" must be ${expectedForm(at)}: got ${describeValue(value)}`,
      hint: durationHint(value, problem),
    };
  }
  return undefined;
}

/** Options with the header fields of a peer, and whether null may leave a field out. */
const WITH_FIELDS: ReadonlyMap<OptionsName, boolean> = new Map([
  ['peerOptions', false],
  ['registerOptions', true],
  ['callOptions', true],
  ['recordOptions', true],
  ['requestOptions', true],
  ['responseOptions', true],
  ['headerOptions', true],
  ['textOptions', true],
  ['deflectOptions', true],
  ['outgoingOptions', true],
]);

/** Refuses header fields that would be malformed on the wire: only send() sends such messages. */
function headersOption(
  name: OptionsName,
  { headers }: Readonly<Record<string, unknown>>,
): Problem | undefined {
  const mayLeaveOut = WITH_FIELDS.get(name);
  if (mayLeaveOut === undefined || !isPlainObject(headers)) return undefined;
  for (const [field, given] of Object.entries(headers)) {
    if (given === null && mayLeaveOut) continue;
    const problem = fieldProblem(field, Array.isArray(given) ? given : [given]);
    if (problem === undefined) continue;
    const shown = JSON.stringify(field.length > 60 ? `${field.slice(0, 57)}...` : field);
    return {
      what: `option "headers": the header ${shown} ${problem}`,
      hint: 'a malformed message can be sent with send()',
    };
  }
  return undefined;
}

function fieldProblem(name: string, values: readonly unknown[]): string | undefined {
  const wrong = values.find((value) => typeof value !== 'string');
  if (wrong !== undefined || values.length === 0) {
    return `is neither text nor an array of texts: got ${describeValue(values.length === 0 ? values : wrong)}`;
  }
  return (
    headerNameProblem(name) ??
    values.map((value) => headerValueProblem(value as string)).find((one) => one !== undefined)
  );
}

function isZero(value: unknown): boolean {
  return Number.parseFloat(String(value)) === 0;
}

/** `is more than 600 seconds: for milliseconds write "5000ms"` -> the part that tells what to do. */
export function durationHint(value: unknown, problem: string): string {
  if (typeof value === 'number' && value > 0) return `write "${value}ms" for milliseconds`;
  if (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value)) {
    return `write "${value}s" for seconds, "${value}ms" for milliseconds`;
  }
  return problem.endsWith('longer than a day')
    ? 'write a duration of at most a day'
    : 'write for example "500ms", "5s" or "2m"';
}

/** Refuses functions and agents in an object of the user's own (metadata), because it travels as JSON. */
function plainOption(options: Readonly<Record<string, unknown>>): Problem | undefined {
  for (const [option, value] of Object.entries(options)) {
    const found = findMarker(value, option);
    if (found !== undefined) {
      return {
        what: `option "${option}" must be plain data: got ${describeValue(found.value)} at ${found.path}`,
        hint: 'write text, numbers, booleans, arrays and objects only',
      };
    }
  }
  return undefined;
}

function findMarker(value: unknown, path: string): { path: string; value: unknown } | undefined {
  if (isMarker(value)) {
    const isHarmless =
      value instanceof Special ? value.kind === 'date' : value instanceof Undefined;
    return isHarmless ? undefined : { path, value };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const found = findMarker(item, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
