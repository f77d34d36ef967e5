/**
 * Metadata of a recording session (RFC 7865). Written as the RFC has it; read also as its
 * drafts had it, which recorders still meet: attributes `id` and `session`, <send> inside of <participant>, `dataMode`.
 */
import { parseXml, type XmlElement } from '../xml.js';
import { isOfType, partsOf } from './multipart.js';
import { headerOf, type HeaderField } from '../sip-message.js';

/** Both are in use: the second is that of the examples in RFC 7866. */
export const METADATA_TYPES = ['application/rs-metadata+xml', 'application/rs-metadata'] as const;
const NAMESPACE = 'urn:ietf:params:xml:ns:recording:1';

/** A communication session that is recorded (RFC 7865, 6.3). Times are as written: RFC 3339. */
interface RecordedSession {
  readonly id: string;
  readonly start_time?: string;
  readonly stop_time?: string;
  /** Session identifiers of its SIP dialogs (RFC 7989). */
  readonly sip_session_ids: readonly string[];
}

/** A participant (6.5), with the labels of the streams that the participant sends and receives (6.8). */
interface RecordedParticipant {
  readonly id: string;
  readonly aor: string;
  readonly name: string;
  readonly sends: readonly string[];
  readonly receives: readonly string[];
  /** When the participant joined and left the session (6.6). */
  readonly associate_time?: string;
  readonly disassociate_time?: string;
}

/** A stream (6.7); the label is the one in the session description (RFC 4574). */
interface RecordedStream {
  readonly id: string;
  readonly session_id: string;
  readonly label: string;
}

export interface RecordingMetadata {
  /** "complete" or "partial" (6.1). */
  readonly data_mode: string;
  /** The first of `sessions`. */
  readonly session?: RecordedSession;
  readonly sessions: readonly RecordedSession[];
  readonly participants: readonly RecordedParticipant[];
  readonly streams: readonly RecordedStream[];
}

/** The metadata in the body of a message, as text; undefined where there are none. */
export function metadataTextIn(message: {
  readonly headers: readonly HeaderField[];
  readonly body: string;
}): string | undefined {
  const type = headerOf(message.headers, 'content-type') ?? '';
  if (isMetadata(type)) return message.body;
  return partsOf(message)?.find((part) => isMetadata(part.content_type))?.body;
}

function isMetadata(contentType: string): boolean {
  return METADATA_TYPES.some((type) => isOfType(contentType, type));
}

/** Undefined for a text that is no such document. What a document leaves out is an empty text or list. */
export function parseRecordingMetadata(text: string): RecordingMetadata | undefined {
  const root = parseXml(text.trim());
  if (root?.name !== 'recording') return undefined;
  const sessions = all(root, 'session').map(sessionOf);
  const streams = all(root, 'stream').map((one) => ({
    id: one.attributes['stream_id'] ?? one.attributes['id'] ?? '',
    session_id: one.attributes['session_id'] ?? one.attributes['session'] ?? '',
    label: textOf(one, 'label') ?? '',
  }));
  const labels = new Map(streams.map(({ id, label }) => [id, label === '' ? id : label]));
  const [session] = sessions;
  return {
    data_mode: (textOf(root, 'datamode') ?? textOf(root, 'dataMode') ?? '').toLowerCase(),
    ...(session === undefined ? {} : { session }),
    sessions,
    participants: all(root, 'participant').map((one) => participantOf(one, root, labels)),
    streams,
  };
}

function sessionOf(element: XmlElement): RecordedSession {
  return {
    id: element.attributes['session_id'] ?? element.attributes['id'] ?? '',
    ...timeIn([element], 'start_time', 'start-time'),
    ...timeIn([element], 'stop_time', 'stop-time'),
    sip_session_ids: all(element, 'sipSessionID').map((one) => one.text.trim()),
  };
}

function participantOf(
  element: XmlElement,
  root: XmlElement,
  labels: ReadonlyMap<string, string>,
): RecordedParticipant {
  const id = element.attributes['participant_id'] ?? element.attributes['id'] ?? '';
  const ofThisOne = (name: string): readonly XmlElement[] => [
    element,
    ...all(root, name).filter((one) => one.attributes['participant_id'] === id),
  ];
  const streams = (name: string): readonly string[] =>
    ofThisOne('participantstreamassoc')
      .flatMap((one) => all(one, name))
      .map(({ text }) => labels.get(text.trim()) ?? text.trim());
  const [nameId] = all(element, 'nameID');
  const sessions = ofThisOne('participantsessionassoc');
  return {
    id,
    aor: nameId?.attributes['aor'] ?? textOf(element, 'aor') ?? '',
    name: textOf(nameId ?? element, 'name') ?? '',
    sends: streams('send'),
    receives: streams('recv'),
    ...timeIn(sessions, 'associate_time', 'associate-time'),
    ...timeIn(sessions, 'disassociate_time', 'disassociate-time'),
  };
}

function all(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((one) => one.name === name);
}

function textOf(element: XmlElement, name: string): string | undefined {
  return all(element, name)[0]?.text.trim();
}

function timeIn<K extends string>(
  elements: readonly XmlElement[],
  key: K,
  name: string,
): { readonly [One in K]?: string } {
  const time = elements.map((one) => textOf(one, name)).findLast((one) => one !== undefined);
  return (time === undefined ? {} : { [key]: time }) as { readonly [One in K]?: string };
}

/** The document that describes the metadata; ids and labels are those given. */
export function recordingMetadataText(given: RecordingMetadata): string {
  const { data_mode, sessions, participants, streams } = given;
  const sessionId = sessions[0]?.id ?? '';
  const ids = new Map(streams.map(({ id, label }) => [label, id]));
  const idOf = (label: string): string => ids.get(label) ?? label;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<recording xmlns="${NAMESPACE}">`,
    tag('datamode', {}, [data_mode]),
    ...sessions.map((one) =>
      tag('session', { session_id: one.id }, [
        ...one.sip_session_ids.map((id) => tag('sipSessionID', {}, [text(id)])),
        ...time('start-time', one.start_time),
        ...time('stop-time', one.stop_time),
      ]),
    ),
    ...participants.map(({ id, aor, name }) =>
      tag('participant', { participant_id: id }, [
        tag('nameID', { aor }, name === '' ? [] : [tag('name', {}, [text(name)])]),
      ]),
    ),
    ...streams.map(({ id, session_id, label }) =>
      tag('stream', { stream_id: id, session_id }, [tag('label', {}, [text(label)])]),
    ),
    ...sessions.map(({ id, start_time, stop_time }) =>
      tag('sessionrecordingassoc', { session_id: id }, [
        ...time('associate-time', start_time),
        ...time('disassociate-time', stop_time),
      ]),
    ),
    ...participants.map(({ id, associate_time, disassociate_time }) =>
      tag('participantsessionassoc', { participant_id: id, session_id: sessionId }, [
        ...time('associate-time', associate_time),
        ...time('disassociate-time', disassociate_time),
      ]),
    ),
    ...participants.map(({ id, sends, receives }) =>
      tag('participantstreamassoc', { participant_id: id }, [
        ...sends.map((label) => tag('send', {}, [text(idOf(label))])),
        ...receives.map((label) => tag('recv', {}, [text(idOf(label))])),
      ]),
    ),
    '</recording>',
    '',
  ].join('\r\n');
}

function tag(
  name: string,
  attributes: Readonly<Record<string, string>>,
  content: readonly string[],
): string {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${text(value)}"`);
  return `<${name}${given.join('')}>${content.join('')}</${name}>`;
}

function time(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [tag(name, {}, [text(value)])];
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
]);

/** Writes line breaks and tabs as character references, because a parser replaces them by spaces in attributes. */
function text(value: string): string {
  return value
    .replace(/[&<>"]/g, (char) => ESCAPES.get(char) ?? char)
    .replace(/[\t\r\n]/g, (char) => `&#${char.charCodeAt(0)};`);
}
