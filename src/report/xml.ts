/** XML 1.0 text that is valid whatever it is made of; secrets are masked before they are escaped. */
import { maskSecrets } from './secrets.js';

/** Not allowed in XML 1.0 in any form, not even escaped (section 2.2). */
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
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
  return maskSecrets(text)
    .replace(FORBIDDEN, '')
    .replace(/[&<>\r]/g, escaped);
}

function xmlAttribute(text: string): string {
  return maskSecrets(text)
    .replace(FORBIDDEN, '')
    .replace(/[&<>"\n\r\t]/g, escaped);
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
