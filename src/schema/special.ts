/**
 * Values of a script that JSON cannot hold, as the scenario thread holds them after decoding. Everything
 * else a script hands over is plain JSON: null, boolean, finite number, string, array, object.
 */

/** An agent of the scenario. */
export class AgentRef {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A call of an agent. */
export class CallRef {
  readonly agent: string;
  /** The Call-ID. */
  readonly id: string;
  constructor(agent: string, id: string) {
    this.agent = agent;
    this.id = id;
  }
}

/** A function of the script; the name is empty for an anonymous one. */
export class FunctionRef {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** `undefined`, given explicitly or as the value of a field. */
export class Undefined {
  readonly kind = 'undefined';
}

/** `number` is NaN or an infinity; other numbers are plain JSON. */
export type SpecialKind = 'number' | 'bigint' | 'symbol' | 'regexp' | 'date' | 'error';

export class Special {
  readonly kind: SpecialKind;
  /** The value as JavaScript writes it: "NaN", "10n", "/a+/i", an ISO date, "TypeError: ...". */
  readonly text: string;
  constructor(kind: SpecialKind, text: string) {
    this.kind = kind;
    this.text = text;
  }
}

export type Marker = AgentRef | CallRef | FunctionRef | Undefined | Special;

export function isMarker(value: unknown): value is Marker {
  return (
    value instanceof AgentRef ||
    value instanceof CallRef ||
    value instanceof FunctionRef ||
    value instanceof Undefined ||
    value instanceof Special
  );
}

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isMarker(value);
}

/** The fields of an options object that were given: `{ domain: undefined }` is the same as `{}`. */
export function givenFields(
  options: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => !(value instanceof Undefined)),
  );
}

const LONGEST_SHOWN = 60;

/** A value as error messages show it: `12.5 (number)`, `"udb" (string)`, `agent "alice"`, `undefined`. */
export function describeValue(value: unknown): string {
  if (value instanceof AgentRef) return `agent "${value.name}"`;
  if (value instanceof CallRef) return `a call of agent "${value.agent}"`;
  if (value instanceof FunctionRef) {
    return value.name === '' ? 'a function' : `function ${cut(value.name)}`;
  }
  if (value instanceof Undefined || value === undefined) return 'undefined';
  if (value instanceof Special) {
    return value.kind === 'number' ? value.text : `${cut(value.text)} (${value.kind})`;
  }
  if (value === null) return 'null';
  if (Array.isArray(value)) return `${cut(jsonText(value))} (array)`;
  return `${cut(jsonText(value))} (${typeof value})`;
}

/** A secret: its type and size alone. */
export function describeSecret(value: unknown): string {
  return typeof value === 'string'
    ? `${value.length} characters (not shown)`
    : describeValue(isPlainObject(value) ? {} : value).replace(
        /^.* \((\w+)\)$/,
        'a value of type $1',
      );
}

function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    isMarker(item) ? describeValue(item) : item,
  );
}

function cut(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN - 3)}...` : text;
}
