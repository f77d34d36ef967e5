/** Reads parts of an XML document into fields of a value; a missing part gives no field. */
import type { XmlElement } from '../xml.js';

/** The children of that name in the same namespace as their parent: extensions may use the same names. */
export function childrenOf(
  element: XmlElement,
  name: string,
  namespace = element.namespace,
): readonly XmlElement[] {
  return element.children.filter((one) => one.name === name && one.namespace === namespace);
}

/** The text of an element without the blanks around it. */
export function trimmed(element: XmlElement | undefined): string | undefined {
  return element?.text.trim();
}

export function textOf<Key extends string>(
  key: Key,
  value: string | undefined,
): Partial<Record<Key, string>> {
  return (value === undefined ? {} : { [key]: value }) as Partial<Record<Key, string>>;
}

/** A whole number that is not negative; anything else is left out. */
export function numberOf<Key extends string>(
  key: Key,
  value: string | undefined,
): Partial<Record<Key, number>> {
  const isNumber = value !== undefined && /^\d{1,15}$/.test(value.trim());
  return (isNumber ? { [key]: Number(value) } : {}) as Partial<Record<Key, number>>;
}
