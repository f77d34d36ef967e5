/** Body of a NOTIFY about presence: application/pidf+xml (RFC 3863), with activities (RFC 4480). Also used inside QuickJS. */
import { parseXml, type XmlElement } from '../xml.js';
import { childrenOf, textOf, trimmed } from './elements.js';

export interface Presence {
  /** Whose presence it is. */
  entity?: string;
  tuples: readonly PresenceTuple[];
  note?: string;
  /** What the person does, by the names of the elements: "on-the-phone". */
  activities: readonly string[];
}

interface PresenceTuple {
  id: string;
  basic?: string;
  contact?: string;
  /** As written, from 0 to 1. */
  priority?: string;
  note?: string;
  timestamp?: string;
}

const NAMESPACE = 'urn:ietf:params:xml:ns:pidf';
const DATA_MODEL = 'urn:ietf:params:xml:ns:pidf:data-model';
const RPID = 'urn:ietf:params:xml:ns:pidf:rpid';

/** `undefined` for a body that is no such document. What it does not say is left out. */
export function parsePresence(body: string): Presence | undefined {
  const root = parseXml(body.trim());
  if (root?.name !== 'presence' || root.namespace !== NAMESPACE) return undefined;
  const activities = childrenOf(root, 'person', DATA_MODEL)
    .flatMap((person) => childrenOf(person, 'activities', RPID))
    .flatMap(({ children }) => children.map(({ name }) => name));
  return {
    ...textOf('entity', root.attributes['entity']),
    tuples: childrenOf(root, 'tuple').map(tupleOf),
    ...noteOf(root),
    activities,
  };
}

function tupleOf(tuple: XmlElement): PresenceTuple {
  const [basic] = childrenOf(tuple, 'status').flatMap((status) => childrenOf(status, 'basic'));
  const [contact] = childrenOf(tuple, 'contact');
  const [timestamp] = childrenOf(tuple, 'timestamp');
  return {
    id: tuple.attributes['id'] ?? '',
    ...textOf('basic', trimmed(basic)),
    ...textOf('contact', trimmed(contact)),
    ...textOf('priority', contact?.attributes['priority']),
    ...noteOf(tuple),
    ...textOf('timestamp', trimmed(timestamp)),
  };
}

/** The text of the first note: further notes say the same in other languages. */
function noteOf(element: XmlElement): { note?: string } {
  return textOf('note', trimmed(childrenOf(element, 'note')[0]));
}
