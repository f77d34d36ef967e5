/** Checks of arguments that describe recording sessions: their streams and their metadata (RFC 7865, 7866). */
import { durationProblem } from '../time.js';
import { AUDIO_KINDS } from './audio-arguments.js';
import { optionsProblem, type ScriptOptions } from './option-rules.js';
import type { Problem } from './options.js';
import { describeValue, givenFields, isPlainObject, Undefined } from './special.js';

interface KindProblem {
  readonly expected?: string;
  readonly what?: string;
  readonly hint?: string;
}

/** RFC 4574, 4: a label is a token. */
const LABEL = /^[A-Za-z0-9!#$%&'*+\-.^_`{|}~]+$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?$/;

/** What a field must be, in words; undefined when it is. */
type FieldCheck = (value: unknown) => string | undefined;
type Fields = Readonly<Record<string, FieldCheck>>;

const text: FieldCheck = (value) =>
  typeof value === 'string' && value !== '' && !/[\x00-\x1f\x7f\ud800-\udfff]/u.test(value)
    ? undefined
    : 'text without control characters, not empty';
const label: FieldCheck = (value) =>
  typeof value === 'string' && LABEL.test(value) ? undefined : 'a label such as "1" or "caller"';
const labels: FieldCheck = (value) =>
  Array.isArray(value) && value.every((one) => label(one) === undefined)
    ? undefined
    : 'an array of labels';
const time: FieldCheck = (value) =>
  typeof value === 'string' && TIME.test(value)
    ? undefined
    : 'a time such as "2026-05-01T10:00:00Z"';
const mode: FieldCheck = (value) =>
  value === 'complete' || value === 'partial' ? undefined : '"complete" or "partial"';

const SESSION: Fields = { id: text, start_time: time, stop_time: time, sip_session_id: text };
const PARTICIPANT: Fields = {
  id: text,
  aor: text,
  name: text,
  sends: labels,
  receives: labels,
  associate_time: time,
  disassociate_time: time,
};

/** The option `metadata` of record_session(), reinvite(), update() and other requests. */
function metadataProblem(value: unknown): Problem | undefined {
  if (value === undefined || value instanceof Undefined || value === false) return undefined;
  if (typeof value === 'string') return undefined;
  if (!isPlainObject(value)) {
    const form = 'a document as text, an object of what it is to hold, or false for none';
    return { what: `option "metadata" must be ${form}: got ${describeValue(value)}` };
  }
  const fields: Readonly<Record<string, (part: unknown) => Problem | undefined>> = {
    data_mode: (part) => fieldProblem('metadata.data_mode', part, mode),
    session: (part) => objectProblem('metadata.session', part, SESSION),
    participants: (part) =>
      listProblem('metadata.participants', part, (one, at) =>
        objectProblem(at, one, PARTICIPANT, 'aor'),
      ),
    streams: (part) =>
      listProblem('metadata.streams', part, (one, at) =>
        objectProblem(at, one, { label, id: text }, 'label'),
      ),
  };
  for (const [name, part] of Object.entries(givenFields(value))) {
    if (!Object.hasOwn(fields, name)) return unknownField('metadata', name, Object.keys(fields));
    const problem = fields[name]?.(part);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function listProblem(
  path: string,
  value: unknown,
  check: (one: unknown, path: string) => Problem | undefined,
): Problem | undefined {
  if (!Array.isArray(value)) return fieldProblem(path, value, () => 'an array of objects');
  for (const [index, one] of (value as readonly unknown[]).entries()) {
    const problem = check(one, `${path}[${index}]`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function objectProblem(
  path: string,
  value: unknown,
  fields: Fields,
  required?: string,
): Problem | undefined {
  if (!isPlainObject(value)) return fieldProblem(path, value, () => 'an object');
  const given = givenFields(value);
  for (const [name, part] of Object.entries(given)) {
    const check = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (check === undefined) return unknownField(path, name, Object.keys(fields));
    const problem = fieldProblem(`${path}.${name}`, part, check);
    if (problem !== undefined) return problem;
  }
  if (required === undefined || Object.hasOwn(given, required)) return undefined;
  return { what: `option "${path}" has no "${required}"`, hint: `write { ${required}: "..." }` };
}

function fieldProblem(path: string, value: unknown, check: FieldCheck): Problem | undefined {
  const form = check(value);
  if (form === undefined) return undefined;
  return { what: `option "${path}" must be ${form}: got ${describeValue(value)}` };
}

function unknownField(path: string, name: string, known: readonly string[]): Problem {
  return {
    what: `option "${path}" has no ${JSON.stringify(name)}`,
    hint: `its fields are ${known.join(', ')}`,
  };
}

const STREAM: Fields = {
  label,
  audio: (value) => {
    const form = 'a sound: what tone(), tones(), file() or silent() returned';
    return AUDIO_KINDS.sound(value) === undefined ? undefined : form;
  },
  replay: (value) =>
    typeof value === 'string' && value !== '' ? undefined : 'the path of a pcap or pcapng file',
  port: (value) =>
    Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535
      ? undefined
      : 'a whole number from 1 to 65535',
  delay: (value) =>
    durationProblem(value) === undefined ? undefined : 'a duration such as "500ms" or "5s"',
};

function streamsProblem(value: unknown): Problem | undefined {
  if (!Array.isArray(value)) return undefined;
  const streams = value as readonly unknown[];
  const problem = listProblem('streams', streams, (one, at) => {
    const wrong = objectProblem(at, one, STREAM);
    if (wrong !== undefined) return wrong;
    const { audio, replay, port } = givenFields(one as Readonly<Record<string, unknown>>);
    if (audio !== undefined && replay !== undefined)
      return { what: `option "${at}" has both "audio" and "replay"`, hint: 'name one source' };
    if (port === undefined || replay !== undefined) return undefined;
    return { what: `option "${at}" has a "port" without "replay"`, hint: 'add the capture' };
  });
  if (problem !== undefined) return problem;
  const names = streams.map((one, index) => labelOf(one, index));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return undefined;
  return {
    what: `option "streams" has the label ${JSON.stringify(twice)} twice`,
    hint: 'give each stream a label of its own',
  };
}

/** The label of a stream of record_session(): its number from 1, where the script gives none. */
function labelOf(stream: unknown, index: number): string {
  const { label: given } = stream as { readonly label?: unknown };
  return typeof given === 'string' ? given : String(index + 1);
}

/** Options of a request that may have metadata. */
export function metadataOptionsOf(
  name: ScriptOptions,
): (value: unknown) => KindProblem | undefined {
  return (value) => {
    if (!isPlainObject(value)) return { expected: 'an options object' };
    const { streams, metadata, ...others } = value;
    const isRecording = name === 'recordOptions';
    const given = isRecording && Array.isArray(streams) ? streams.map(() => ({})) : streams;
    const shape = { ...others, ...(given === undefined ? {} : { streams: given }) };
    return (
      optionsProblem(name, shape) ??
      (isRecording ? streamsProblem(streams) : undefined) ??
      metadataProblem(metadata)
    );
  };
}
