/** Parts of an XML document as fields of a value: what is not there is left out. */
import type { XmlElement } from '../xml.js';

/** Those of the same namespace: extensions may use the same names. */
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
