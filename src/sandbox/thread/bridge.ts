/** Values across the border: from the guest's JSON to plain values and markers, and on to the main thread. */
import {
  AgentRef,
  CallRef,
  FunctionRef,
  Special,
  Undefined,
  type SpecialKind,
} from '../../schema/special.js';
import type { Encoded } from '../guest-protocol.js';
import type { Argument } from '../protocol.js';

const SPECIAL: ReadonlySet<string> = new Set<SpecialKind>([
  'number',
  'bigint',
  'symbol',
  'regexp',
  'date',
  'error',
]);

type Fields = Readonly<Record<string, unknown>>;

/** @throws TypeError for a form the guest never writes: then the guest itself was tampered with. */
export function decode(encoded: Encoded): unknown {
  if (Array.isArray(encoded)) return encoded.map(decode);
  if (typeof encoded !== 'object' || encoded === null) return encoded;
  const fields = encoded as Fields;
  return Object.hasOwn(fields, '$') ? decodeTagged(fields) : decodeFields(fields);
}

function decodeFields(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, decode(value)]));
}

function decodeTagged(fields: Fields): unknown {
  const tag = String(fields['$']);
  if (tag === 'object') return decodeFields(fields['value'] as Fields);
  if (tag === 'undefined') return new Undefined();
  if (tag === 'agent') return new AgentRef(String(fields['name']));
  if (tag === 'call') return new CallRef(String(fields['agent']), String(fields['id']));
  if (tag === 'function') return new FunctionRef(String(fields['name']));
  if (SPECIAL.has(tag)) return new Special(tag as SpecialKind, String(fields['text']));
  throw new TypeError(`a value of unknown kind "${tag}"`);
}

/** Checked arguments as the main thread gets them: plain data, an agent as `{ $: "agent", name }`. */
export function toArgument(value: unknown): Argument {
  if (value instanceof AgentRef) return { $: 'agent', name: value.name };
  if (value instanceof CallRef) return { $: 'call', id: value.id };
  if (value instanceof Undefined) return undefined;
  if (value instanceof FunctionRef) return { $: 'function', name: value.name };
  if (value instanceof Special) return { $: value.kind, text: value.text };
  if (Array.isArray(value)) return value.map(toArgument);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => !(field instanceof Undefined))
      .map(([key, field]) => [key, toArgument(field)]),
  );
}
