/**
 * XML 1.0 text that is valid for any input: characters that XML does not allow in any form (section 2.2) are
 * made visible, as on a console.
 */
import { CI_MARK, printable } from '../story/printable.js';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

export function xmlText(text: string): string {
  return harmless(printable(text).replace(/[&<>\r]/g, escaped));
}

function xmlAttribute(text: string): string {
  return harmless(printable(text).replace(/[&<>"\n\r\t]/g, escaped));
}

/** Equal to an XML reader, but no command to a CI system that sees the file in its log. */
function harmless(xml: string): string {
  return xml.replace(CI_MARK, '#&#35;');
}

function escaped(char: string): string {
  return ESCAPES[char] ?? char;
}

/** An element with its attributes; those that are undefined are left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content = '',
): string {
  const given = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${xmlAttribute(String(value))}"`)
    .join('');
  return content === '' ? `<${name}${given}/>` : `<${name}${given}>${content}</${name}>`;
}
